/// A map from voxel indices to millimetres: the upper three rows of a 4x4 matrix.
///
/// Column `i` is the step in millimetres from a voxel to its neighbour along the first axis.
public struct Affine: Sendable, Hashable {
  /// The step along the first voxel axis, in millimetres.
  public var i: SIMD3<Double>
  /// The step along the second voxel axis, in millimetres.
  public var j: SIMD3<Double>
  /// The step along the third voxel axis, in millimetres.
  public var k: SIMD3<Double>
  /// The position of the centre of voxel (0, 0, 0), in millimetres.
  public var origin: SIMD3<Double>

  /// Makes an affine from its columns.
  public init(
    i: SIMD3<Double>, j: SIMD3<Double>, k: SIMD3<Double>, origin: SIMD3<Double>
  ) {
    self.i = i
    self.j = j
    self.k = k
    self.origin = origin
  }

  /// Makes an affine of axes that run to the right, anterior and superior.
  public init(spacing: SIMD3<Double>, origin: SIMD3<Double> = .zero) {
    self.init(
      i: [spacing.x, 0, 0], j: [0, spacing.y, 0], k: [0, 0, spacing.z], origin: origin)
  }

  /// The column of an axis: 0 for i, 1 for j, 2 for k.
  public subscript(axis: Int) -> SIMD3<Double> {
    get { axis == 0 ? i : axis == 1 ? j : k }
    set {
      switch axis {
      case 0: i = newValue
      case 1: j = newValue
      default: k = newValue
      }
    }
  }

  /// The position in millimetres of a point given in voxel coordinates.
  public func apply(_ point: SIMD3<Double>) -> SIMD3<Double> {
    i * point.x + j * point.y + k * point.z + origin
  }

  /// The determinant of the three columns: the signed volume of a voxel in cubic millimetres.
  public var determinant: Double {
    i.x * (j.y * k.z - j.z * k.y) - j.x * (i.y * k.z - i.z * k.y) + k.x * (i.y * j.z - i.z * j.y)
  }

  /// The map from millimetres to voxel coordinates, or nil where the columns are not independent.
  public var inverse: Affine? {
    let determinant = self.determinant
    guard determinant != 0, determinant.isFinite else { return nil }
    // The rows of the inverse are the cross products of the columns over the determinant.
    let rowI = cross(j, k) / determinant
    let rowJ = cross(k, i) / determinant
    let rowK = cross(i, j) / determinant
    return Affine(
      i: [rowI.x, rowJ.x, rowK.x], j: [rowI.y, rowJ.y, rowK.y], k: [rowI.z, rowJ.z, rowK.z],
      origin: -SIMD3(dot(rowI, origin), dot(rowJ, origin), dot(rowK, origin)))
  }

  /// Whether the columns are independent, and all lengths such that no product of them overflows.
  var isUsable: Bool {
    let lengths = SIMD3(length(i), length(j), length(k))
    return lengths.min() >= 1e-20 && lengths.max() <= 1e20 && length(origin) <= 1e30
      && abs(determinant) >= 1e-9 * lengths.x * lengths.y * lengths.z
  }

  /// The affine that applies `first` and then this one.
  public func following(_ first: Affine) -> Affine {
    var linear = self
    linear.origin = .zero
    return Affine(
      i: linear.apply(first.i), j: linear.apply(first.j), k: linear.apply(first.k),
      origin: apply(first.origin))
  }
}
