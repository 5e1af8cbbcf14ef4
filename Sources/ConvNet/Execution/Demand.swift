import ConvKernels

/// What each step of a plan needs to compute so that some voxels of the output come out right.
///
/// Followed from the output to the image: a step's wanted voxels, rounded up to the tiles in which it
/// is computed, tell which voxels of its inputs are wanted. So every value that enters a wanted one,
/// if only with a factor of zero in Winograd's transforms, is computed as if all were.
struct Demand {
  struct Step {
    /// The wanted voxels of the step's output.
    var voxels: WantedVoxels
    /// For each slab, the tiles of each row of tiles that Winograd's algorithm computes; nil for all.
    var tiles: [[ck_span]?]
  }

  /// For each step of the plan.
  let steps: [Step]
  /// The wanted voxels of the plan's output.
  let output: WantedVoxels

  init(_ plan: Plan, output: WantedVoxels) {
    var buffers = plan.buffers.map { WantedVoxels(none: $0.size) }
    func want(_ view: View?, _ voxels: (View) -> WantedVoxels) {
      guard let view else { return }
      // A border repeats voxels from anywhere.
      if plan.buffers[view.buffer].hasBorder {
        buffers[view.buffer] = WantedVoxels(all: plan.buffers[view.buffer].size)
      } else {
        buffers[view.buffer].insert(voxels(view), of: view)
      }
    }
    want(plan.output) { _ in output }
    var steps: [Step] = []
    for (index, step) in plan.steps.enumerated().reversed() {
      var voxels = buffers[step.output.buffer].part(step.output)
      if let raw = step.raw { voxels.formUnion(buffers[raw.buffer].part(raw)) }
      var tiles = [[ck_span]?](repeating: nil, count: plan.schedule.slabs.count)
      // What is computed, where that is more than what is wanted.
      var computed = voxels
      if case .convolution(let convolution) = step.work, step.before.isEmpty,
        let tile = convolution.winogradTile
      {
        for (number, slab) in plan.schedule.slabs.enumerated() where !slab.ranges[index].isEmpty {
          tiles[number] = voxels.tiles(of: tile, slices: slab.ranges[index], covered: &computed)
        }
      }
      for residual in step.before.map(\.residual) + [step.residual] {
        want(residual) { _ in computed }
      }
      want(step.input) {
        step.work.inputs(for: computed, isAlone: step.before.isEmpty, of: $0.size)
      }
      steps.append(Step(voxels: voxels, tiles: tiles))
    }
    self.steps = steps.reversed()
    self.output = output
  }
}

extension Plan.Work {
  /// The voxels of an input that some voxels of the output depend on.
  ///
  /// - Parameters:
  ///   - isAlone: whether the layer is not the last of a chain of layers, which treat each voxel by
  ///     itself.
  ///   - size: the input's extent.
  fileprivate func inputs(
    for voxels: WantedVoxels, isAlone: Bool, of size: Triple
  ) -> WantedVoxels {
    guard isAlone else { return voxels }
    switch self {
    case .pointwise, .softmax, .sigmoid: return voxels
    case .convolution(let convolution):
      guard convolution.parts.count == 1, convolution.parts[0].outputCount == nil else { break }
      let shape = convolution.parts[0].convolution
      return voxels.mapped(to: size) { axis, range in
        func along(_ triple: (Int32, Int32, Int32)) -> Int {
          Int(axis == 0 ? triple.0 : axis == 1 ? triple.1 : triple.2)
        }
        let stride = along(shape.stride)
        return range.lowerBound * stride..<(range.upperBound - 1) * stride
          + (along(shape.kernel) - 1) * along(shape.dilation) + 1
      }
    case .repeatVoxels(let factors, let offset):
      return voxels.mapped(to: size) { axis, range in
        (range.lowerBound + offset[axis]) / factors[axis]..<(range.upperBound - 1 + offset[axis])
          / factors[axis] + 1
      }
    case .input, .instanceNorm, .pool, .trilinear, .pad: break
    }
    return WantedVoxels(all: size)
  }
}

extension WantedVoxels {
  /// What each row wants of another map.
  ///
  /// - Parameter reads: the voxels that some voxels of an axis need (0 for z, 1 for y, 2 for x).
  fileprivate func mapped(
    to size: Triple, _ reads: (_ axis: Int, _ range: Range<Int>) -> Range<Int>
  ) -> WantedVoxels {
    var result = WantedVoxels(none: size)
    for z in 0..<self.size.z {
      for y in 0..<self.size.y {
        let columns = columns(z, y..<y + 1)
        guard !columns.isEmpty else { continue }
        let read = reads(2, columns)
        for inZ in reads(0, z..<z + 1) {
          for inY in reads(1, y..<y + 1) { result.insert(inZ, inY, read) }
        }
      }
    }
    return result
  }

  /// The tiles that hold wanted voxels of some slices, which begin with a tile.
  ///
  /// - Parameter covered: gets the voxels of these tiles.
  fileprivate func tiles(
    of tile: Triple, slices: Range<Int>, covered: inout WantedVoxels
  ) -> [ck_span] {
    var spans: [ck_span] = []
    for z in stride(from: slices.lowerBound, to: slices.upperBound, by: tile.z) {
      let deep = z..<min(z + tile.z, slices.upperBound)
      for y in stride(from: 0, to: size.y, by: tile.y) {
        let rows = y..<min(y + tile.y, size.y)
        let wanted = deep.map { columns($0, rows) }.filter { !$0.isEmpty }
        let first = (wanted.map(\.lowerBound).min() ?? 0) / tile.x
        let end = ((wanted.map(\.upperBound).max() ?? 0) + tile.x - 1) / tile.x
        spans.append(ck_span(first: Int32(first), end: Int32(end)))
        for slice in deep {
          for row in rows { covered.insert(slice, row, first * tile.x..<end * tile.x) }
        }
      }
    }
    return spans
  }

  /// The wanted voxels of a view of this map.
  fileprivate func part(_ view: View) -> WantedVoxels {
    var result = WantedVoxels(none: view.size)
    for z in 0..<view.size.z {
      let inZ = view.origin.z + z * view.step.z
      guard 0..<size.z ~= inZ else { continue }
      for y in 0..<view.size.y {
        let inY = view.origin.y + y * view.step.y
        guard 0..<size.y ~= inY else { continue }
        let own = columns(inZ, inY..<inY + 1)
        let first = max(0, own.lowerBound - view.origin.x + view.step.x - 1) / view.step.x
        let end = max(0, own.upperBound - view.origin.x + view.step.x - 1) / view.step.x
        if !own.isEmpty, end > first { result.insert(z, y, first..<end) }
      }
    }
    return result
  }

  /// Wants the voxels of a view of this map.
  fileprivate mutating func insert(_ voxels: WantedVoxels, of view: View) {
    for z in 0..<view.size.z {
      for y in 0..<view.size.y {
        let columns = voxels.columns(z, y..<y + 1)
        guard !columns.isEmpty else { continue }
        insert(
          view.origin.z + z * view.step.z, view.origin.y + y * view.step.y,
          view.origin.x + columns.lowerBound * view.step.x..<view.origin.x
            + (columns.upperBound - 1) * view.step.x + 1)
      }
    }
  }
}
