/// The runs of equal neighbouring voxels of a mask's rows, joined into connected components.
///
/// Runs take the place of voxels in the two-pass algorithm of Rosenfeld and Pfaltz (1966), with a
/// union-find forest for the equivalences.
struct VoxelRuns {
  /// Where each run starts, and one past its end, along its row.
  private(set) var bounds: [(start: Int, end: Int)] = []
  /// The runs of each row: run `firstOfRow[row]` up to run `firstOfRow[row + 1]`.
  private(set) var firstOfRow: [Int]
  /// For each run its component, numbered from 0 in the order of their first voxels.
  private(set) var component: [Int] = []
  /// The number of voxels of each component.
  private(set) var sizes: [Int] = []

  /// - Parameter value: whether the voxels of the mask or the others are joined.
  init(of mask: Mask, value: Bool = true, connectivity: Connectivity) {
    let size = mask.geometry.size
    firstOfRow = [0]
    firstOfRow.reserveCapacity(size.y * size.z + 1)
    findRuns(mask, value)
    var forest = Array(bounds.indices)
    joinRows(size, connectivity, &forest)
    number(forest)
  }

  private mutating func findRuns(_ mask: Mask, _ value: Bool) {
    let size = mask.geometry.size
    mask.voxels.withUnsafeBufferPointer { voxels in
      for row in 0..<size.y * size.z {
        let line = UnsafeBufferPointer(rebasing: voxels[row * size.x..<(row + 1) * size.x])
        var x = 0
        while x < size.x {
          while x < size.x, line[x] != value { x += 1 }
          guard x < size.x else { break }
          let start = x
          while x < size.x, line[x] == value { x += 1 }
          bounds.append((start, x))
        }
        firstOfRow.append(bounds.count)
      }
    }
  }

  /// Joins each row's runs with those of the rows before it.
  private func joinRows(_ size: SIMD3<Int>, _ connectivity: Connectivity, _ forest: inout [Int]) {
    let rowsBefore = [(-1, 0), (-1, -1), (0, -1), (1, -1)]
    forest.withUnsafeMutableBufferPointer { forest in
      for z in 0..<size.z {
        for y in 0..<size.y {
          for (dy, dz) in rowsBefore {
            guard let reach = connectivity.reach(dy, dz), 0..<size.y ~= y + dy, z + dz >= 0 else {
              continue
            }
            let row = z * size.y + y
            join(row, row + dz * size.y + dy, reach, forest)
          }
        }
      }
    }
  }

  private func join(
    _ row: Int, _ other: Int, _ reach: Int, _ forest: UnsafeMutableBufferPointer<Int>
  ) {
    bounds.withUnsafeBufferPointer { bounds in
      var run = firstOfRow[row]
      var otherRun = firstOfRow[other]
      let (end, otherEnd) = (firstOfRow[row + 1], firstOfRow[other + 1])
      while run < end, otherRun < otherEnd {
        let (a, b) = (bounds[run], bounds[otherRun])
        if a.start < b.end + reach, b.start < a.end + reach { unite(run, otherRun, forest) }
        // The one that ends first cannot touch anything further on, but the other may.
        if a.end < b.end { run += 1 } else { otherRun += 1 }
      }
    }
  }

  /// The root of each tree is its first run.
  private func unite(_ a: Int, _ b: Int, _ forest: UnsafeMutableBufferPointer<Int>) {
    let (rootA, rootB) = (root(a, forest), root(b, forest))
    if rootA < rootB { forest[rootB] = rootA } else { forest[rootA] = rootB }
  }

  private func root(_ run: Int, _ forest: UnsafeMutableBufferPointer<Int>) -> Int {
    var run = run
    while forest[run] != run {
      // Path halving.
      forest[run] = forest[forest[run]]
      run = forest[run]
    }
    return run
  }

  private mutating func number(_ forest: [Int]) {
    component = [Int](repeating: 0, count: forest.count)
    for run in forest.indices {
      // A run's parent comes before it, so that its number is known.
      if forest[run] == run {
        component[run] = sizes.count
        sizes.append(0)
      } else {
        component[run] = component[forest[run]]
      }
      sizes[component[run]] += bounds[run].end - bounds[run].start
    }
  }

  /// Calls `body` with each run's component and its voxels' positions in memory.
  func forEach(_ size: SIMD3<Int>, _ body: (_ component: Int, _ voxels: Range<Int>) -> Void) {
    for row in 0..<size.y * size.z {
      for run in firstOfRow[row]..<firstOfRow[row + 1] {
        let start = row * size.x
        body(component[run], start + bounds[run].start..<start + bounds[run].end)
      }
    }
  }
}
