import Foundation

/// Siemens' way to store a volume of MR in one image: its slices lie as tiles, row by row, in a
/// square that the number of slices just fits.
struct SiemensMosaic {
  private let slices: Int
  /// The unit vector from a slice to the next.
  private let normal: SIMD3<Double>

  /// Reads the private attributes; nil for an image that is no mosaic.
  init?(_ root: DICOMItem, _ frame: DICOMFrame) {
    guard frame.imageType.contains("MOSAIC"),
      root.text(.manufacturer)?.uppercased().contains("SIEMENS") == true
    else { return nil }
    let private1 = root.privateTag("SIEMENS CSA HEADER", 0x0029, 0x10).flatMap(root.bytes)
    let header = private1.flatMap(SiemensHeader.init(bytes:))
    let tagged = root.privateTag("SIEMENS MR HEADER", 0x0019, 0x0a).flatMap { tag -> Int? in
      if let number = root.integer(tag) { return number }
      // In files of implicit types the attribute is bytes.
      guard let bytes = root.bytes(tag), bytes.count >= 2 else { return nil }
      return Int(bytes[0]) | Int(bytes[1]) << 8
    }
    slices =
      tagged ?? header?.numbers("NumberOfImagesInMosaic").first.flatMap { Int(exactly: $0) } ?? 0
    let plane = frame.plane
    if let vector = header?.numbers("SliceNormalVector"), vector.count == 3 {
      // Only its direction along the normal of the plane is new.
      let told = SIMD3(vector[0], vector[1], vector[2])
      normal = told.dot(plane.normal) < 0 ? -plane.normal : plane.normal
    } else {
      normal = plane.normal
    }
  }

  /// The slices of a mosaic, or what is wrong with it.
  func tiles(of frame: DICOMFrame) -> Reading<[DICOMFrame]> {
    guard slices >= 1, slices <= 10_000 else {
      return .problem("a mosaic that does not tell the number of its slices")
    }
    let side = Int(Double(slices).squareRoot().rounded(.up))
    let columns = frame.tile.columns / side
    let rows = frame.tile.rows / side
    guard columns * side == frame.tile.columns, rows * side == frame.tile.rows, columns > 0,
      rows > 0
    else { return .problem("a mosaic of \(slices) slices whose sides \(side) does not divide") }
    guard let spacing = frame.thickness else {
      return .problem("a mosaic that does not tell the distance of its slices")
    }
    // The position is that of the first pixel if the whole mosaic were one slice about the same
    // centre.
    let plane = frame.plane
    let corner =
      plane.position
      + plane.alongRow * (plane.spacing.x * Double(frame.tile.columns - columns) / 2)
      + plane.alongColumn * (plane.spacing.y * Double(frame.tile.rows - rows) / 2)
    return .value(
      (0..<slices).map { slice in
        var tile = frame
        tile.tile = FrameTile(
          column: slice % side * columns, row: slice / side * rows, columns: columns, rows: rows)
        tile.plane.position = corner + normal * (spacing * Double(slice))
        return tile
      })
  }
}

/// The attributes that Siemens packs into one of its own ("CSA header", version SV10).
struct SiemensHeader {
  private var values: [String: [String]] = [:]

  /// Reads the pack; nil for other bytes.
  init?(bytes: [UInt8]) {
    guard bytes.starts(with: "SV10".utf8) else { return nil }
    var position = 8
    func word() -> Int? {
      guard position + 4 <= bytes.count else { return nil }
      defer { position += 4 }
      return (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
    }
    func text(_ count: Int) -> String? {
      guard count >= 0, count <= bytes.count - position else { return nil }
      defer { position += count }
      return String(
        decoding: bytes[position..<position + count].prefix { $0 != 0 }, as: UTF8.self)
    }
    guard let count = word(), count <= 1000, word() != nil else { return nil }
    for _ in 0..<count {
      // The name, the multiplicity, the type as text and number, the number of values, a mark.
      guard let name = text(64), word() != nil, text(4) != nil, word() != nil, let items = word(),
        word() != nil, items <= 10_000
      else { return nil }
      var list: [String] = []
      for _ in 0..<items {
        guard word() != nil, let length = word(), word() != nil, word() != nil,
          let value = text(length)
        else { return nil }
        position += (4 - length % 4) % 4
        let trimmed = value.trimmingCharacters(in: .whitespaces)
        if !trimmed.isEmpty { list.append(trimmed) }
      }
      values[name] = list
    }
  }

  /// The values of an attribute as numbers; empty where there are none.
  func numbers(_ name: String) -> [Double] { values[name]?.compactMap(Double.init) ?? [] }
}
