import Volumes

/// A grid as the Insight Toolkit (ITK) holds it: LPS+ millimetres, directions and spacings apart.
///
/// PyRadiomics resamples with ITK. Points that lie exactly between two voxels are common (1 mm to
/// 2 mm), and which voxel they belong to hangs on the last bits: the operations here are ITK's, in its
/// order.
struct PhysicalGrid {
  let size: SIMD3<Int>
  let spacing: SIMD3<Double>
  let origin: SIMD3<Double>
  /// The directions of the axes, of length 1.
  let direction: [SIMD3<Double>]
  /// The three rows of the map from indices to millimetres, and of its inverse.
  private let toPoint: [SIMD3<Double>]
  private let toIndex: [SIMD3<Double>]

  init(_ geometry: Geometry) {
    let lps = SIMD3<Double>(-1, -1, 1)
    let spacing = geometry.spacing
    let affine = geometry.affine
    self.init(
      size: geometry.size, spacing: spacing, origin: affine.origin * lps,
      direction: (0..<3).map { affine[$0] * lps / spacing[$0] })
  }

  init(
    size: SIMD3<Int>, spacing: SIMD3<Double>, origin: SIMD3<Double>, direction: [SIMD3<Double>]
  ) {
    self.size = size
    self.spacing = spacing
    self.origin = origin
    self.direction = direction
    let columns = (0..<3).map { direction[$0] * spacing[$0] }
    toPoint = (0..<3).map { SIMD3(columns[0][$0], columns[1][$0], columns[2][$0]) }
    let affine = Affine(i: columns[0], j: columns[1], k: columns[2], origin: .zero)
    // The columns are those of a geometry, which are independent.
    let inverse = affine.inverse ?? Affine(spacing: SIMD3(1, 1, 1))
    let isDiagonal = (0..<3).allSatisfy { axis in
      (0..<3).allSatisfy { $0 == axis || columns[axis][$0] == 0 }
    }
    toIndex = (0..<3).map { row in
      guard !isDiagonal else {
        var diagonal = SIMD3<Double>.zero
        diagonal[row] = 1 / columns[row][row]
        return diagonal
      }
      return SIMD3(inverse.i[row], inverse.j[row], inverse.k[row])
    }
  }

  /// The grid in RAS+.
  ///
  /// - Throws: ``VolumeError/invalidGeometry(_:)``.
  func geometry() throws(VolumeError) -> Geometry {
    let lps = SIMD3<Double>(-1, -1, 1)
    return try Geometry(
      size: size,
      affine: Affine(
        i: direction[0] * spacing[0] * lps, j: direction[1] * spacing[1] * lps,
        k: direction[2] * spacing[2] * lps, origin: origin * lps))
  }

  /// The millimetres of a voxel.
  func point(ofVoxel voxel: SIMD3<Double>) -> SIMD3<Double> {
    var point = origin
    for row in 0..<3 {
      for column in 0..<3 { point[row] += toPoint[row][column] * voxel[column] }
    }
    return point
  }

  /// The millimetres of a place between voxels.
  func point(ofIndex index: SIMD3<Double>) -> SIMD3<Double> {
    product(toPoint, index) + origin
  }

  /// Where millimetres lie among the voxels.
  func index(of point: SIMD3<Double>) -> SIMD3<Double> {
    product(toIndex, point - origin)
  }

  private func product(_ rows: [SIMD3<Double>], _ vector: SIMD3<Double>) -> SIMD3<Double> {
    var result = SIMD3<Double>.zero
    for row in 0..<3 {
      for column in 0..<3 { result[row] += rows[row][column] * vector[column] }
    }
    return result
  }

  /// Where the first voxel of a row of this grid lies in another, and where the voxel one past its last.
  func row(_ j: Int, _ k: Int, in other: PhysicalGrid) -> (start: SIMD3<Double>, end: SIMD3<Double>)
  {
    let start = point(ofVoxel: SIMD3(0, Double(j), Double(k)))
    let end = point(ofVoxel: SIMD3(Double(size.x), Double(j), Double(k)))
    return (other.index(of: start), other.index(of: end))
  }

  /// Whether a place is within half a voxel of a grid's voxels.
  func contains(_ index: SIMD3<Double>) -> Bool {
    (0..<3).allSatisfy { index[$0] >= -0.5 && index[$0] < Double(size[$0]) - 0.5 }
  }
}
