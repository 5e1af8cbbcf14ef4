import Volumes

/// Reading of NRRD, of all its versions, with the voxels attached or in one file beside.
enum NRRDReader {
  /// Reads the header and finds the voxels.
  static func parse(_ content: InputContent) throws(VolumeIOError) -> ParsedImage {
    let path = content.file.path
    let header = try NRRDHeader(content)
    let axes = try NRRDAxes(header, path: path)
    let type = try storedType(of: header, path: path)
    let encoding = try required("encoding", header, path).lowercased()
    let voxels = try Self.voxels(
      header, attachedTo: content, isGzip: ["gzip", "gz"].contains(encoding))
    var layout = axes.layout
    layout.type = type
    var parsedEncoding = ParsedImage.Encoding.binary
    switch encoding {
    case "raw", "gzip", "gz":
      if type.byteCount > 1 {
        switch try required("endian", header, path).lowercased() {
        case "little": layout.isBigEndian = false
        case "big": layout.isBigEndian = true
        case let found: throw .malformed(path: path, reason: "an endian of \"\(found)\"")
        }
      }
    case "text", "txt", "ascii":
      parsedEncoding = .text
    case "bzip2", "bz2", "hex":
      throw .unsupported(
        path: path, found: "voxels in the encoding \(encoding)",
        remedy: "save it with the encoding gzip or raw")
    default:
      throw .malformed(path: path, reason: "an unknown encoding, \"\(encoding)\"")
    }
    let offset = try byteSkip(header, voxels: voxels, layout: layout, path: path)
    let tables = try NRRDSegments.tables(
      in: header.entries, layers: layout.channels, path: path)
    return ParsedImage(
      header: ImageHeader(
        path: path, format: .nrrd, storedType: type, isCompressed: voxels.envelope != nil,
        isBigEndian: layout.isBigEndian, slope: 1, intercept: 0, geometry: axes.geometry,
        channels: layout.channels, labelTables: tables, nifti: nil),
      layout: layout, encoding: parsedEncoding, content: voxels, offset: offset)
  }

  /// The value of a field that must be there.
  static func required(
    _ name: String, _ header: NRRDHeader, _ path: String
  ) throws(VolumeIOError) -> String {
    guard let value = header.fields[name] else {
      throw .malformed(path: path, reason: "the header lacks the field \"\(name)\"")
    }
    return value
  }

  private static func storedType(
    of header: NRRDHeader, path: String
  ) throws(VolumeIOError) -> StoredType {
    let name = try required("type", header, path).lowercased()
    switch name {
    case "signed char", "int8", "int8_t": return .int8
    case "uchar", "unsigned char", "uint8", "uint8_t": return .uint8
    case "short", "short int", "signed short", "signed short int", "int16", "int16_t":
      return .int16
    case "ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t": return .uint16
    case "int", "signed int", "int32", "int32_t": return .int32
    case "uint", "unsigned int", "uint32", "uint32_t": return .uint32
    case "longlong", "long long", "long long int", "signed long long", "signed long long int",
      "int64", "int64_t":
      return .int64
    case "ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t":
      return .uint64
    case "float": return .float32
    case "double": return .float64
    case "block":
      throw .unsupported(
        path: path, found: "samples of type block", remedy: "save it as a type of numbers")
    default: throw .malformed(path: path, reason: "an unknown type, \"\(name)\"")
    }
  }

  /// Where the voxels are: after the header or in another file, past the lines to skip.
  private static func voxels(
    _ header: NRRDHeader, attachedTo content: InputContent, isGzip: Bool
  ) throws(VolumeIOError) -> InputContent {
    let path = content.file.path
    var (file, start) = (content.file, header.byteCount)
    if let name = header.fields["datafile"], name.uppercased() != "LOCAL" {
      guard !name.hasPrefix("LIST"), name.split(separator: " ").count < 4 else {
        throw .unsupported(
          path: path, found: "voxels in several files", remedy: "save it with one data file")
      }
      (file, start) = (try file.sibling(name), 0)
    }
    if let text = header.fields["lineskip"] {
      guard let count = Int(text), count >= 0 else {
        throw .malformed(path: path, reason: "a line skip of \"\(text)\"")
      }
      if count > 0 {
        let lines = Array(
          try HeaderLines(InputContent(file, start: start, envelope: nil)) { index, _ in
            index == count - 1
          })
        guard lines.count == count, let last = lines.last else {
          throw .malformed(path: path, reason: "a line skip of \(count), more lines than there are")
        }
        start += last.end
      }
    }
    return InputContent(file, start: start, envelope: isGzip ? .gzip : nil)
  }

  private static func byteSkip(
    _ header: NRRDHeader, voxels: InputContent, layout: SampleLayout, path: String
  ) throws(VolumeIOError) -> Int {
    guard let text = header.fields["byteskip"] else { return 0 }
    guard let count = Int(text), count >= -1 else {
      throw .malformed(path: path, reason: "a byte skip of \"\(text)\"")
    }
    guard count == -1 else { return count }
    // The voxels are the last bytes of the file.
    guard voxels.envelope == nil else {
      throw .malformed(path: path, reason: "a byte skip of -1 with compressed voxels")
    }
    return max(0, voxels.largestCount - layout.sampleCount * layout.type.byteCount)
  }
}
