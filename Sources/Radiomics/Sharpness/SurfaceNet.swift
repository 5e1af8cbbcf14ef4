/// A closed surface through a field of numbers where they pass one half, as triangles.
///
/// Each cell of eight neighbouring samples that the surface passes has one vertex, the mean of where it
/// passes the cell's edges; each edge between two samples that it passes has a quadrilateral of the four
/// cells around it (Gibson, MICCAI 1998, without relaxing).
struct SurfaceNet: Sendable {
  /// In samples from the first.
  private(set) var vertices: [SIMD3<Double>] = []
  /// Three vertices each, counter-clockwise seen from where the field is low.
  private(set) var triangles: [SIMD3<Int32>] = []

  /// - Parameters:
  ///   - field: the first axis is fastest. Its outermost samples are below one half.
  ///   - size: the number of samples along each axis.
  init(_ field: [Double], size: SIMD3<Int>) {
    let strides = SIMD3(1, size.x, size.x * size.y)
    var vertexOfCell = [Int32](repeating: -1, count: field.count)
    let corners = (0..<8).map { SIMD3($0 & 1, $0 >> 1 & 1, $0 >> 2) }
    let offsets = corners.map { ($0 &* strides).wrappedSum() }
    let edges = (0..<8).flatMap { low in
      (0..<3).compactMap { axis in low & 1 << axis == 0 ? (low, low | 1 << axis) : nil }
    }
    field.withUnsafeBufferPointer { field in
      for z in 0..<max(0, size.z - 1) {
        for y in 0..<max(0, size.y - 1) {
          for x in 0..<max(0, size.x - 1) {
            let cell = (SIMD3(x, y, z) &* strides).wrappedSum()
            var code = 0
            for corner in 0..<8 where field[cell + offsets[corner]] >= 0.5 { code |= 1 << corner }
            guard code != 0, code != 255 else { continue }
            var sum = SIMD3<Double>.zero
            var count = 0.0
            for (low, high) in edges where code >> low & 1 != code >> high & 1 {
              let (a, b) = (field[cell + offsets[low]], field[cell + offsets[high]])
              let (from, to) = (SIMD3<Double>(corners[low]), SIMD3<Double>(corners[high]))
              sum += from + (to - from) * ((0.5 - a) / (b - a))
              count += 1
            }
            vertexOfCell[cell] = Int32(vertices.count)
            vertices.append(SIMD3(Double(x), Double(y), Double(z)) + sum / count)
          }
        }
      }
      for z in 1..<max(1, size.z - 1) {
        for y in 1..<max(1, size.y - 1) {
          for x in 1..<max(1, size.x - 1) {
            let sample = (SIMD3(x, y, z) &* strides).wrappedSum()
            let isInside = field[sample] >= 0.5
            for axis in 0..<3 where isInside != (field[sample + strides[axis]] >= 0.5) {
              let (u, v) = (strides[(axis + 1) % 3], strides[(axis + 2) % 3])
              let quad = [sample - u - v, sample - v, sample, sample - u].map { vertexOfCell[$0] }
              let (a, b, c, d) = (quad[0], quad[1], quad[2], quad[3])
              triangles +=
                isInside
                ? [SIMD3(a, b, c), SIMD3(a, c, d)] : [SIMD3(a, c, b), SIMD3(a, d, c)]
            }
          }
        }
      }
    }
  }
}
