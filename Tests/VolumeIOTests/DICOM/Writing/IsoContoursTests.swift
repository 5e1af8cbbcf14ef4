import Testing

@testable import VolumeIO

@Suite struct IsoContoursTests {
  /// Random fields, dense and sparse: pixel centres within the curves, counted by exclusive or, are
  /// those at which the field is positive.
  @Test(arguments: [0.1, 0.5, 0.9], [true, false])
  func curvesContainWhatIsPositive(part: Double, isBinary: Bool) {
    var random = Generator(state: UInt64(part * 100) + (isBinary ? 1 : 0))
    let (columns, rows) = (17, 13)
    let field = (0..<columns * rows).map { _ -> Float in
      let value = Float(part - random.unit())
      return isBinary ? (value > 0 ? 1 : -1) : (value > 0 ? max(value, 1e-3) : min(value, -1e-3))
    }
    let curves = field.withUnsafeBufferPointer {
      IsoContours($0, columns: columns, rows: rows).curves
    }
    for y in 0..<rows {
      for x in 0..<columns {
        let isInside = curves.count { contains($0, Double(x), Double(y)) } % 2 == 1
        #expect(isInside == (field[y * columns + x] > 0))
      }
    }
    #expect(curves.allSatisfy { $0.count >= 3 })
  }

  /// The field of a disc that is given as its signed distance, linear interpolation of which is
  /// nearly exact.
  @Test func curvesLieBetweenPixels() {
    let field = (0..<40 * 40).map { index -> Float in
      let (x, y) = (Float(index % 40) - 19.3, Float(index / 40) - 20.8)
      return 12.4 - (x * x + y * y).squareRoot()
    }
    let curves = field.withUnsafeBufferPointer { IsoContours($0, columns: 40, rows: 40).curves }
    #expect(curves.count == 1)
    for point in curves[0] {
      let offset = point - SIMD2(19.3, 20.8)
      #expect(abs((offset * offset).sum().squareRoot() - 12.4) < 0.011)
    }
  }

  /// A rectangle at the corner of the slice has its eight corners cut, and no other points.
  @Test func straightLinesHaveNoPointsBetween() {
    var field = [Float](repeating: -1, count: 100)
    for y in 0..<4 { for x in 0..<6 { field[y * 10 + x] = 1 } }
    let curves = field.withUnsafeBufferPointer { IsoContours($0, columns: 10, rows: 10).curves }
    #expect(curves.count == 1 && curves[0].count == 8)
    #expect(curves[0].map(\.x).min() == -0.5 && curves[0].map(\.y).max() == 3.5)
  }

  private func contains(_ curve: [SIMD2<Double>], _ x: Double, _ y: Double) -> Bool {
    var isInside = false
    for index in curve.indices {
      let (a, b) = (curve[index], curve[(index + 1) % curve.count])
      if (a.y > y) != (b.y > y), x < a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x) {
        isInside.toggle()
      }
    }
    return isInside
  }

  /// Knuth's linear congruential generator.
  private struct Generator {
    var state: UInt64

    mutating func unit() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 53)
    }
  }
}
