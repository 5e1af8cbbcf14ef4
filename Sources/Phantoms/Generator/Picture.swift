import Parallel

/// A scene on a grid: the signal of each channel before it is measured, and the truth.
struct Picture: Sendable {
  /// The signal of each channel in units of white matter's.
  var signals: [[Float]]
  private(set) var labels: [UInt16]
  private(set) var tissues: [UInt16]
  /// The part of each voxel that lies in the skull.
  private(set) var brain: [Float]

  init(
    _ scene: BrainScene, _ acquisitions: [Acquisition], on grid: Acquisition.Grid,
    workers: Workers
  ) {
    let size = grid.size
    let count = size.x * size.y * size.z
    var labels = [UInt16](repeating: 0, count: count)
    var tissues = [UInt16](repeating: 0, count: count)
    var brain = [Float](repeating: 0, count: count)
    var signals = [Float](repeating: 0, count: acquisitions.count * count)
    let fields = (scene.warps.map(\.field) + acquisitions.map(\.texture)).map {
      LatticeField.Sampler($0, origin: grid.origin, step: grid.step, size: size, workers: workers)
    }
    let tables = acquisitions.map(\.table)
    let amplitudes = scene.warps.map(\.amplitude)
    let scratchCount = fields.map(\.scratchCount).max() ?? 0
    let width = (abs(grid.step.x) + abs(grid.step.y) + abs(grid.step.z)) / 3
    labels.withUnsafeMutableBufferPointer { labels in
      tissues.withUnsafeMutableBufferPointer { tissues in
        brain.withUnsafeMutableBufferPointer { brain in
          signals.withUnsafeMutableBufferPointer { signals in
            // Each row writes its own voxels only.
            nonisolated(unsafe) let labels = labels
            nonisolated(unsafe) let tissues = tissues
            nonisolated(unsafe) let brain = brain
            nonisolated(unsafe) let signals = signals
            workers.forEach(size.y * size.z) { row, _ in
              let (j, k) = (row % size.y, row / size.y)
              withUnsafeTemporaryAllocation(
                of: Float.self, capacity: scratchCount + fields.count * size.x
              ) { memory in
                let scratch = UnsafeMutableBufferPointer(rebasing: memory[0..<scratchCount])
                let rows = UnsafeMutableBufferPointer(rebasing: memory[scratchCount...])
                for (index, field) in fields.enumerated() {
                  field.row(
                    j, k, scratch: scratch,
                    into: UnsafeMutableBufferPointer(
                      rebasing: rows[index * size.x..<(index + 1) * size.x]))
                }
                for i in 0..<size.x {
                  func warp(_ axis: Int) -> Double {
                    Double(
                      amplitudes[2 * axis] * rows[2 * axis * size.x + i]
                        + amplitudes[2 * axis + 1] * rows[(2 * axis + 1) * size.x + i])
                  }
                  let world = Point(
                    grid.origin.x + grid.step.x * Double(i),
                    grid.origin.y + grid.step.y * Double(j),
                    grid.origin.z + grid.step.z * Double(k))
                  let place = scene.place(world, warp: Point(warp(0), warp(1), warp(2)))
                  if scene.isEmpty(place) { continue }
                  let sample = scene.sample(at: place, voxel: width)
                  guard sample.voxel.mixture[.air] < 1 else { continue }
                  let voxel = row * size.x + i
                  labels[voxel] = Self.label(sample.voxel.mixture)
                  tissues[voxel] = Self.tissue(sample.tissue)
                  brain[voxel] = sample.voxel.mixture.total(Self.inSkull)
                  for channel in tables.indices {
                    signals[channel * count + voxel] = tables[channel].signal(
                      sample.voxel, texture: rows[(amplitudes.count + channel) * size.x + i])
                  }
                }
              }
            }
          }
        }
      }
    }
    self.labels = labels
    self.tissues = tissues
    self.brain = brain
    self.signals = acquisitions.indices.map {
      Array(signals[$0 * count..<($0 + 1) * count])
    }
  }

  private static let inSkull = Mixture.weights(Substance.brain + Substance.diseased)
  private static let diseased = Mixture.weights(Substance.diseased)
  private static let outside: [Substance] = [.air, .bone, .fat, .muscle]

  /// The label that fills the most of a voxel that is more lesion than not.
  private static func label(_ mixture: Mixture) -> UInt16 {
    guard mixture.total(diseased) > 0.5 else { return 0 }
    return mixture.largest(of: Substance.diseased).label
  }

  /// The tissue that fills the most of a voxel; one of the brain's where more than half is in the
  /// skull.
  private static func tissue(_ mixture: Mixture) -> UInt16 {
    let candidates = mixture.total(inSkull) > 0.5 ? Substance.brain : outside
    return UInt16(mixture.largest(of: candidates).rawValue)
  }

  /// Puts the truth on the grid of thick slices: the most frequent label within each slice.
  mutating func slice(_ slices: Acquisition.Slices, size: SIMD3<Int>, workers: Workers) {
    let map = AxisMap.slices(of: size[slices.axis], thickness: slices.thickness)
    brain = map.apply(brain, size: size, axis: slices.axis, workers: workers)
    func majority(_ voxels: [UInt16]) -> [UInt16] {
      var result = [UInt16](repeating: 0, count: brain.count)
      var most = [Float](repeating: 0, count: brain.count)
      for label in Set(voxels).sorted() {
        let share = map.apply(
          voxels.map { $0 == label ? 1 : 0 }, size: size, axis: slices.axis, workers: workers)
        for voxel in share.indices where share[voxel] > most[voxel] {
          most[voxel] = share[voxel]
          result[voxel] = label
        }
      }
      return result
    }
    labels = majority(labels)
    tissues = majority(tissues)
  }
}
