import Foundation
import Parallel
import Synchronization
import Testing
import VolumeIO
import Volumes

/// Files that break the standard's rules, or change under the reader.
@Suite struct StrangeDICOMTests {
  private static let slices = (0..<3).map { MadeDICOM.slice($0) }

  private func reason(_ object: MadeDICOM) -> String? {
    do {
      _ = try ImageFile.read(bytes: object.file, name: "made")
      return nil
    } catch {
      return error.description
    }
  }

  @Test func whatIsMissing() throws {
    for (tag, expected) in [
      (UInt32(0x0020_0032), "its position in the patient"),
      (0x0020_0037, "its orientation in the patient"), (0x0028_0030, "the size of its pixels"),
      (0x0028_0010, "its rows and columns"), (0x0028_0100, "0 bits for a pixel"),
      (0x0018_0050, "does not tell its thickness"), (0x7fe0_0010, "an image without pixels"),
    ] {
      var object = Self.slices[0]
      object.remove(tag)
      #expect(reason(object)?.contains(expected) == true, "\(reason(object) ?? "read")")
    }
    #expect(reason(Self.slices[0]) == nil)
  }

  @Test func fewerPixelsThanStated() throws {
    var object = Self.slices[0]
    object.set(0x7fe0_0010, "OW", [Int16](repeating: 1, count: 19))
    #expect(reason(object)?.contains("fewer pixels than") == true)
    // Nothing of this size is allocated.
    object = Self.slices[0]
    object.set(0x0028_0010, "US", [UInt16.max])
    object.set(0x0028_0011, "US", [UInt16.max])
    #expect(reason(object)?.contains("fewer pixels than") == true)
  }

  /// Each is an error, or the image where the values can still be told.
  @Test(arguments: ["UN", "US", "UL", "DS", "IS", "LO", "OB", "SQ", "FD", "ZZ"])
  func otherTypesThanTheStandards(type: String) throws {
    let expected = try ImageFile.read(bytes: Self.slices[0].file, name: "made").volume
    for tag in [
      UInt32(0x0008_0008), 0x0020_0011, 0x0020_0032, 0x0020_0037, 0x0028_0004, 0x0028_0010,
      0x0028_0030, 0x0028_0100, 0x0028_0103, 0x7fe0_0010,
    ] {
      var object = Self.slices[0]
      object.retype(tag, type)
      do {
        let volume = try ImageFile.read(bytes: object.file, name: "made").volume
        #expect(volume == expected, "\(type) for \(String(tag, radix: 16))")
      } catch {
        #expect(!error.description.contains("\n"))
      }
    }
  }

  @Test(arguments: [
    (UInt32(0x0028_0030), "3\\0"), (0x0028_0030, "3\\nan"), (0x0020_0037, "1\\0\\0\\1\\0\\0"),
    (0x0020_0037, "0\\0\\0\\0\\0\\0"), (0x0020_0032, "1e300\\0\\1e308"), (0x0020_0032, "0\\0"),
    (0x0018_0050, "1e300"), (0x0028_0030, "1e-320\\1e-320"),
  ])
  func numbersThatMakeNoGrid(tag: UInt32, value: String) throws {
    var object = Self.slices[0]
    object.set(tag, "DS", value)
    #expect(reason(object) != nil)
  }

  @Test func aDamagedFileInAFolder() throws {
    let folder = try MadeDICOM.folder(Self.slices)
    try Data(Self.slices[2].file.dropLast(10)).write(to: URL(filePath: folder("damaged")))
    let error = #expect(throws: VolumeIOError.self) { try ImageFile.read(folder.path) }
    #expect(error?.description.contains("damaged: damaged file") == true)
    #expect(error?.description.contains("--allow-missing") == true)
    let volume = try ImageFile.read(folder.path, dicom: DICOMOptions(allowMissing: true)).volume
    #expect(volume.geometry.size == [5, 4, 3])
  }

  /// Such as one that is still being copied.
  @Test func aFileThatGrowsWhileItIsRead() throws {
    let folder = try MadeDICOM.folder(Self.slices)
    let expected = try ImageFile.read(folder.path).volume
    let path = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().first)
    let file = folder(path)
    let whole = try Data(contentsOf: URL(filePath: file))
    let isDone = Atomic(false)
    let writer = Locked(0)
    DispatchQueue.concurrentPerform(iterations: 2) { role in
      if role == 0 {
        while !isDone.load(ordering: .relaxed) {
          guard let handle = try? FileHandle(forWritingTo: URL(filePath: file)) else { continue }
          try? handle.truncate(atOffset: 0)
          for start in stride(from: 0, to: whole.count, by: 100) {
            try? handle.write(contentsOf: whole[start..<min(start + 100, whole.count)])
          }
          try? handle.close()
          writer.withLock { $0 += 1 }
        }
      } else {
        for _ in 0..<100 {
          if let volume = try? ImageFile.read(folder.path).volume {
            #expect(volume.geometry.size.z == 3 && volume == expected)
          }
        }
        isDone.store(true, ordering: .relaxed)
      }
    }
    #expect(writer.withLock { $0 } > 0)
    #expect(try ImageFile.read(folder.path).volume == expected)
  }

  /// Old archives write files without the header, some in big endian.
  @Test func filesWithoutAHeader() throws {
    let bytes = [UInt8](Self.slices[0].file.dropFirst(132 + 12 + 28))
    let volume = try ImageFile.read(bytes: bytes, name: "bare").volume
    #expect(volume == (try ImageFile.read(bytes: Self.slices[0].file, name: "made").volume))
  }
}
