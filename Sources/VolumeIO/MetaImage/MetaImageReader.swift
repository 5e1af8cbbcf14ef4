import Volumes

/// Reading of MetaImage, with the voxels after the header or in one file beside.
enum MetaImageReader {
  /// Whether a file begins as a MetaImage header does: lines of `Key = value`, with the rank.
  static func isMagic(_ bytes: [UInt8]) -> Bool {
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return false }
    let key = String(decoding: bytes[..<equals], as: UTF8.self).trimmingWhitespace
    guard !key.isEmpty, key.allSatisfy({ $0.isASCII && $0.isLetter }) else { return false }
    return String(decoding: bytes, as: UTF8.self).contains("NDims")
  }

  /// Reads the header and finds the voxels.
  static func parse(_ content: InputContent) throws(VolumeIOError) -> ParsedImage {
    let path = content.file.path
    let header = try MetaImageHeader(content)
    let type = try storedType(of: header, path: path)
    let (geometry, further) = try grid(of: header, path: path)
    let components = try header.integer("ElementNumberOfChannels") ?? 1
    guard components >= 1 else {
      throw .malformed(path: path, reason: "\(components) channels (ElementNumberOfChannels)")
    }
    guard components == 1 || further == 1 else {
      throw .unsupported(
        path: path, found: "\(components) channels at each of \(further) points of a fourth axis",
        remedy: "only one of the two may be longer than 1; split the image first")
    }
    let (samples, overflow) = geometry.voxelCount.multipliedReportingOverflow(
      by: components * further)
    guard !overflow, samples <= Int.max / 16 else {
      throw .malformed(path: path, reason: "a DimSize of more than any file holds")
    }
    let slope = try header.numbers("ElementToIntensityFunctionSlope", count: 1)?[0] ?? 1
    let intercept = try header.numbers("ElementToIntensityFunctionOffset", count: 1)?[0] ?? 0
    let isBigEndian = try header.flag("BinaryDataByteOrderMSB", "ElementByteOrderMSB") ?? false
    let layout = SampleLayout(
      type: type, isBigEndian: isBigEndian, slope: slope, intercept: intercept,
      inner: components > 1 ? 1 : geometry.voxelCount, channels: components * further,
      outer: components > 1 ? geometry.voxelCount : 1)
    let isText = try header.flag("BinaryData") == false
    let (voxels, offset) = try Self.voxels(
      header, attachedTo: content, byteCount: samples * type.byteCount, isText: isText)
    return ParsedImage(
      header: ImageHeader(
        path: path, format: .metaImage, storedType: type, isCompressed: voxels.envelope != nil,
        isBigEndian: isBigEndian, slope: slope, intercept: intercept, geometry: geometry,
        channels: layout.channels, labelTables: [], nifti: nil),
      layout: layout, encoding: isText ? .text : .binary, content: voxels, offset: offset)
  }

  private static func storedType(
    of header: MetaImageHeader, path: String
  ) throws(VolumeIOError) -> StoredType {
    let name = try header.required("ElementType")
    switch name {
    case "MET_CHAR": return .int8
    case "MET_UCHAR": return .uint8
    case "MET_SHORT": return .int16
    case "MET_USHORT": return .uint16
    case "MET_INT", "MET_LONG": return .int32
    case "MET_UINT", "MET_ULONG": return .uint32
    case "MET_LONG_LONG": return .int64
    case "MET_ULONG_LONG": return .uint64
    case "MET_FLOAT": return .float32
    case "MET_DOUBLE": return .float64
    default:
      throw .unsupported(
        path: path, found: "samples of type \(name.prefix(40))",
        remedy: "save it as an integer or real type, such as MET_FLOAT")
    }
  }

  /// The grid, and the size of the fourth axis, which is 1 where there is none.
  ///
  /// MetaImage's world is LPS, as ITK's.
  private static func grid(
    of header: MetaImageHeader, path: String
  ) throws(VolumeIOError) -> (Geometry, further: Int) {
    guard let rank = try header.integer("NDims"), 2...8 ~= rank else {
      throw .malformed(path: path, reason: "a rank (NDims) that is not 2 to 8")
    }
    let text = try header.required("DimSize")
    guard let sizes = integers(text), sizes.count == rank, sizes.allSatisfy({ $0 >= 1 }) else {
      throw .malformed(
        path: path, reason: "a DimSize of \"\(text)\", not \(rank) positive whole numbers")
    }
    let further = sizes.dropFirst(3).filter { $0 > 1 }
    guard further.count <= 1 else {
      throw .unsupported(
        path: path, found: "an image of dims \(sizes)",
        remedy: "only one axis beyond the third may be longer than 1; split the image first")
    }
    let spacing =
      try header.numbers("ElementSpacing", "ElementSize", count: rank)
      ?? [Double](repeating: 1, count: rank)
    let origin = try header.numbers("Offset", "Position", "Origin", count: rank)
    let matrix = try header.numbers(
      "TransformMatrix", "Rotation", "Orientation", count: rank * rank)
    var size = SIMD3(1, 1, 1)
    var affine = Affine(spacing: [1, 1, 1])
    for axis in 0..<min(3, rank) {
      size[axis] = sizes[axis]
      affine.origin[axis] = origin?[axis] ?? 0
      // A row of the matrix is the direction of an axis.
      if let matrix {
        affine[axis] = .zero
        for component in 0..<min(3, rank) {
          affine[axis][component] = matrix[axis * rank + component]
        }
      }
      affine[axis] *= spacing[axis]
    }
    let toRAS = SIMD3<Double>(-1, -1, 1)
    for axis in 0..<3 { affine[axis] *= toRAS }
    affine.origin *= toRAS
    do {
      return (try Geometry(size: size, affine: affine), further.first ?? 1)
    } catch {
      throw .malformed(path: path, reason: error.description)
    }
  }

  private static func voxels(
    _ header: MetaImageHeader, attachedTo content: InputContent, byteCount: Int, isText: Bool
  ) throws(VolumeIOError) -> (InputContent, offset: Int) {
    let path = content.file.path
    let name = try header.required("ElementDataFile")
    var (file, start) = (content.file, header.byteCount)
    if name.uppercased() != "LOCAL" {
      guard !name.hasPrefix("LIST"), !name.contains("%") else {
        throw .unsupported(
          path: path, found: "voxels in several files", remedy: "save it with one data file")
      }
      (file, start) = (try file.sibling(name), 0)
    }
    if try header.flag("CompressedData") == true {
      guard !isText else {
        throw .malformed(path: path, reason: "text that is compressed")
      }
      // Most often a zlib stream; ITK takes gzip as well.
      let isGzip = try file.bytes(start..<start + 2) == [0x1f, 0x8b]
      return (InputContent(file, start: start, envelope: isGzip ? .gzip : .zlib), 0)
    }
    let voxels = InputContent(file, start: start, envelope: nil)
    let skip = try header.integer("HeaderSize") ?? 0
    guard skip >= -1 else {
      throw .malformed(path: path, reason: "a HeaderSize of \(skip)")
    }
    // -1: the voxels are the last bytes of the file.
    return (voxels, skip == -1 ? max(0, voxels.largestCount - byteCount) : skip)
  }
}
