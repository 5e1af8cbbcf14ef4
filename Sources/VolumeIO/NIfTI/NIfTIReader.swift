import CNIfTI
import Volumes

/// Reading of NIfTI-1 and NIfTI-2.
enum NIfTIReader {
  /// Reads the header and finds the voxels.
  ///
  /// - Parameter voxelFile: the file of the voxels where the caller already knows it: the `.img`
  ///   that was named.
  static func parse(
    _ content: InputContent, kind: NIfTIHeader.Kind, voxelFile: InputFile? = nil
  ) throws(VolumeIOError) -> ParsedImage {
    let path = content.file.path
    var header = NIfTIHeader(try content.prefix(kind.headerSize), kind: kind)
    let type = try storedType(of: header, path: path)
    let (size, channels) = try shape(of: header, path: path)
    let offset = try voxelOffset(of: header, kind: kind, path: path)
    let geometry: Geometry
    switch header.affine(size: size) {
    case .failure(let fault): throw .malformed(path: path, reason: fault.reason)
    case .success(let affine):
      do {
        geometry = try Geometry(size: size, affine: affine)
      } catch {
        throw .malformed(path: path, reason: error.description)
      }
    }
    header.extensions = try extensions(
      content, kind: kind, end: kind.isSingleFile ? offset : min(content.largestCount, 1 << 26))
    var (slope, intercept) = (header.fields.scl_slope, header.fields.scl_inter)
    if slope == 0 || !slope.isFinite {
      (slope, intercept) = (1, 0)
    } else if !intercept.isFinite {
      throw .malformed(path: path, reason: "an intercept (scl_inter) of \(intercept)")
    }
    let (sampleCount, overflow) = geometry.voxelCount.multipliedReportingOverflow(by: channels)
    guard !overflow, sampleCount <= Int.max / 16 else {
      throw .malformed(path: path, reason: "dims \(header.dimensions), more than any file holds")
    }
    let voxels: InputContent
    if kind.isSingleFile {
      voxels = content
    } else if let voxelFile {
      voxels = try InputContent(voxelFile)
    } else {
      voxels = try InputContent(try Self.voxelFile(beside: content.file))
    }
    let labels = NIfTILabels.table(in: header.extensions)
    return ParsedImage(
      header: ImageHeader(
        path: path, format: kind.version == 1 ? .nifti1 : .nifti2, storedType: type,
        isCompressed: voxels.envelope != nil, isBigEndian: kind.isBigEndian, slope: slope,
        intercept: intercept, geometry: geometry, channels: channels,
        labelTables: labels.map { [LabelTable](repeating: $0, count: channels) } ?? [],
        nifti: header),
      layout: SampleLayout(
        type: type, isBigEndian: kind.isBigEndian, slope: slope, intercept: intercept,
        inner: geometry.voxelCount, channels: channels),
      content: voxels, offset: offset)
  }

  private static func storedType(
    of header: NIfTIHeader, path: String
  ) throws(VolumeIOError) -> StoredType {
    let refused: String
    switch Int32(header.fields.datatype) {
    case NIFTI_TYPE_UINT8: return .uint8
    case NIFTI_TYPE_INT16: return .int16
    case NIFTI_TYPE_INT32: return .int32
    case NIFTI_TYPE_FLOAT32: return .float32
    case NIFTI_TYPE_FLOAT64: return .float64
    case NIFTI_TYPE_INT8: return .int8
    case NIFTI_TYPE_UINT16: return .uint16
    case NIFTI_TYPE_UINT32: return .uint32
    case NIFTI_TYPE_INT64: return .int64
    case NIFTI_TYPE_UINT64: return .uint64
    case NIFTI_TYPE_COMPLEX64, NIFTI_TYPE_COMPLEX128, NIFTI_TYPE_COMPLEX256: refused = "complex"
    case NIFTI_TYPE_RGB24: refused = "RGB colour"
    case NIFTI_TYPE_RGBA32: refused = "RGBA colour"
    case NIFTI_TYPE_FLOAT128: refused = "128-bit float"
    case DT_BINARY: refused = "one-bit"
    default:
      throw .malformed(path: path, reason: "an unknown data type, \(header.fields.datatype)")
    }
    throw .unsupported(
      path: path, found: "\(refused) samples",
      remedy: "convert it to an integer or a real type, such as one of magnitudes, first")
  }

