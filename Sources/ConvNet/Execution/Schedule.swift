/// What is computed when, slab by slab along z, and where it lies in memory.
///
/// A slab is a range of the output's slices. Each layer computes the slices that the slab needs and
/// that are not there yet; between slabs a buffer keeps the trailing slices that will be read again.
/// The whole at once is the special case of one slab.
struct Schedule {
  /// The work for one slab.
  struct Slab {
    /// The slices of the network's output that are finished.
    var output: Range<Int>
    /// The output slices that each layer computes.
    var ranges: [Range<Int>]
    /// The slices (without border) that each buffer holds during the slab.
    var windows: [Range<Int>]
    /// The slices that each buffer keeps for the next slab.
    var kept: [Range<Int>]
  }

  /// Where a buffer lies.
  struct Place {
    /// The most slices, border included, that it holds.
    var slices = 0
    /// Its first float in the arena.
    var offset = 0
    /// The most slices that it keeps between slabs.
    var keptSlices = 0
    /// Where they are kept; nil where they stay in the buffer, whose memory is then not shared.
    var keptOffset: Int?
    /// Whether it is better not to share the memory of a buffer that keeps a third of its slices:
    /// they then move once for a slab instead of away and back.
    var staysPut: Bool { 3 * keptSlices >= slices }
    /// The first and the last layer that use it; one past the last layer stands for the output.
    var first = Int.max
    var last = -1
    var sliceFloats = 0

    var blockStride: Int { slices * sliceFloats }
    var keptBlockStride: Int { keptSlices * sliceFloats }
  }

  private(set) var slabs: [Slab] = []
  private(set) var places: [Place]
  /// The size of the arena.
  private(set) var floats = 0

  init(_ placement: Placement, slab: Int) {
    places = placement.buffers.map { buffer in
      var place = Place()
      place.sliceFloats =
        8 * (buffer.low.y + buffer.size.y + buffer.high.y)
        * (buffer.low.x + buffer.size.x + buffer.high.x)
      return place
    }
    for (index, layer) in placement.layers.enumerated() {
      for value in layer.values { touch(placement.view(of: value).buffer, index) }
    }
    touch(placement.output.buffer, placement.layers.count)
    simulate(placement, slab: slab)
    for (number, buffer) in placement.buffers.enumerated() {
      places[number].slices =
        (slabs.map { $0.windows[number].count }.max() ?? 0) + buffer.low.z + buffer.high.z
      places[number].keptSlices = slabs.map { $0.kept[number].count }.max() ?? 0
      if places[number].staysPut {
        places[number].first = 0
        places[number].last = placement.layers.count
      }
    }
    arrange(placement)
  }

  private mutating func touch(_ buffer: Int, _ layer: Int) {
    places[buffer].first = min(places[buffer].first, layer)
    places[buffer].last = max(places[buffer].last, layer)
  }

  private mutating func simulate(_ placement: Placement, slab: Int) {
    let layers = placement.layers
    let depth = placement.output.size.z
    var produced = [Int](repeating: 0, count: layers.count)
    var kept = [Range<Int>](repeating: 0..<0, count: placement.buffers.count)
    // What the first slices of the output need is much more than what the next ones need, unless the
    // layers before it approach it in steps: as if there were output slices before the first.
    let margin = (placement.layers.first.map { placement.view(of: $0.output).size.z } ?? 0) - depth
    var finished = slab < depth && margin > 0 ? -(margin + slab - 1) / slab * slab : 0
    while finished < depth {
      let end = min(depth, finished + slab)
      var demand = [Int?](repeating: nil, count: placement.buffers.count)
      func raise(_ view: View, _ slices: Range<Int>) {
        let buffer = placement.buffers[view.buffer]
        var last = view.origin.z + (slices.upperBound - 1) * view.step.z
        // A mirrored border may show any slice.
        if buffer.mode != .zero && buffer.low.z + buffer.high.z > 0 { last = buffer.size.z - 1 }
        demand[view.buffer] = max(demand[view.buffer] ?? last + 1, last + 1)
      }
      raise(placement.output, finished..<end)
      var ranges = produced.map { $0..<$0 }
      for (index, layer) in layers.enumerated().reversed() {
        let output = placement.view(of: layer.output)
        let raw = layer.epilogue.raw.map { placement.view(of: $0) }
        guard
          var need = [demand[output.buffer], raw.flatMap { demand[$0.buffer] }].compactMap({ $0 })
            .max()
        else { continue }
        need = min(need, output.size.z)
        if layer.isWhole { need = output.size.z }
        if need > produced[index] { ranges[index] = produced[index]..<need }
        for (view, slices) in layer.reads((need - 1)..<need, placement) { raise(view, slices) }
      }
      for (index, range) in ranges.enumerated() { produced[index] = range.upperBound }
      // What will be read again: from the first slice that any reader's next slice needs.
      var base = [Int](repeating: .max, count: placement.buffers.count)
      for (index, layer) in layers.enumerated() {
        let depth = placement.view(of: layer.output).size.z
        guard produced[index] < depth else { continue }
        for (view, slices) in layer.reads(produced[index]..<(produced[index] + 1), placement) {
          base[view.buffer] = min(base[view.buffer], view.bufferSlices(slices).lowerBound)
        }
      }
      if end < depth {
        let next = placement.output.bufferSlices(max(0, end)..<(max(0, end) + 1)).lowerBound
        base[placement.output.buffer] = min(base[placement.output.buffer], next)
      }
      var filled = kept.map(\.upperBound)
      for (index, layer) in layers.enumerated() {
        for value in [layer.output, layer.epilogue.raw] {
          guard let value else { continue }
          let buffer = placement.view(of: value).buffer
          filled[buffer] = max(filled[buffer], produced[index])
        }
      }
      let windows = zip(kept, zip(filled, placement.buffers)).map { before, now in
        before.lowerBound..<max(before.lowerBound, min(now.0, now.1.size.z))
      }
      kept = zip(windows, base).map { window, base in
        min(max(base, window.lowerBound), window.upperBound)..<window.upperBound
      }
      let output = max(0, finished)..<max(0, end)
      if ranges.contains(where: { !$0.isEmpty }) || !output.isEmpty {
        slabs.append(Slab(output: output, ranges: ranges, windows: windows, kept: kept))
      }
      finished = end
    }
  }

