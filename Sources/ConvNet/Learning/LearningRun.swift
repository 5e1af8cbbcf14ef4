import Parallel

/// One pass forward and backward.
struct LearningRun {
  private let plan: LearningPlan
  private let weights: [String: Weight]
  private let wanted: [Int]
  private let wantsImageGradients: Bool
  private let context: LearningContext
  /// The number of images.
  private var count = 0
  private var values: [Int: FeatureBatch] = [:]
  private var deltas: [Int: FeatureBatch] = [:]

  private(set) var gradients: [String: [Float]] = [:]
  private(set) var statistics: [String: [Float]] = [:]
  private(set) var imageGradients: [Tensor] = []

  init(
    plan: LearningPlan, weights: [String: Weight], wanted: [Int], wantsImageGradients: Bool,
    context: LearningContext
  ) {
    self.plan = plan
    self.weights = weights
    self.wanted = wanted
    self.wantsImageGradients = wantsImageGradients
    self.context = context
  }

  private func batch(
    like value: LearningPlan.Value, count: Int, border: (low: Triple, high: Triple)
  ) throws -> FeatureBatch {
    try FeatureBatch(
      count: count, channels: value.channels, size: value.size, low: border.low,
      high: border.high, pool: context.pool, workers: context.workers)
  }

  /// A value's maps, which may be a window of another's.
  private func maps(_ number: Int) -> FeatureBatch {
    guard let window = plan.values[number].window else { return values[number]! }
    return maps(window.source).window(
      offset: window.offset, step: window.step, size: plan.values[number].size)
  }

  /// - Returns: the values that are wanted.
  mutating func forward(_ images: [Tensor]) throws -> [[Tensor]] {
    let input = try batch(
      like: plan.values[0], count: images.count, border: plan.values[0].border)
    for (index, image) in images.enumerated() {
      Copying.pack(
        [TensorPart(image)], into: input[index], slices: 0..<image.size.z,
        workers: context.workers)
    }
    values[0] = input
    count = images.count
    let kept = keptValues()
    var uses = plan.values.map(\.uses)
    for step in plan.steps {
      let value = plan.values[step.output]
      let output = try batch(like: value, count: images.count, border: value.border)
      try step.step.forward(
        step.inputs.map(maps), to: output, StepWeights(node: step.node, weights: weights), context)
      values[step.output] = output
      for (part, measured) in step.step.statistics {
        statistics["\(step.node).\(part)"] = measured
      }
      for input in step.inputs { release(input, &uses, kept) }
    }
    return wanted.map { number in
      let maps = self.maps(number)
      return maps.views.map { view in
        Tensor(channels: maps.channels, size: maps.size) {
          Copying.unpack(view, to: $0, workers: context.workers)
        }
      }
    }
  }

  /// The values that the backward pass reads or the loss is formed of.
  private func keptValues() -> [Bool] {
    var kept = plan.values.map { _ in false }
    func keep(_ number: Int) {
      kept[number] = true
      if let window = plan.values[number].window { keep(window.source) }
    }
    for number in wanted { keep(number) }
    for step in plan.steps {
      if step.step.needsInputs { step.inputs.forEach(keep) }
      if step.step.needsOutput { keep(step.output) }
    }
    return kept
  }

  /// Lets a value go that was read for the last time.
  private mutating func release(_ number: Int, _ uses: inout [Int], _ kept: [Bool]) {
    uses[number] -= 1
    guard uses[number] == 0, !kept[number] else { return }
    if let window = plan.values[number].window {
      release(window.source, &uses, kept)
    } else {
      values[number] = nil
    }
  }

  private func wantsDelta(_ number: Int) -> Bool {
    plan.learns[number] || wantsImageGradients
  }

  /// Where a part of a value's gradient goes: the first part is stored, the others are added.
  private mutating func target(_ number: Int) throws -> DeltaTarget? {
    guard wantsDelta(number) else { return nil }
    if let batch = deltas[number] { return DeltaTarget(batch: batch, adds: true) }
    let value = plan.values[number]
    let batch = try batch(like: value, count: count, border: value.deltaBorder)
    deltas[number] = batch
    return DeltaTarget(batch: batch, adds: false)
  }

  /// - Parameter given: the gradients of the loss with respect to wanted values.
  mutating func backward(_ given: [Int: [Tensor]]) throws {
    let workers = context.workers
    for (number, tensors) in given where wantsDelta(number) {
      let value = plan.values[number]
      guard tensors.count == count,
        tensors.allSatisfy({ $0.channels == value.channels && $0.size == value.size })
      else {
        throw ConvNetError.invalidInput(
          found: "gradients of a loss that do not have the output's shape",
          expected: "\(count) of \(value.channels) channels and \(value.size.text) voxels")
      }
      let delta = try batch(like: value, count: count, border: value.deltaBorder)
      for (index, tensor) in tensors.enumerated() {
        Copying.pack(
          [TensorPart(tensor)], into: delta[index], slices: 0..<tensor.size.z, workers: workers)
      }
      deltas[number] = delta
    }
    let makers = Dictionary(plan.steps.map { ($0.output, $0) }, uniquingKeysWith: { $1 })
    for number in plan.order.reversed() {
      guard let delta = deltas.removeValue(forKey: number) else { continue }
      if let window = plan.values[number].window {
        guard let target = try target(window.source) else { continue }
        if !target.adds { target.batch.clear(workers: workers) }
        let part = target.batch.window(
          offset: window.offset, step: window.step, size: plan.values[number].size)
        delta.forEachRow(workers: workers) { image, block, z, y in
          Rows.map(
            delta[image], delta[image], DeltaTarget(batch: part, adds: true), image, block, z, y
          ) { _, dy in dy }
        }
      } else if let step = makers[number] {
        var targets: [DeltaTarget?] = []
        for input in step.inputs { targets.append(try target(input)) }
        let found = try step.step.backward(
          step.step.needsInputs ? step.inputs.map(maps) : [],
          step.step.needsOutput ? maps(number) : delta, delta: delta, to: targets,
          StepWeights(node: step.node, weights: weights), context)
        gradients.merge(found) { _, new in new }
        values[number] = nil
      } else {
        imageGradients = delta.views.map { view in
          Tensor(channels: delta.channels, size: delta.size) {
            Copying.unpack(view, to: $0, workers: workers)
          }
        }
      }
    }
  }
}
