/// A picture: rows of pixels, the top row first.
public struct Raster: Sendable, Equatable {
  /// The number of pixels in a row.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// Red, green and blue of each pixel: `3 * width * height` values.
  public private(set) var samples: [UInt8]

  /// Makes a picture of one colour.
  ///
  /// - Precondition: both extents are positive.
  public init(width: Int, height: Int, color: Color = Color(0, 0, 0)) {
    precondition(width > 0 && height > 0)
    self.width = width
    self.height = height
    samples = []
    samples.reserveCapacity(3 * width * height)
    for _ in 0..<width * height {
      samples.append(color.red)
      samples.append(color.green)
      samples.append(color.blue)
    }
  }

  /// The colour of a pixel.
  public subscript(x: Int, y: Int) -> Color {
    get {
      let at = 3 * (y * width + x)
      return Color(samples[at], samples[at + 1], samples[at + 2])
    }
    set {
      let at = 3 * (y * width + x)
      samples[at] = newValue.red
      samples[at + 1] = newValue.green
      samples[at + 2] = newValue.blue
    }
  }

  /// Lays a colour over a pixel; pixels outside of the picture are left out.
  ///
  /// - Parameter opacity: 0 (as it was) to 1 (the colour).
  public mutating func blend(_ x: Int, _ y: Int, _ color: Color, opacity: Double) {
    guard 0..<width ~= x, 0..<height ~= y, opacity > 0 else { return }
    let old = self[x, y]
    let opacity = min(1, opacity)
    func mix(_ from: UInt8, _ to: UInt8) -> UInt8 {
      UInt8((Double(from) + opacity * (Double(to) - Double(from))).rounded())
    }
    self[x, y] = Color(
      mix(old.red, color.red), mix(old.green, color.green), mix(old.blue, color.blue))
  }

  /// Fills a rectangle; what is outside of the picture is left out.
  public mutating func fill(
    x: Int, y: Int, width: Int, height: Int, _ color: Color, opacity: Double = 1
  ) {
    for row in max(0, y)..<max(0, y, min(self.height, y + height)) {
      for column in max(0, x)..<max(0, x, min(self.width, x + width)) {
        blend(column, row, color, opacity: opacity)
      }
    }
  }
}