  /// Lays the buffers out so that those that are in use at the same time do not overlap: the largest
  /// first, each at the lowest place that is free while it lives.
  private mutating func arrange(_ placement: Placement) {
    func rounded(_ floats: Int) -> Int { (floats + 15) / 16 * 16 }
    let sizes = zip(places, placement.buffers).map { rounded($0.blockStride * $1.blocks) }
    var placed: [Int] = []
    let order = sizes.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    for buffer in order where places[buffer].last >= 0 {
      var offset = 0
      let neighbours = placed.filter {
        places[$0].first <= places[buffer].last && places[buffer].first <= places[$0].last
      }.sorted { places[$0].offset < places[$1].offset }
      for other in neighbours where offset + sizes[buffer] > places[other].offset {
        offset = max(offset, places[other].offset + sizes[other])
      }
      places[buffer].offset = offset
      floats = max(floats, offset + sizes[buffer])
      placed.append(buffer)
    }
    for (buffer, description) in placement.buffers.enumerated()
    where places[buffer].keptSlices > 0 && !places[buffer].staysPut {
      places[buffer].keptOffset = floats
      floats += rounded(places[buffer].keptBlockStride * description.blocks)
    }
  }
}

extension View {
  /// The buffer's slices that hold some of the view's; those of the border are left out.
  func bufferSlices(_ slices: Range<Int>) -> Range<Int> {
    let first = max(0, origin.z + slices.lowerBound * step.z)
    return first..<max(first, origin.z + (slices.upperBound - 1) * step.z + 1)
  }
}

extension Layer {
  /// Whether all slices are computed at once, even where a crop leaves some unused.
  fileprivate var isWhole: Bool {
    switch kind {
    case .instanceNorm, .transposedConvolution, .upsampleTrilinear: true
    case .pad(let low, let high, _): low.z != 0 || high.z != 0
    default: false
    }
  }

  /// The slices that it reads to compute some output slices.
  func reads(_ slices: Range<Int>, _ placement: Placement) -> [(View, Range<Int>)] {
    var reads: [(View, Range<Int>)] = []
    if let input = before.first?.input ?? input {
      let view = placement.view(of: input)
      reads.append((view, inputSlices(slices, depth: view.size.z)))
    }
    for residual in links.compactMap(\.epilogue.residual) {
      reads.append((placement.view(of: residual), slices))
    }
    return reads
  }

  /// The input's slices that are needed for some output slices.
  private func inputSlices(_ slices: Range<Int>, depth: Int) -> Range<Int> {
    let first = slices.lowerBound
    let last = slices.upperBound - 1
    func clamped(_ range: Range<Int>) -> Range<Int> { range.clamped(to: 0..<depth) }
    return switch kind {
    case .input, .pointwise, .softmax, .sigmoid: slices
    case .convolution(let weights):
      first
        * weights.stride.z..<(last * weights.stride.z + (weights.kernel.z - 1) * weights.dilation.z
        + 1)
    case .pool(let pool, _):
      clamped(
        (first * pool.stride.z - pool.paddingLow.z)..<(last * pool.stride.z - pool.paddingLow.z
          + pool.kernel.z))
    case .upsampleNearest(let factors, let offset):
      (first + offset.z) / factors.z..<((last + offset.z) / factors.z + 1)
    case .pad where !isWhole: slices
    case .instanceNorm, .transposedConvolution, .upsampleTrilinear, .pad: 0..<depth
    }
  }
}
