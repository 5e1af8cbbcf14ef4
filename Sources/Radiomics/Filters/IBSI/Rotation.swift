/// A rotation by right angles: which axis of the filter lies along each axis of the image, and whether it
/// is turned round.
struct Rotation: Sendable, Hashable {
  let axis: [Int]
  let isReversed: [Bool]

  /// All rotations of three dimensions (24) or of the plane of the first two (4).
  static func all(dimensions: Int) -> [Rotation] {
    let orders = permutations(Array(0..<dimensions))
    return orders.flatMap { order in
      (0..<1 << dimensions).compactMap { signs in
        let isReversed = (0..<dimensions).map { signs >> $0 & 1 == 1 }
        // Reflections have an odd number of exchanges and reversals.
        let isReflection = !(exchanges(order) + isReversed.count { $0 }).isMultiple(of: 2)
        return isReflection ? nil : Rotation(axis: order, isReversed: isReversed)
      }
    }
  }

  private static func permutations(_ items: [Int]) -> [[Int]] {
    items.isEmpty
      ? [[]]
      : items.flatMap { first in
        permutations(items.filter { $0 != first }).map { [first] + $0 }
      }
  }

  private static func exchanges(_ order: [Int]) -> Int {
    order.indices.reduce(0) { sum, i in
      sum + order[(i + 1)...].count { $0 < order[i] }
    }
  }
}
