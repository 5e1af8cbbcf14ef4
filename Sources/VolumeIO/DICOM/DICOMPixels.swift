import DICOMShim

/// How the samples of a DICOM image are stored (PS3.3 C.7.6.3), all of whose frames are alike.
struct DICOMPixels: Sendable, Hashable {
  enum Kind: Sendable { case integer, float, double }

  let kind: Kind
  let rows: Int
  let columns: Int
  let bitsAllocated: Int
  let bitsStored: Int
  let highBit: Int
  let isSigned: Bool
  /// Whether the smallest value is the brightest, which is undone.
  let isInverted: Bool
  /// The stored values of pixels outside of what was imaged.
  let padding: ClosedRange<Int>?
  let isCompressed: Bool
  let isBigEndian: Bool

  /// The number of bytes of a frame.
  var frameByteCount: Int { rows * columns * (bitsAllocated / 8) }

  /// The type of the stored samples.
  var storedType: StoredType {
    switch (kind, bitsAllocated, isSigned) {
    case (.float, _, _): .float32
    case (.double, _, _): .float64
    case (_, 8, false): .uint8
    case (_, 8, true): .int8
    case (_, 16, false): .uint16
    case (_, 16, true): .int16
    case (_, _, false): .uint32
    case (_, _, true): .int32
    }
  }

  /// Reads the attributes, or says in words what of them is not taken.
  static func read(_ file: DICOMFile) -> Reading<DICOMPixels> {
    let root = file.root
    let kind: Kind
    switch file.pixelKind {
    case DS_INTEGER_PIXELS: kind = .integer
    case DS_FLOAT_PIXELS: kind = .float
    case DS_DOUBLE_PIXELS: kind = .double
    default: return .problem("it has no pixels")
    }
    let photometric = root.text(.photometric) ?? "MONOCHROME2"
    if (root.integer(.samplesPerPixel) ?? 1) != 1 || !photometric.hasPrefix("MONOCHROME") {
      return .problem("a colour image (\(photometric)), which has no intensities to measure")
    }
    guard let rows = root.integer(.rows), let columns = root.integer(.columns), rows > 0,
      columns > 0
    else { return .problem("it does not tell its rows and columns") }
    let allocated =
      switch kind {
      case .integer: root.integer(.bitsAllocated) ?? 0
      case .float: 32
      case .double: 64
      }
    let stored = kind == .integer ? root.integer(.bitsStored) ?? allocated : allocated
    let highBit = kind == .integer ? root.integer(.highBit) ?? stored - 1 : allocated - 1
    guard kind != .integer || [8, 16, 32].contains(allocated) else {
      return .problem("\(allocated) bits for a pixel; 8, 16 and 32 are taken")
    }
    guard stored >= 1, highBit >= stored - 1, highBit < allocated else {
      return .problem("\(stored) bits up to bit \(highBit) of \(allocated) cannot be")
    }
    if root.itemCount(.modalityTable) > 0 {
      return .problem("a look-up table for its values, which is not taken")
    }
    let syntax = file.transferSyntax
    let isBigEndian = syntax == "1.2.840.10008.1.2.2"
    if isBigEndian, kind == .integer, allocated == 32 {
      return .problem("32 bits for a pixel in big endian, which is not taken")
    }
    let isSigned = root.integer(.pixelRepresentation) == 1
    let modality = root.text(.modality) ?? ""
    return .value(
      DICOMPixels(
        kind: kind, rows: rows, columns: columns, bitsAllocated: allocated, bitsStored: stored,
        highBit: highBit, isSigned: isSigned,
        // Of measured quantities it only tells how to show them.
        isInverted: photometric == "MONOCHROME1" && !["CT", "PT", "NM"].contains(modality),
        padding: modality == "CT" && kind == .integer ? padding(root, isSigned: isSigned) : nil,
        isCompressed: !["", ".1", ".2"].contains(syntax.dropFirst("1.2.840.10008.1.2".count)),
        isBigEndian: isBigEndian))
  }

  private static func padding(_ root: DICOMItem, isSigned: Bool) -> ClosedRange<Int>? {
    func value(_ tag: DICOMTag) -> Int? {
      // Implicit files do not tell the type of the attribute.
      root.integer(tag).map { isSigned && $0 > 32767 ? $0 - 65536 : $0 }
    }
    guard let first = value(.pixelPadding) else { return nil }
    let other = value(.pixelPaddingLimit) ?? first
    return min(first, other)...max(first, other)
  }
}

/// A value, or what is wrong with the file in words.
enum Reading<Value: Sendable>: Sendable {
  case value(Value)
  case problem(String)
}
