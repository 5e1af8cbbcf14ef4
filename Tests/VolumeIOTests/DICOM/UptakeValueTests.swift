import Foundation
import Testing
import VolumeIO
import Volumes

/// The units and corrections that PET images come in.
@Suite struct UptakeValueTests {
  /// A man of 80 kg and 1.75 m; 370 MBq with a half-life of an hour, an hour before the scan.
  private func image(units: String) -> MadeDICOM {
    var object = MadeDICOM.slice(1)
    object.set(0x0008_0060, "CS", "PT")
    object.set(0x0008_0021, "DA", "20200301")
    object.set(0x0008_0031, "TM", "113000")
    object.set(0x0010_0040, "CS", "M")
    object.set(0x0010_1020, "DS", "1.75")
    object.set(0x0010_1030, "DS", "80")
    object.set(0x0054_1001, "CS", units)
    object.set(0x0054_1102, "CS", "START")
    var drug = MadeDICOM()
    drug.set(0x0018_1072, "TM", "103000.00")
    drug.set(0x0018_1074, "DS", "370000000")
    drug.set(0x0018_1075, "DS", "3600")
    object.set(0x0054_0016, items: [drug])
    return object
  }

  /// The value of the second pixel, which is stored as 101.
  private func value(_ object: MadeDICOM, _ kind: UptakeValue) throws -> Double {
    let folder = try MadeDICOM.folder([object])
    let image = try ImageFile.read(folder.path, dicom: DICOMOptions(uptake: kind))
    return Double(image.volume[1, 0, 0])
  }

  private func expect(
    _ value: Double, _ expected: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(abs(value - expected) <= 1e-6 * expected, sourceLocation: sourceLocation)
  }

  @Test func doseDecaysUntilTheScan() throws {
    var object = image(units: "BQML")
    expect(try value(object, .bodyWeight), 101 * 80_000 / 185e6)
    object.set(0x0054_1102, "CS", "ADMIN")
    expect(try value(object, .bodyWeight), 101 * 80_000 / 370e6)
    // A reconstruction's series time is later than the acquisition, which counts.
    object.set(0x0054_1102, "CS", "START")
    object.set(0x0008_0031, "TM", "150000")
    object.set(0x0008_0022, "DA", "20200301")
    object.set(0x0008_0032, "TM", "123000")
    expect(try value(object, .bodyWeight), 101 * 80_000 / 92.5e6)
  }

  @Test func valuesThatAreUptakeAlready() throws {
    let object = image(units: "GML")
    expect(try value(object, .bodyWeight), 101)
    let index: Double = 80 / (1.75 * 1.75)
    let lean: Double = 9270 * 80 / (6680 + 216 * index)
    expect(try value(object, .leanBodyMass), 101 * lean / 80)
    let surface: Double = 71.84 * pow(80, 0.425) * pow(175, 0.725)
    expect(try value(object, .bodySurface), 101 * surface / 80_000)
  }

  @Test func countsOfPhilips() throws {
    var object = image(units: "CNTS")
    object.set(0x7053_0010, "LO", "Philips PET Private Group")
    object.set(0x7053_1009, "DS", "2")
    expect(try value(object, .bodyWeight), 2 * 101 * 80_000 / 185e6)
    object.set(0x7053_1000, "DS", "0.5")
    expect(try value(object, .bodyWeight), 0.5 * 101)
  }

  @Test func whatIsMissingIsAnError() throws {
    for (tag, type, text, reason) in [
      (UInt32(0x0054_1001), "CS", "CNTS", "values in CNTS; Bq/ml are needed"),
      (0x0054_1001, "CS", "", "values in unknown units"), (0x0010_1030, "DS", "", "no weight"),
      (0x0010_1020, "DS", "0", "no height"), (0x0010_0040, "CS", "O", "no sex"),
      (0x0054_1102, "CS", "NONE", "decay correction NONE"),
      (0x0008_0031, "TM", "noon", "no times of injection and scan"),
    ] {
      var object = image(units: "BQML")
      object.set(tag, type, text)
      let error = #expect(throws: VolumeIOError.self) { try value(object, .leanBodyMass) }
      #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
  }
}
