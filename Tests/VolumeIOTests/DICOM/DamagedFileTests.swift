import Foundation
import Testing
import VolumeIO
import Volumes

/// Files of a study that cannot be read: slices must not be lost unseen, and other series be read.
@Suite struct DamagedFileTests {
  private let folder: TemporaryFolder

  /// Series 3 and 4 side by side.
  init() throws {
    folder = try TemporaryFolder()
    for number in [3, 4] {
      for k in 0..<5 {
        var slice = MadeDICOM.slice(k)
        slice.set(0x0008_0018, "UI", "1.2.3.4.\(number).\(k)")
        slice.set(0x0020_000e, "UI", "1.2.3.\(number)")
        slice.set(0x0020_0011, "IS", "\(number)")
        try slice.write(to: folder("\(number)-\(k)"))
      }
    }
  }

  private func cut(_ name: String, to count: Int) throws {
    let path = URL(filePath: folder(name))
    try Data(contentsOf: path).prefix(count).write(to: path)
  }

  private func read(_ series: String, allowMissing: Bool = false) throws -> ImageHeader {
    try ImageFile.read(
      folder.path, dicom: DICOMOptions(series: series, allowMissing: allowMissing)
    ).header
  }

  /// The last slice of a series, which no gap tells, ends within its pixels or after its series' UID.
  @Test(arguments: [40, 120]) func slicesThatTellTheirSeries(cutting count: Int) throws {
    let size = try Data(contentsOf: URL(filePath: folder("3-4"))).count
    try cut("3-4", to: size - count)
    let error = #expect(throws: VolumeIOError.self) { try read("3") }
    #expect(
      error?.description.contains("a file that is a slice of series 3 cannot be read") == true)
    #expect(error?.description.contains("3-4") == true)
    let other = try read("4")
    #expect(other.geometry.size.z == 5)
    try #require(other.warnings.count == 1)
    #expect(other.warnings[0].contains("a file of series 1.2.3.3 is left out"))
    let rest = try read("3", allowMissing: true)
    #expect(rest.geometry.size.z == 4)
    try #require(rest.warnings.count == 1)
    #expect(rest.warnings[0].contains("a file of this series is left out"))
    #expect(try DICOMFolder(folder.path).damaged.map(\.series) == ["1.2.3.3"])
    // Masks are whole files: they are read.
    try FileManager.default.copyItem(
      atPath: MaskFiles.root + "binary.dcm", toPath: folder("seg"))
    guard case .mask(_, let warnings) = try ImageOrMask.read(folder.path, prefersMasks: true)
    else {
      Issue.record("no mask")
      return
    }
    #expect(warnings.count == 1)
  }

  /// What does not tell its series may be a slice of each that lies in the same folder.
  @Test(arguments: [0, 200]) func filesThatDoNot(count: Int) throws {
    try cut("3-4", to: count)
    for series in ["3", "4"] {
      let error = #expect(throws: VolumeIOError.self) { try read(series) }
      #expect(error?.description.contains("may be a slice of series \(series)") == true)
      #expect(try read(series, allowMissing: true).warnings.count == 1)
    }
    try FileManager.default.createDirectory(
      atPath: folder("4"), withIntermediateDirectories: true)
    for k in 0..<5 {
      try FileManager.default.moveItem(atPath: folder("4-\(k)"), toPath: folder("4/\(k)"))
    }
    let apart = try read("4")
    try #require(apart.warnings.count == 1)
    #expect(apart.warnings[0].contains("a file that does not tell its series is left out"))
    #expect(throws: VolumeIOError.self) { try read("3") }
  }

  @Test func whatIsMadeUpIsTold() throws {
    try FileManager.default.removeItem(atPath: folder("3-1"))
    try FileManager.default.copyItem(atPath: folder("3-2"), toPath: folder("again"))
    #expect(
      try read("3", allowMissing: true).warnings == [
        "missing or uneven slices of series 3: 1 of 5 are interpolated",
        "images that series 3 has twice: 1 left out",
      ])
    #expect(try read("4").warnings.isEmpty)
  }
}
