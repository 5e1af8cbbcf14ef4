extension ONNXTranslator {
  mutating func concatenate(_ node: ONNXNode) throws -> Feature {
    let axis = node.attributes["axis"]?.integer ?? 0
    guard axis == 1 || axis == -4 else {
      throw refusal(node, "Concat along another axis than the channels")
    }
    let inputs = try node.inputs.indices.map { try featureInput(node, $0) }
    guard !inputs.isEmpty else { throw refusal(node, "Concat of nothing") }
    let channels = inputs.reduce(0) { $0 + $1.channels }
    guard channels <= ChannelInference.limit else {
      throw refusal(node, "Concat to \(channels) channels")
    }
    return try add(node, .concatenate, inputs, channels: channels)
  }

  /// Sums of features, and arithmetic with constants for each channel.
  mutating func arithmetic(_ node: ONNXNode) throws -> Feature {
    guard node.inputs.count == 2, let left = try value(node.inputs[0]),
      let right = try value(node.inputs[1])
    else {
      throw ConvNetError.malformed(path: path, reason: "\(title(node)) does not have two inputs")
    }
    switch (left, right) {
    case (.feature(let first), .feature(let second)):
      guard node.kind == "Add" else {
        throw refusal(node, "\(node.kind) of two features")
      }
      // A network's sum cuts and pads its second input; ONNX repeats single channels and voxels.
      guard first.channels == second.channels, first.size == second.size else {
        throw refusal(node, "Add of features of different shapes")
      }
      guard min(first.zeroChannels, second.zeroChannels) == 0 else {
        throw refusal(node, "Add of features that both have added channels")
      }
      let ordered = first.zeroChannels == 0 ? [first, second] : [second, first]
      return try add(node, .add, ordered)
    case (.feature(let feature), .constant(let constant)):
      return try arithmetic(node, feature, constant, isReversed: false)
    case (.constant(let constant), .feature(let feature)):
      return try arithmetic(node, feature, constant, isReversed: true)
    case (.constant, .constant):
      throw refusal(node, "\(node.kind) of constants that depend on the size of the image")
    }
  }

  private mutating func arithmetic(
    _ node: ONNXNode, _ feature: Feature, _ constant: ONNXConstant, isReversed: Bool
  ) throws -> Feature {
    guard feature.zeroChannels == 0, let values = constant.channelVector(feature.channels) else {
      throw refusal(node, "\(node.kind) with a constant that is not one number for each channel")
    }
    // y = factor x + offset
    var factor: [Float] = [1]
    var offset: [Float] = [0]
    switch (node.kind, isReversed) {
    case ("Add", _): offset = values
    case ("Sub", false): offset = values.map { -$0 }
    case ("Sub", true):
      factor = [-1]
      offset = values
    case ("Mul", _): factor = values
    case ("Div", false): factor = values.map { 1 / $0 }
    default: throw refusal(node, "Div of a constant by a feature")
    }
    guard (factor + offset).allSatisfy(\.isFinite) else {
      throw refusal(node, "\(node.kind) with a constant that is not finite")
    }
    if offset.allSatisfy({ $0 == 0 }), let single = factor.first, factor.count == 1 {
      return single == 1 ? feature : try add(node, .scale(factor: single), [feature])
    }
    func vector(_ values: [Float]) -> Weight {
      let channels = feature.channels
      return Weight(
        shape: [channels],
        values: values.count == channels
          ? values : Array(repeating: values[0], count: channels))
    }
    return try add(
      node, .batchNorm(epsilon: 0), [feature],
      weights: [
        "weight": vector(factor), "bias": vector(offset), "mean": vector([0]),
        "variance": vector([1]),
      ])
  }

  // MARK: Padding and cropping

  mutating func pad(_ node: ONNXNode) throws -> Feature {
    let image = try featureInput(node, 0)
    guard let pads = try node.attributes["pads"]?.integers ?? integerInput(node, 1) else {
      throw ConvNetError.malformed(path: path, reason: "\(title(node)) has no pads")
    }
    let axisList = try integerInput(node, 3) ?? Array(0..<5)
    guard pads.count == 2 * axisList.count else {
      throw refusal(node, "Pad along \(pads.count / 2) axes")
    }
    var low = [Int](repeating: 0, count: 5)
    var high = low
    for (index, axis) in axisList.enumerated() {
      let place = axis < 0 ? axis &+ 5 : axis
      guard (0..<5).contains(place) else { throw refusal(node, "Pad along axis \(axis)") }
      low[place] = pads[index]
      high[place] = pads[index + axisList.count]
    }
    guard low[0] == 0, high[0] == 0, low[1] == 0, (0...ChannelInference.limit).contains(high[1])
    else { throw refusal(node, "Pad of batch or channels") }
    let mode: PaddingMode
    switch node.attributes["mode"]?.text ?? "constant" {
    case "constant":
      let value =
        try node.attributes["value"]?.float ?? floatInput(node, 2)?.values.first ?? 0
      guard value == 0 else { throw refusal(node, "Pad with the value \(value)") }
      mode = .zero
    case "reflect": mode = .mirror
    case "edge": mode = .edge
    case let other: throw refusal(node, "Pad with mode \(other)")
    }
    let (first, last) = (axes.triple(Array(low[2...])), axes.triple(Array(high[2...])))
    if first == .zero, last == .zero, high[1] == 0 || mode == .zero {
      var result = image
      result.channels += high[1]
      result.zeroChannels = high[1]
      return result
    }
    guard high[1] == 0 else { throw refusal(node, "Pad of channels and voxels at once") }
    if (0..<3).allSatisfy({
      first[$0] <= 0 && last[$0] <= 0 && first[$0] > -1 << 32 && last[$0] > -1 << 32
    }) {
      return try add(
        node, .crop(low: Triple { -first[$0] }, high: Triple { -last[$0] }), [image])
    }
    return try add(node, .pad(low: first, high: last, mode: mode), [image])
  }

  mutating func slice(_ node: ONNXNode) throws -> Feature {
    let image = try featureInput(node, 0)
    let fromAttributes = node.attributes["starts"] != nil
    let starts = try node.attributes["starts"]?.integers ?? integerInput(node, 1) ?? []
    let ends = try node.attributes["ends"]?.integers ?? integerInput(node, 2) ?? []
    let axisList =
      try fromAttributes ? node.attributes["axes"]?.integers : integerInput(node, 3)
    let steps = try fromAttributes ? nil : integerInput(node, 4)
    guard starts.count == ends.count, axisList?.count ?? starts.count == starts.count,
      steps?.count ?? starts.count == starts.count
    else { throw ConvNetError.malformed(path: path, reason: "\(title(node)) has uneven lists") }

    let size = image.size.map { axes.list($0) }
    var low = [0, 0, 0]
    var high = [0, 0, 0]
    var step = [1, 1, 1]
    for index in starts.indices {
      let axis = axisList?[index] ?? index
      let place = axis < 0 ? axis &+ 5 : axis
      guard (0..<5).contains(place) else { throw refusal(node, "Slice along axis \(axis)") }
      let extent = place == 0 ? 1 : place == 1 ? image.channels : size?[place - 2]
      let (start, end) = (starts[index], ends[index])
      guard steps?[index] ?? 1 >= 1 else { throw refusal(node, "Slice with a negative step") }
      // Places counted from the end, or an end at a number, mean a cut that depends on the size.
      guard let cut = Self.cut(from: start, to: end, of: extent) else {
        throw ConvNetError.unsupported(
          path: path, found: "\(title(node)) cuts by the size of the image",
          remedy: "export the model for images of a fixed size")
      }
      if place < 2 {
        guard cut == (0, 0), steps?[index] ?? 1 == 1 else {
          throw refusal(node, "Slice of the \(place == 1 ? "channels" : "batch")")
        }
      } else {
        (low[place - 2], high[place - 2]) = cut
        step[place - 2] = steps?[index] ?? 1
      }
    }
    var result = image
    if low != [0, 0, 0] || high != [0, 0, 0] {
      result = try add(node, .crop(low: axes.triple(low), high: axes.triple(high)), [result])
    }
    if step != [1, 1, 1] {
      result = try add(node, .subsample(factors: axes.triple(step)), [result])
    }
    return result
  }

  /// The voxels that a slice removes at both ends of an axis; nil where that depends on its extent
  /// and the extent is not known.
  private static func cut(from start: Int, to end: Int, of extent: Int?) -> (Int, Int)? {
    guard let extent else {
      // Ends beyond any image stand for all the rest.
      let isOpen = end >= 1 << 31 - 1
      guard start >= 0, start < 1 << 31, isOpen || (end < 0 && end > -1 << 31) else { return nil }
      return (start, isOpen ? 0 : -end)
    }
    let first = min(max(start < 0 ? start &+ extent : start, 0), extent)
    let last = min(max(end < 0 ? end &+ extent : end, 0), extent)
    return (first, extent - max(first, last))
  }

  // MARK: Resizing

  mutating func resize(_ node: ONNXNode) throws -> Feature {
    let image = try featureInput(node, 0)
    let factors = try resizeFactors(node, image)
    if factors == .one { return image }
    let isOld = node.kind == "Upsample" || operatorSet < 11
    let coordinates =
      isOld ? "asymmetric" : node.attributes["coordinate_transformation_mode"]?.text ?? "half_pixel"
    switch node.attributes["mode"]?.text ?? "nearest" {
    case "nearest":
      let rounding =
        isOld ? "floor" : node.attributes["nearest_mode"]?.text ?? "round_prefer_floor"
      let isRepetition =
        switch (coordinates, rounding) {
        case ("asymmetric", "floor"): true
        // Halves are rounded down, and the offsets of a factor of two are no more than that.
        case ("asymmetric", "round_prefer_floor"): (0..<3).allSatisfy { factors[$0] <= 2 }
        // The offsets stay within half a voxel.
        case ("half_pixel", "round_prefer_floor"), ("half_pixel", "round_prefer_ceil"): true
        default: false
        }
      guard isRepetition else {
        throw refusal(node, "\(node.kind) to the nearest by \(coordinates), \(rounding)")
      }
      return try add(node, .upsampleNearest(factors: factors), [image])
    case "linear", "trilinear":
      let alignCorners: Bool
      switch coordinates {
      case "align_corners": alignCorners = true
      case "half_pixel", "pytorch_half_pixel": alignCorners = false
      default: throw refusal(node, "linear \(node.kind) by \(coordinates)")
      }
      return try add(
        node, .upsampleTrilinear(factors: factors, alignCorners: alignCorners), [image])
    case let mode: throw refusal(node, "\(node.kind) with mode \(mode)")
    }
  }

  /// The whole numbers by which a node enlarges the image.
  private func resizeFactors(_ node: ONNXNode, _ image: Feature) throws -> Triple {
    let scaleIndex = node.kind == "Upsample" || operatorSet < 11 ? 1 : 2
    guard node.attributes["axes"]?.integers ?? [0, 1, 2, 3, 4] == [0, 1, 2, 3, 4] else {
      throw refusal(node, "\(node.kind) with axes")
    }
    let attribute = node.attributes["scales"]?.floats
    if let scales = try attribute ?? floatInput(node, scaleIndex)?.values, !scales.isEmpty {
      let whole = scales.compactMap { Int(exactly: $0) }
      guard whole.count == 5, whole[0] == 1, whole[1] == 1, whole.allSatisfy({ $0 >= 1 }) else {
        throw refusal(node, "\(node.kind) by other than whole factors")
      }
      return axes.triple(Array(whole[2...]))
    }
    guard let target = try integerInput(node, 3), target.count == 5 else {
      throw refusal(node, "\(node.kind) without scales or sizes")
    }
    guard let size = image.size else {
      throw ConvNetError.unsupported(
        path: path, found: "\(title(node)) resizes to a fixed size",
        remedy: "export the model for images of a fixed size")
    }
    let wanted = axes.triple(Array(target[2...]))
    guard target[0] == 1, target[1] == image.channels,
      (0..<3).allSatisfy({ wanted[$0] >= size[$0] && wanted[$0] % size[$0] == 0 })
    else { throw refusal(node, "\(node.kind) by other than whole factors") }
    return Triple { wanted[$0] / size[$0] }
  }
}
