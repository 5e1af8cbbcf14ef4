/// Which lesions may reach a point: a coarse grid of lists, so that a hundred plaques cost a voxel no
/// more than the few around it.
struct LesionBins: Sendable {
  private static let cell = 10.0
  private static let halfCount = 12
  private static let count = 2 * halfCount

  /// Where the list of each cell begins in ``members``; one more than there are cells.
  private var starts: [Int32] = []
  private var members: [Int32] = []

  /// - Parameter spheres: one around each lesion, in the brain's coordinates.
  init(_ spheres: [(center: Point, radius: Double)]) {
    let count = Self.count
    var lists = [[Int32]](repeating: [], count: count * count * count)
    for (index, sphere) in spheres.enumerated() {
      let low = sphere.center - Point(sphere.radius, sphere.radius, sphere.radius)
      let high = sphere.center + Point(sphere.radius, sphere.radius, sphere.radius)
      for k in Self.clamped(low.z)...Self.clamped(high.z) {
        for j in Self.clamped(low.y)...Self.clamped(high.y) {
          for i in Self.clamped(low.x)...Self.clamped(high.x) {
            lists[(k * count + j) * count + i].append(Int32(index))
          }
        }
      }
    }
    for list in lists {
      starts.append(Int32(members.count))
      members += list
    }
    starts.append(Int32(members.count))
  }

  private static func clamped(_ coordinate: Double) -> Int {
    min(count - 1, max(0, Int((coordinate / cell).rounded(.down)) + halfCount))
  }

  /// Calls `body` with the index of each lesion that may reach a point, ascending.
  @inline(__always)
  func forEach(at point: Point, _ body: (Int) -> Void) {
    let cell =
      (Self.clamped(point.z) * Self.count + Self.clamped(point.y)) * Self.count
      + Self.clamped(point.x)
    for index in Int(starts[cell])..<Int(starts[cell + 1]) { body(Int(members[index])) }
  }
}
