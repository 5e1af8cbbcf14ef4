import Foundation
import Testing
import VolumeIO
import Volumes

/// Files that are damaged, absurd, or no images: each is one error that names the file.
@Suite struct BadFilesTests {
  /// A file of one 4x4x4 image of int16, some of whose bytes are replaced.
  static func nifti(_ changes: [(offset: Int, bytes: [UInt8])] = [], count: Int = 352 + 128)
    -> [UInt8]
  {
    var bytes = [UInt8](repeating: 0, count: 352 + 128)
    func put(_ offset: Int, _ new: [UInt8]) {
      bytes.replaceSubrange(offset..<offset + new.count, with: new)
    }
    put(0, int32(348))
    put(40, [3, 4, 4, 4, 1, 1, 1, 1].flatMap { int16($0) })
    put(70, int16(4) + int16(16))
    put(76, [1, 1, 1, 1].flatMap { float($0) })
    put(108, float(352))
    put(252, int16(1) + int16(1))
    put(280, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0].flatMap { float($0) })
    put(344, Array("n+1\0".utf8))
    for change in changes { put(change.offset, change.bytes) }
    return Array(bytes.prefix(count))
  }

  static func int16(_ value: Int16) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
  static func int32(_ value: Int32) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
  static func float(_ value: Float) -> [UInt8] {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
  }

  static func dim(_ values: Int16...) -> [(offset: Int, bytes: [UInt8])] {
    [(40, values.flatMap { int16($0) })]
  }

  static func nrrd(_ changes: [String: String] = [:], removing: String = "", voxels: Int = 128)
    -> [UInt8]
  {
    var fields: [String: String] = [
      "type": "short", "dimension": "3", "sizes": "4 4 4", "encoding": "raw", "endian": "little",
      "space": "LPS", "space directions": "(1,0,0) (0,1,0) (0,0,1)", "space origin": "(0,0,0)",
    ]
    for (name, value) in changes { fields[name] = value }
    fields[removing] = nil
    let lines = fields.map { "\($0): \($1)\n" }.joined()
    return Array("NRRD0004\n\(lines)\n".utf8) + [UInt8](repeating: 0, count: voxels)
  }

  static func meta(_ changes: [String: String] = [:], removing: String = "", voxels: Int = 128)
    -> [UInt8]
  {
    var fields: [String: String] = [
      "BinaryData": "True", "DimSize": "4 4 4", "ElementType": "MET_SHORT",
    ]
    for (name, value) in changes { fields[name] = value }
    fields[removing] = nil
    let file = fields.removeValue(forKey: "ElementDataFile") ?? "LOCAL"
    let lines = fields.map { "\($0) = \($1)\n" }.joined()
    return Array("NDims = 3\n\(lines)ElementDataFile = \(file)\n".utf8)
      + [UInt8](repeating: 0, count: voxels)
  }

  /// The files, with what their errors say.
  static let files: [(name: String, bytes: [UInt8], says: String)] = [
    ("empty.nii", [], "empty"),
    ("text.nii.gz", Array("this is no image, only text\n".utf8), "not a known image format"),
    ("magic.nii", nifti([(344, Array("n+3\0".utf8))]), "not a known image format"),
    ("analyze.hdr", nifti([(344, [0, 0, 0, 0])]), "ANALYZE"),
    ("short_header.nii", nifti(count: 347), "not a known image format"),
    ("cut.nii", nifti(count: 400), "needs 480 bytes, but the file holds 400"),
    ("rank_0.nii", nifti(dim(0)), "rank"),
    ("rank_8.nii", nifti(dim(8)), "rank"),
    ("negative.nii", nifti(dim(3, -4, 4, 4)), "each must be positive"),
    ("zero.nii", nifti(dim(3, 4, 0, 4)), "each must be positive"),
    ("absurd.nii", nifti(dim(3, 32767, 32767, 32767)), "too large"),
    ("absurd_4d.nii", nifti(dim(4, 2000, 2000, 2000, 30000)), "the file holds 480"),
    ("two_axes.nii", nifti(dim(5, 4, 4, 1, 2, 2)), "split"),
    ("type.nii", nifti([(70, int16(77))]), "data type, 77"),
    ("float128.nii", nifti([(70, int16(1536))]), "128-bit"),
    ("binary.nii", nifti([(70, int16(1))]), "one-bit"),
    ("offset_beyond.nii", nifti([(108, float(1e9))]), "the file holds 480"),
    ("offset_negative.nii", nifti([(108, float(-8))]), "vox_offset"),
    ("offset_nan.nii", nifti([(108, float(.nan))]), "vox_offset"),
    ("offset_within.nii", nifti([(108, float(100))]), "vox_offset"),
    ("nan_affine.nii", nifti([(280, float(.nan))]), "affine"),
    ("singular.nii", nifti([(280, float(0))]), "affine"),
    ("zero_pixdim.nii", nifti([(254, int16(0)), (84, float(0))]), "spacing"),
    ("nan_pixdim.nii", nifti([(254, int16(0)), (84, float(.nan))]), "spacing"),
    ("intercept.nii", nifti([(112, float(2) + float(.infinity))]), "intercept"),
    ("extension.nii", nifti([(108, float(368)), (348, [1]), (352, int32(5000))]), "extension"),
    ("pair.hdr", nifti([(344, Array("ni1\0".utf8))]), "pair.img"),

    ("no_sizes.nrrd", nrrd(removing: "sizes"), "sizes"),
    ("sizes.nrrd", nrrd(["sizes": "4 4"]), "sizes"),
    ("zero.nrrd", nrrd(["sizes": "4 0 4"]), "sizes"),
    ("absurd.nrrd", nrrd(["sizes": "9223372036854775807 2 2"]), "too large"),
    ("dimension.nrrd", nrrd(["dimension": "99999999999999999999"]), "dimension"),
    ("type.nrrd", nrrd(["type": "complex"]), "type"),
    ("block.nrrd", nrrd(["type": "block"]), "block"),
    ("bzip2.nrrd", nrrd(["encoding": "bzip2"]), "bzip2"),
    ("encoding.nrrd", nrrd(["encoding": "magic"]), "encoding"),
    ("gzip.nrrd", nrrd(["encoding": "gzip"]), "corrupt"),
    ("no_endian.nrrd", nrrd(removing: "endian"), "endian"),
    ("directions.nrrd", nrrd(["space directions": "(1,0,0) (0,1,0)"]), "space directions"),
    ("vector.nrrd", nrrd(["space directions": "(1,0,0) (0,1,0) (0,0,x)"]), "vector"),
    ("nan.nrrd", nrrd(["space directions": "(1,0,0) (0,1,0) (0,0,nan)"]), "affine"),
    ("cut.nrrd", nrrd(voxels: 100), "holds 100"),
    ("skip.nrrd", nrrd(["byte skip": "9223372036854775807"]), "more than any file"),
    ("lines.nrrd", nrrd(["line skip": "7"]), "line skip"),
    ("text.nrrd", nrrd(["encoding": "text"]), "not a number"),
    ("outside.nhdr", nrrd(["data file": "/etc/passwd"]), "outside"),
    ("parent.nhdr", nrrd(["data file": "../a.raw"]), "outside"),
    ("missing.nhdr", nrrd(["data file": "absent.raw"]), "absent.raw"),
    ("list.nhdr", nrrd(["data file": "LIST"]), "several"),
    ("endless.nrrd", Array("NRRD0004\ntype: short\n".utf8), "does not end"),
    ("line.nrrd", Array("NRRD0004\nhello\n\n".utf8), "hello"),

    ("no_sizes.mha", meta(removing: "DimSize"), "DimSize"),
    ("sizes.mha", meta(["DimSize": "4 4 -4"]), "DimSize"),
    ("absurd.mha", meta(["DimSize": "9223372036854775807 2 2"]), "too large"),
    ("type.mha", meta(["ElementType": "MET_OTHER"]), "MET_OTHER"),
    ("spacing.mha", meta(["ElementSpacing": "1 0 1"]), "affine"),
    ("nan.mha", meta(["Offset": "1 nan 1"]), "Offset"),
    ("channels.mha", meta(["ElementNumberOfChannels": "0"]), "channels"),
    ("compressed.mha", meta(["CompressedData": "True"]), "corrupt"),
    ("flag.mha", meta(["BinaryData": "Perhaps"]), "BinaryData"),
    ("cut.mha", meta(voxels: 9), "holds 9"),
    ("list.mha", meta(["ElementDataFile": "LIST"]), "several"),
    ("skip.mha", meta(["HeaderSize": "-5"]), "HeaderSize"),
  ]

  @Test(arguments: files.map(\.name))
  func isOneClearError(name: String) throws {
    let folder = try TemporaryFolder()
    let file = try #require(Self.files.first { $0.name == name })
    try Data(file.bytes).write(to: URL(filePath: folder(name)))
    try expectError(folder(name), says: file.says)
  }

  @Test func theUndamagedFilesAreRead() throws {
    for (name, bytes) in [
      ("a.nii", Self.nifti()), ("a.nrrd", Self.nrrd()), ("a.mha", Self.meta()),
    ] {
      let file = try ImageFile.read(bytes: bytes, name: name)
      #expect(file.volume.samples.count == 64)
    }
  }

  @Test func damagedCompressionIsAnError() throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: URL(filePath: "\(Resources.root)/scaled.nii.gz"))
    for count in [2, 10, 40, 150, whole.count - 20, whole.count - 9, whole.count - 1] {
      try whole.prefix(count).write(to: URL(filePath: folder("cut.nii.gz")))
      try expectError(folder("cut.nii.gz"), says: "cut.nii.gz")
    }
    var checkSum = whole
    checkSum[whole.count - 6] ^= 1
    try checkSum.write(to: URL(filePath: folder("sum.nii.gz")))
    try expectError(folder("sum.nii.gz"), says: "check sum")
  }

  @Test func whatIsNoFileIsAnError() throws {
    let folder = try TemporaryFolder()
    try expectError(folder.path, says: "folder without DICOM")
    try expectError(folder("absent.nii"), says: "No such file")
    try expectError("/dev/zero", says: "not a regular file")
  }

  @Test func labelsMustBeLabels() throws {
    for name in ["float32.nii", "int16.nii", "4d.nii.gz"] {
      let error = #expect(throws: VolumeIOError.self) {
        try ImageFile.readLabelMap("\(Resources.root)/\(name)")
      }
      #expect(error?.description.contains(name) == true)
    }
  }

  private func expectError(_ path: String, says text: String) throws {
    let error = #expect(throws: VolumeIOError.self) { try ImageFile.read(path) }
    let description = try #require(error).description
    let name = URL(filePath: path).deletingPathExtension().lastPathComponent
    #expect(description.contains(text) && description.contains(name), "\(description)")
    #expect(!description.contains("\n"))
  }
}
