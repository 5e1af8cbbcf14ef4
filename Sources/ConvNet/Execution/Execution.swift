import ConvKernels
import Foundation
import Parallel

/// Slices of an image, at least those that were asked for.
struct Slices {
  /// Whose channels together are the image's.
  var parts: [TensorPart]
}

/// Seconds on the clock and seconds of computing summed over the process's threads.
struct StepTime {
  var wall: Double
  var processor: Double

  static var now: StepTime {
    func seconds(_ clock: clockid_t) -> Double {
      var time = timespec()
      clock_gettime(clock, &time)
      return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
    return StepTime(
      wall: seconds(CLOCK_MONOTONIC), processor: seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  static func - (end: StepTime, start: StepTime) -> StepTime {
    StepTime(wall: end.wall - start.wall, processor: end.processor - start.processor)
  }
}

/// One pass of a plan over an image.
struct Execution {
  let plan: Plan
  /// The feature maps, followed by the workers' scratch memory.
  let arena: AlignedFloats
  let workers: Workers
  /// What is computed at all; everything where nil.
  let demand: Demand?

  /// Computes the output slab by slab.
  ///
  /// - Parameters:
  ///   - input: gives some slices of the image; each slice is asked for once, in order.
  ///   - output: takes some slices of the output.
  ///   - timing: is told of a step, the slices that it computed, and the time that it took.
  func run(
    input: (Range<Int>) throws -> Slices, output: (borrowing OutputSlices) throws -> Void,
    timing: (_ step: Int, _ slices: Int, _ time: StepTime) -> Void
  ) throws {
    let schedule = plan.schedule
    var kept = [Range<Int>](repeating: 0..<0, count: plan.buffers.count)
    var windows = kept
    var begins = [[Int]](repeating: [], count: plan.steps.count + 1)
    var ends = begins
    for (buffer, place) in schedule.places.enumerated() where place.last >= 0 {
      begins[place.first].append(buffer)
      ends[place.last].append(buffer)
    }
    for (number, slab) in schedule.slabs.enumerated() {
      for index in 0...plan.steps.count {
        for buffer in begins[index] {
          begin(buffer, slab.windows[buffer], kept: kept[buffer], before: windows[buffer])
        }
        if index < plan.steps.count {
          let slices = slab.ranges[index]
          if !slices.isEmpty {
            let start = StepTime.now
            try compute(index, slab: number, slices, slab.windows, input)
            timing(index, slices.count, StepTime.now - start)
          }
        } else if !slab.output.isEmpty {
          fillBorder(plan.output, slab.windows)
          let view = resolve(plan.output, slab.windows).slices(slab.output)
          try output(
            OutputSlices(
              first: slab.output.lowerBound, view: view, wanted: demand?.output, workers: workers))
        }
        for buffer in ends[index] {
          keep(buffer, slab.windows[buffer], slab.kept[buffer], before: kept[buffer])
        }
      }
      kept = slab.kept
      windows = slab.windows
    }
  }

  private func compute(
    _ number: Int, slab: Int, _ slices: Range<Int>, _ windows: [Range<Int>],
    _ image: (Range<Int>) throws -> Slices
  ) throws {
    let step = plan.steps[number]
    let output = resolve(step.output, windows)
    let wanted = demand?.steps[number]
    guard let inputView = step.input else {
      Copying.pack(
        try image(slices).parts, into: output, slices: slices, wanted: wanted?.voxels,
        workers: workers)
      return
    }
    fillBorder(inputView, windows)
    for residual in step.before.map(\.residual) + [step.residual] {
      if let residual { fillBorder(residual, windows) }
    }
    let input = resolve(inputView, windows)
    let residual = step.residual.map { resolve($0, windows) }
    let raw = step.raw.map { resolve($0, windows) }
    if case .instanceNorm(let norm) = step.work {
      try norm.run(input: input, output: output, residual: residual, workers: workers)
    } else if step.before.isEmpty {
      compute(
        step.work, input: input, output: output, residual: residual, raw: raw, slices: slices,
        lane: step.output.firstChannel % 8, tiles: wanted?.tiles[slab], workers: workers,
        scratch: scratch(of: 0))
    } else {
      let residuals = step.before.map { $0.residual.map { resolve($0, windows) } } + [residual]
      computeChain(
        step, input: input, output: output, residuals: residuals, raw: raw, slices: slices,
        wanted: wanted?.voxels)
    }
  }

  /// Computes a chain of layers some rows at a time.
  private func computeChain(
    _ step: Plan.Step, input: FeatureView, output: FeatureView, residuals: [FeatureView?],
    raw: FeatureView?, slices: Range<Int>, wanted: WantedVoxels?
  ) {
    let rows = step.rowsAtOnce
    let chunks = (output.size.y + rows - 1) / rows
    let works = step.before.map(\.work) + [step.work]
    workers.forEach(slices.count * chunks) { task, worker in
      let first = task % chunks * rows
      let z = slices.lowerBound + task / chunks
      let last = min(first + rows, output.size.y)
      let columns = wanted?.columns(z, first..<last) ?? 0..<output.size.x
      guard !columns.isEmpty else { return }
      let offset = Triple(z, first, columns.lowerBound)
      let size = Triple(1, last - first, columns.count)
      func chunk(_ view: FeatureView) -> FeatureView { view.window(offset: offset, size: size) }
      let scratch = scratch(of: worker)
      let stores = scratch + (plan.scratch - 2 * step.storeFloats)
      var current = chunk(input)
      for (index, work) in works.enumerated() {
        var next = chunk(output)
        if index < works.count - 1 {
          next = FeatureView(
            data: stores + index % 2 * step.storeFloats, channels: step.before[index].channels,
            size: size, blockStride: size.y * size.x * 8, zStride: size.y * size.x * 8,
            yStride: size.x * 8, xStride: 8)
        }
        compute(
          work, input: current, output: next, residual: residuals[index].map(chunk),
          raw: index == works.count - 1 ? raw.map(chunk) : nil, slices: 0..<1, lane: 0,
          tiles: nil, workers: Workers(count: 1), scratch: scratch)
        current = next
      }
    }
  }

  /// Computes some slices of a layer that is neither the input nor an instance norm.
  private func compute(
    _ work: Plan.Work, input: FeatureView, output: FeatureView, residual: FeatureView?,
    raw: FeatureView?, slices: Range<Int>, lane: Int, tiles: [ck_span]?, workers: Workers,
    scratch: UnsafeMutablePointer<Float>
  ) {
    switch work {
    // These need more than slices of memory.
    case .input, .instanceNorm: break
    case .convolution(let convolution):
      convolution.run(
        [.init(input: input, output: output, residual: residual, raw: raw)], slices: slices,
        tiles: tiles, workers: workers, scratch: scratch, scratchStride: plan.scratch)
    case .pointwise(let map):
      map.run(
        input: input.slices(slices), output: output.slices(slices),
        residual: residual?.slices(slices), workers: workers)
    case .softmax:
      Probabilities.softmax(
        input: input.slices(slices), output: output.slices(slices), workers: workers)
    case .sigmoid:
      Probabilities.sigmoid(
        input: input.slices(slices), output: output.slices(slices), workers: workers)
    case .pool(let pool, let maximum):
      Resampling.pool(
        pool, maximum: maximum, input: input, output: output, slices: slices, workers: workers)
    case .repeatVoxels(let factors, let offset):
      Resampling.repeatVoxels(
        factors: factors, offset: offset, input: input, output: output, lane: lane,
        slices: slices, workers: workers)
    case .trilinear(let alignCorners):
      Resampling.trilinear(
        alignCorners: alignCorners, input: input, output: output, workers: workers)
    case .pad(let low, let mode):
      Copying.pad(
        low: low, mode: mode, input: input, output: output, slices: slices, workers: workers)
    }
  }

  /// A worker's scratch memory.
  private func scratch(of worker: Int) -> UnsafeMutablePointer<Float> {
    arena.pointer + (plan.schedule.floats + worker * plan.scratch)
  }

  /// A view's memory: its slice 0 is the whole view's slice 0, though only those of the window are
  /// there.
  private func resolve(_ view: View, _ windows: [Range<Int>]) -> FeatureView {
    var whole = inside(view.buffer, windows)
    whole.data += view.firstChannel / 8 * whole.blockStride
    whole.channels = view.channels
    return whole.window(offset: view.origin, step: view.step, size: view.size)
  }

  /// A buffer without its border.
  private func inside(_ number: Int, _ windows: [Range<Int>]) -> FeatureView {
    let buffer = plan.buffers[number]
    let place = plan.schedule.places[number]
    let yStride = 8 * (buffer.low.x + buffer.size.x + buffer.high.x)
    let z = buffer.low.z - windows[number].lowerBound
    return FeatureView(
      data: arena.pointer + place.offset + z * place.sliceFloats + buffer.low.y * yStride
        + buffer.low.x * 8,
      channels: buffer.channels, size: buffer.size, blockStride: place.blockStride,
      zStride: place.sliceFloats, yStride: yStride, xStride: 8)
  }

  /// Brings what a buffer kept to the front and empties its border.
  ///
  /// - Parameter before: the window of the slab before.
  private func begin(
    _ number: Int, _ window: Range<Int>, kept: Range<Int>, before: Range<Int>
  ) {
    let buffer = plan.buffers[number]
    let place = plan.schedule.places[number]
    if let aside = place.keptOffset {
      copy(
        number, slices: kept.count, from: aside, stride: place.keptBlockStride, to: place.offset,
        stride: place.blockStride)
    } else if kept.lowerBound > before.lowerBound {
      copy(
        number, slices: kept.count,
        from: place.offset + (kept.lowerBound - before.lowerBound) * place.sliceFloats,
        stride: place.blockStride, to: place.offset, stride: place.blockStride)
    }
    if buffer.hasBorder && buffer.mode == .zero && !window.isEmpty {
      var windows = [Range<Int>](repeating: 0..<0, count: plan.buffers.count)
      windows[number] = window
      Copying.fillBorder(
        of: inside(number, windows), low: buffer.low, high: buffer.high, mode: .zero,
        slices: kept.upperBound..<max(kept.upperBound, window.upperBound), workers: workers)
    }
  }

  /// Puts aside what the next slab reads again.
  private func keep(
    _ number: Int, _ window: Range<Int>, _ slices: Range<Int>, before: Range<Int>
  ) {
    let place = plan.schedule.places[number]
    guard let aside = place.keptOffset, slices != before else { return }
    copy(
      number, slices: slices.count,
      from: place.offset + (slices.lowerBound - window.lowerBound) * place.sliceFloats,
      stride: place.blockStride, to: aside, stride: place.keptBlockStride)
  }

  /// Copies slices of each block of a buffer inside the arena; the places may overlap.
  private func copy(
    _ number: Int, slices: Int, from source: Int, stride sourceStride: Int, to target: Int,
    stride targetStride: Int
  ) {
    let slice = plan.schedule.places[number].sliceFloats
    // Slices that overlap others' old places move together.
    let parts = abs(target - source) >= slices * slice ? slices : min(1, slices)
    let count = parts == 1 ? slices * slice : slice
    workers.forEach(parts * plan.buffers[number].blocks) { [arena] task, _ in
      let (block, part) = (task / parts, task % parts * slice)
      (arena.pointer + target + block * targetStride + part).update(
        from: arena.pointer + source + block * sourceStride + part, count: count)
    }
  }

  /// Fills the mirrored or repeated border that a view shows.
  private func fillBorder(_ view: View, _ windows: [Range<Int>]) {
    let buffer = plan.buffers[view.buffer]
    guard buffer.hasBorder, buffer.mode != .zero, showsBorder(view, buffer) else { return }
    var map = inside(view.buffer, windows)
    map.data += view.firstChannel / 8 * map.blockStride
    map.channels = view.channels
    Copying.fillBorder(
      of: map, low: buffer.low, high: buffer.high, mode: buffer.mode, slices: windows[view.buffer],
      workers: workers)
  }

  private func showsBorder(_ view: View, _ buffer: Buffer) -> Bool {
    (0..<3).contains {
      view.origin[$0] < 0
        || view.origin[$0] + (view.size[$0] - 1) * view.step[$0] >= buffer.size[$0]
    }
  }
}
