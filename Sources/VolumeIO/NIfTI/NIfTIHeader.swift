import CNIfTI

/// The header of a NIfTI file, in the fields of NIfTI-2, which hold those of NIfTI-1 exactly.
public struct NIfTIHeader: Sendable {
  /// A header extension: a code registered with the NIfTI group, and its content.
  public struct Extension: Sendable, Hashable {
    /// Who defined the content: 6 for comments, 30 for Connectome Workbench, and so on.
    public var code: Int32
    /// The content, with the zeros that fill it up to a multiple of 16 bytes.
    public var content: [UInt8]

    /// Makes an extension.
    public init(code: Int32, content: [UInt8]) {
      self.code = code
      self.content = content
    }
  }

  /// The fields in the byte order of this machine.
  var fields: nifti_2_header
  /// The header extensions, in the order of the file.
  public internal(set) var extensions: [Extension] = []

  /// What the space of the sform is: 0 none, 1 scanner, 2 aligned, 3 Talairach, 4 MNI 152, 5 other.
  public var sformCode: Int { Int(fields.sform_code) }
  /// What the space of the qform is, in the same codes.
  public var qformCode: Int { Int(fields.qform_code) }
  /// The free text of the header.
  public var description: String { NIfTIHeader.text(fields.descrip) }
  /// The name of what the samples mean.
  public var intentName: String { NIfTIHeader.text(fields.intent_name) }
  /// The code of what the samples mean.
  public var intentCode: Int { Int(fields.intent_code) }
  /// The seconds between the volumes of a time series, or nil where none are given.
  public var secondsBetweenVolumes: Double? {
    guard dimensions.count > 3, pixdim(4) > 0 else { return nil }
    switch fields.xyzt_units & 0x38 {
    case NIFTI_UNITS_SEC: return pixdim(4)
    case NIFTI_UNITS_MSEC: return pixdim(4) * 1e-3
    case NIFTI_UNITS_USEC: return pixdim(4) * 1e-6
    default: return nil
    }
  }

  /// The sizes of the axes, as many as the header's rank, which is 1 to 7.
  var dimensions: [Int] {
    NIfTIHeader.array(fields.dim)[1...].prefix(Int(clamping: fields.dim.0)).map { Int($0) }
  }

  /// An entry of `pixdim`: 0 is the handedness of the qform, 1 to 7 the spacing of an axis.
  func pixdim(_ index: Int) -> Double {
    NIfTIHeader.array(fields.pixdim)[index]
  }

  /// Millimetres in the unit of the spatial axes; no unit counts as millimetres.
  var millimetres: Double {
    switch fields.xyzt_units & 0x07 {
    case NIFTI_UNITS_METER: 1e3
    case NIFTI_UNITS_MICRON: 1e-3
    default: 1
    }
  }

  /// The elements of one of C's arrays, which Swift sees as a tuple.
  static func array<Tuple, Element: BitwiseCopyable>(
    _ tuple: Tuple, of type: Element.Type
  ) -> [Element] {
    withUnsafeBytes(of: tuple) { Array($0.bindMemory(to: type)) }
  }

  static func array(
    _ tuple: (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64)
  ) -> [Int64] {
    array(tuple, of: Int64.self)
  }

  static func array(
    _ tuple: (Double, Double, Double, Double, Double, Double, Double, Double)
  ) -> [Double] {
    array(tuple, of: Double.self)
  }

  /// The text of a field of characters that ends at its first zero.
  private static func text<Tuple>(_ tuple: Tuple) -> String {
    String(decoding: array(tuple, of: UInt8.self).prefix { $0 != 0 }, as: UTF8.self)
  }
}