  /// The size of the grid, and the product of the further axes, of which one may exceed 1.
  private static func shape(
    of header: NIfTIHeader, path: String
  ) throws(VolumeIOError) -> (size: SIMD3<Int>, channels: Int) {
    let rank = header.fields.dim.0
    guard 1...7 ~= rank else {
      throw .malformed(path: path, reason: "a rank (dim[0]) of \(rank), not 1 to 7")
    }
    let dimensions = header.dimensions
    guard dimensions.allSatisfy({ $0 >= 1 }) else {
      throw .malformed(path: path, reason: "dims \(dimensions); each must be positive")
    }
    let further = dimensions.dropFirst(3).filter { $0 > 1 }
    guard further.count <= 1 else {
      throw .unsupported(
        path: path, found: "an image of dims \(dimensions)",
        remedy: "only one axis beyond the third may be longer than 1; split the image first")
    }
    var size = SIMD3(1, 1, 1)
    for (axis, count) in dimensions.prefix(3).enumerated() { size[axis] = count }
    return (size, further.first ?? 1)
  }

  /// Where the voxels start; in a single file not within the header, 0 standing for its end.
  private static func voxelOffset(
    of header: NIfTIHeader, kind: NIfTIHeader.Kind, path: String
  ) throws(VolumeIOError) -> Int {
    let offset = Int(header.fields.vox_offset)
    if kind.isSingleFile, offset == 0 { return kind.headerSize + 4 }
    guard offset >= (kind.isSingleFile ? kind.headerSize : 0) else {
      throw .malformed(
        path: path, reason: "voxels that start at byte \(offset) (vox_offset), within the header")
    }
    return offset
  }

  /// Reads the header extensions, which lie between the header and `end`.
  private static func extensions(
    _ content: InputContent, kind: NIfTIHeader.Kind, end: Int
  ) throws(VolumeIOError) -> [NIfTIHeader.Extension] {
    var position = kind.headerSize + 4
    let flag = try content.prefix(position).dropFirst(kind.headerSize)
    guard flag.count == 4, flag.first != 0, end > position else { return [] }
    let bytes = try content.prefix(end)
    func word(at position: Int) -> Int32 {
      let word = bytes.withUnsafeBytes {
        $0.loadUnaligned(fromByteOffset: position, as: Int32.self)
      }
      return kind.isBigEndian ? Int32(bigEndian: word) : Int32(littleEndian: word)
    }
    var extensions: [NIfTIHeader.Extension] = []
    while position + 8 <= bytes.count {
      let size = Int(word(at: position))
      // Zeros up to the voxels end the list.
      if size == 0 { break }
      guard size >= 8, size <= bytes.count - position else {
        throw .malformed(
          path: content.file.path,
          reason: "a header extension of \(size) bytes where \(bytes.count - position) are left")
      }
      extensions.append(
        .init(code: word(at: position + 4), content: Array(bytes[position + 8..<position + size])))
      position += size
    }
    return extensions
  }

  /// The file of the voxels of a pair: named as the header is, with `.img` for `.hdr`, and
  /// compressed if the header is, or else if it is not.
  private static func voxelFile(beside header: InputFile) throws(VolumeIOError) -> InputFile {
    let candidates = partners(of: header.name, suffix: "hdr", partnerSuffix: "img")
    guard let first = candidates.first else {
      throw .malformed(
        path: header.path,
        reason: "the header of a pair (.hdr and .img), but its name does not end in .hdr")
    }
    guard let file = header.firstSibling(candidates) else { return try header.sibling(first) }
    return file
  }

  /// The header of a pair of which the voxels' file was named, or nil where there is none.
  static func headerFile(beside voxels: InputFile) -> InputFile? {
    voxels.firstSibling(partners(of: voxels.name, suffix: "img", partnerSuffix: "hdr"))
  }

  private static func partners(
    of name: String, suffix: String, partnerSuffix: String
  ) -> [String] {
    let lower = name.lowercased()
    for (ending, other) in [("", ".gz"), (".gz", "")] where lower.hasSuffix(".\(suffix)\(ending)") {
      let stem = name.dropLast(suffix.count + ending.count)
      let written = name.dropFirst(stem.count).prefix(suffix.count)
      let partner = written == written.uppercased() ? partnerSuffix.uppercased() : partnerSuffix
      return ["\(stem)\(partner)\(name.suffix(ending.count))", "\(stem)\(partner)\(other)"]
    }
    return []
  }
}
