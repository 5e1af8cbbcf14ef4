/// Where the voxels of one grid, the target, lie among the voxels of another, the source.
///
/// A place counts as inside the source up to half a voxel beyond the outermost voxel centres, as in
/// ITK.
struct GridMap {
  /// From voxel coordinates of the target to those of the source.
  let affine: Affine
  let target: SIMD3<Int>
  let source: SIMD3<Int>

  /// Rounding in affines must not decide what lies inside and which voxel is nearest.
  static let tolerance = 1e-6

  init(from target: Geometry, to source: Geometry) {
    affine = source.worldToVoxel.following(target.affine)
    self.target = target.size
    self.source = source.size
  }

  private init(affine: Affine, target: SIMD3<Int>, source: SIMD3<Int>) {
    self.affine = affine
    self.target = target
    self.source = source
  }

  /// The map to a source whose axis `n` is this source's axis `axes[n]`.
  func exchangingSourceAxes(_ axes: SIMD3<Int>) -> GridMap {
    func exchanged(_ vector: SIMD3<Double>) -> SIMD3<Double> {
      SIMD3(vector[axes.x], vector[axes.y], vector[axes.z])
    }
    return GridMap(
      affine: Affine(
        i: exchanged(affine.i), j: exchanged(affine.j), k: exchanged(affine.k),
        origin: exchanged(affine.origin)),
      target: target, source: SIMD3(source[axes.x], source[axes.y], source[axes.z]))
  }

  /// For each axis of the target the one axis of the source that it moves along, or nil where an
  /// axis moves along several by more than the tolerance.
  var alignedAxes: SIMD3<Int>? {
    var axes = SIMD3<Int>.zero
    for axis in 0..<3 {
      let step = affine[axis]
      let along = (0..<3).max { abs(step[$0]) < abs(step[$1]) }!
      let reach = Double(target[axis] - 1)
      for other in 0..<3 where other != along {
        guard abs(step[other]) * reach <= Self.tolerance else { return nil }
      }
      axes[axis] = along
    }
    return Set([axes.x, axes.y, axes.z]).count == 3 ? axes : nil
  }

  /// Calls `visit` with those voxels of a target row that lie inside, and their source coordinates.
  @inline(__always)
  func forEachInside(
    j: Int, k: Int, _ visit: (_ i: Int, _ x: Double, _ y: Double, _ z: Double) -> Void
  ) {
    let start = affine.j * Double(j) + affine.k * Double(k) + affine.origin
    let (startX, startY, startZ) = (start.x, start.y, start.z)
    let (stepX, stepY, stepZ) = (affine.i.x, affine.i.y, affine.i.z)
    let low = -0.5 - Self.tolerance
    let highX = Double(source.x) - 0.5 + Self.tolerance
    let highY = Double(source.y) - 0.5 + Self.tolerance
    let highZ = Double(source.z) - 0.5 + Self.tolerance
    for i in 0..<target.x {
      let x = startX + Double(i) * stepX
      let y = startY + Double(i) * stepY
      let z = startZ + Double(i) * stepZ
      guard x >= low, x <= highX, y >= low, y <= highY, z >= low, z <= highZ else { continue }
      visit(i, x, y, z)
    }
  }

  /// The voxel nearest to a coordinate that lies inside, along an axis of `count` voxels.
  @inline(__always)
  static func nearest(_ coordinate: Double, _ count: Int) -> Int {
    // Truncation is the floor of what is positive.
    min(Int(coordinate + 0.5 + tolerance + 1) - 1, count - 1).clampedToZero
  }

  /// The voxels below and above a coordinate that lies inside, and the weight of the upper one;
  /// beyond the outermost voxels the volume is constant.
  @inline(__always)
  static func linear(
    _ coordinate: Double, _ count: Int
  ) -> (lower: Int, upper: Int, weight: Double) {
    let clamped = min(max(coordinate, 0), Double(count - 1))
    let lower = Int(clamped)
    return (lower, min(lower + 1, count - 1), clamped - Double(lower))
  }

  /// The first of four voxels around a coordinate that lies inside, from -2 on, and the weights of
  /// the cubic B-spline.
  @inline(__always)
  static func cubic(_ coordinate: Double) -> (first: Int, weights: SIMD4<Double>) {
    let floor = Int(coordinate + 2) - 2
    let t = coordinate - Double(floor)
    let s = 1 - t
    return (
      floor - 1,
      SIMD4(
        s * s * s, 4 - 6 * t * t + 3 * t * t * t, 4 - 6 * s * s + 3 * s * s * s, t * t * t) / 6
    )
  }
}

extension Int {
  @inline(__always)
  fileprivate var clampedToZero: Int { Swift.max(self, 0) }
}
