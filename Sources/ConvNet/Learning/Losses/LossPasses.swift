import Parallel

/// The two passes over the voxels of an image by which a loss and its gradient are computed: the
/// first forms probabilities and sums, the second turns the probabilities into the gradient.
struct LossPasses {
  let channels: Int
  let regions: [[UInt8]]?
  let outputWeights: [Float]
  let focalExponent: Float
  let workers: Workers

  /// Sums over an image's voxels.
  struct Sums {
    /// The weighted cross-entropies, and their weights.
    var entropy = 0.0
    var weight = 0.0
    /// For each output: the probabilities where it is right, all probabilities, and the number of
    /// voxels where it is right.
    var intersection: [Double]
    var prediction: [Double]
    var truth: [Double]
  }

  /// What the gradient with respect to an image's probabilities consists of.
  struct Factors {
    /// That of the cross-entropy of a voxel.
    var entropy: Float
    /// Those of the Dice loss for each output: of a probability, and, taken away, of one that is right.
    var prediction: [Float]
    var intersection: [Float]

    init(entropy: Float, prediction: [Float]?, intersection: [Float]?) {
      self.entropy = entropy
      self.prediction = prediction ?? []
      self.intersection = intersection ?? []
    }
  }

  /// The number of voxels for which one thread forms sums; a multiple of 8.
  private static let chunk = 4096

  /// The first pass.
  func probabilities(_ logits: Tensor, _ target: TargetMap) -> (Tensor, Sums) {
    let count = target.classes.count
    let tasks = (count + Self.chunk - 1) / Self.chunk
    let each = 3 * channels + 2
    var parts = [SIMD8<Double>](repeating: .zero, count: tasks * each)
    let result = Tensor(channels: channels, size: logits.size) { values in
      withRaw(logits.values, target.classes) { from, classes in
        parts.withUnsafeMutableBufferPointer { parts in
          withTable { table in
            guard let first = values.baseAddress, let base = parts.baseAddress else { return }
            nonisolated(unsafe) let (to, parts) = (first, base)
            nonisolated(unsafe) let (from, classes, table) = (from, classes, table)
            workers.forEachRange(of: count, chunk: Self.chunk) { range, _ in
              var place = range.lowerBound
              let sums = parts + place / Self.chunk * each
              while place < range.upperBound {
                let group = Group(
                  from: from + place, to: to + place, stride: count,
                  lanes: min(8, range.upperBound - place), classes: classes + place)
                if regions == nil {
                  exclusive(group, table, sums)
                } else {
                  independent(group, table, sums)
                }
                place += 8
              }
            }
          }
        }
      }
    }
    func sum(_ number: Int) -> Double {
      (0..<tasks).reduce(0) { $0 + parts[$1 * each + number].sum() }
    }
    func sums(_ number: Int) -> [Double] { (0..<channels).map { sum(2 + 3 * $0 + number) } }
    return (
      result,
      Sums(
        entropy: sum(0), weight: sum(1), intersection: sums(0), prediction: sums(1), truth: sums(2)
      )
    )
  }

  /// The second pass.
  func differentiate(_ values: inout Tensor, _ target: TargetMap, _ factors: Factors) {
    let count = target.classes.count
    values.values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      nonisolated(unsafe) let to = base
      withTable(factors) { table in
        target.classes.withUnsafeBufferPointer { classes in
          guard let base = classes.baseAddress else { return }
          nonisolated(unsafe) let (classes, table) = (base, table)
          workers.forEachRange(of: count, chunk: Self.chunk) { range, _ in
            var place = range.lowerBound
            while place < range.upperBound {
              let group = Group(
                from: to + place, to: to + place, stride: count,
                lanes: min(8, range.upperBound - place), classes: classes + place)
              if regions == nil {
                exclusiveGradient(group, table, factors.entropy)
              } else {
                independentGradient(group, table, factors.entropy)
              }
              place += 8
            }
          }
        }
      }
    }
  }

  // MARK: Outputs that exclude each other

  private func exclusive(
    _ group: Group, _ table: Table, _ sums: UnsafeMutablePointer<SIMD8<Double>>
  ) {
    let counted = group.counted
    var greatest = group.load(0)
    for channel in 1..<max(1, channels) {
      let value = group.load(channel)
      greatest.replace(with: value, where: value .> greatest)
    }
    var (sum, right, rest, weight) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    for channel in 0..<channels {
      let shifted = group.load(channel) - greatest
      let value = Probabilities.exp(shifted)
      let isRight = table.isRight(channel, group.classes)
      group.store(channel, value)
      sum += value
      right.replace(with: shifted, where: isRight)
      rest += value.replacing(with: 0, where: isRight)
      weight.replace(with: table.weights[channel], where: isRight)
    }
    let factor = 1 / sum
    for channel in 0..<channels {
      let value = group.stored(channel) * factor
      group.store(channel, value)
      addOverlap(channel, value, table.isRight(channel, group.classes), counted, sums)
    }
    var entropy = Probabilities.log(sum) - right
    if focalExponent > 0 { entropy *= Self.power(rest * factor, focalExponent) }
    sums[0] += Self.doubles((entropy * weight).replacing(with: 0, where: .!counted))
    sums[1] += Self.doubles(weight.replacing(with: 0, where: .!counted))
  }

  /// Through the softmax, docs/backpropagation.md, Eq. 22, 24 and 27.
  private func exclusiveGradient(_ group: Group, _ table: Table, _ entropy: Float) {
    let counted = group.counted
    var (mean, right, rest, weight) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    for channel in 0..<channels {
      let p = group.stored(channel)
      let isRight = table.isRight(channel, group.classes)
      mean += p * table.dice(channel, isRight)
      right.replace(with: p, where: isRight)
      rest += p.replacing(with: 0, where: isRight)
      weight.replace(with: table.weights[channel], where: isRight)
    }
    var factor = weight * entropy
    if focalExponent > 0 { factor *= focalFactor(right, rest) }
    for channel in 0..<channels {
      let p = group.stored(channel)
      let isRight = table.isRight(channel, group.classes)
      let truth = Vector.zero.replacing(with: 1, where: isRight)
      let gradient = p * (table.dice(channel, isRight) - mean) + factor * (p - truth)
      group.store(channel, gradient.replacing(with: 0, where: .!counted))
    }
  }

  // MARK: Regions

  private func independent(
    _ group: Group, _ table: Table, _ sums: UnsafeMutablePointer<SIMD8<Double>>
  ) {
    let counted = group.counted
    for channel in 0..<channels {
      let z = group.load(channel)
      let isRight = table.isRight(channel, group.classes)
      let magnitude = z.replacing(with: -z, where: z .< 0)
      let small = Probabilities.exp(-magnitude)
      let large = 1 / (1 + small)
      let p = large.replacing(with: small * large, where: z .< 0)
      group.store(channel, p)
      addOverlap(channel, p, isRight, counted, sums)
      // log(1 + exp(-z)) where it should be there, else log(1 + exp(z)).
      let wrong = z.replacing(with: -z, where: isRight)
      var entropy =
        wrong.replacing(with: 0, where: wrong .< 0) + Probabilities.log(1 + small)
      if focalExponent > 0 {
        // The probability of what is wrong.
        let rest = large.replacing(with: small * large, where: wrong .< 0)
        entropy *= Self.power(rest, focalExponent)
      }
      let weight = table.weights[channel]
      sums[0] += Self.doubles((entropy * weight).replacing(with: 0, where: .!counted))
      sums[1] += Self.doubles(weight.replacing(with: 0, where: .!counted))
    }
  }

  /// Through the sigmoid, docs/backpropagation.md, Eq. 25, 27 and 28.
  private func independentGradient(_ group: Group, _ table: Table, _ entropy: Float) {
    let counted = group.counted
    for channel in 0..<channels {
      let p = group.stored(channel)
      let isRight = table.isRight(channel, group.classes)
      let truth = Vector.zero.replacing(with: 1, where: isRight)
      var factor = table.weights[channel] * entropy
      if focalExponent > 0 {
        let right = (1 - p).replacing(with: p, where: isRight)
        factor *= focalFactor(right, 1 - right)
      }
      let gradient = p * (1 - p) * table.dice(channel, isRight) + factor * (p - truth)
      group.store(channel, gradient.replacing(with: 0, where: .!counted))
    }
  }

  // MARK: Parts

  /// By what focal loss multiplies the gradient of cross-entropy (docs/backpropagation.md, Eq. 25):
  /// (1 - p)^gamma - gamma p (1 - p)^(gamma - 1) log p.
  private func focalFactor(_ p: Vector, _ rest: Vector) -> Vector {
    let logarithm = Probabilities.log(p.replacing(with: 1e-37, where: p .< 1e-37))
    return Self.power(rest, focalExponent) - focalExponent * p
      * Self.power(rest, focalExponent - 1) * logarithm
  }

  /// x^exponent for probabilities x.
  private static func power(_ x: Vector, _ exponent: Float) -> Vector {
    Probabilities.exp(exponent * Probabilities.log(x.replacing(with: 1e-30, where: x .< 1e-30)))
  }

  @inline(__always)
  private func addOverlap(
    _ channel: Int, _ p: Vector, _ isRight: Mask, _ counted: Mask,
    _ sums: UnsafeMutablePointer<SIMD8<Double>>
  ) {
    let own = sums + 2 + 3 * channel
    let both = isRight .& counted
    own[0] += Self.doubles(Vector.zero.replacing(with: p, where: both))
    own[1] += Self.doubles(p.replacing(with: 0, where: .!counted))
    own[2] += Self.doubles(Vector.zero.replacing(with: 1, where: both))
  }

  @inline(__always)
  private static func doubles(_ x: Vector) -> SIMD8<Double> { SIMD8<Double>(x) }

  private func withRaw(
    _ values: [Float], _ classes: [UInt8],
    _ body: (UnsafePointer<Float>, UnsafePointer<UInt8>) -> Void
  ) {
    values.withUnsafeBufferPointer { values in
      classes.withUnsafeBufferPointer { classes in
        if let values = values.baseAddress, let classes = classes.baseAddress {
          body(values, classes)
        }
      }
    }
  }

  /// Lays out what is known of the outputs for the loops.
  private func withTable(_ factors: Factors? = nil, _ body: (Table) -> Void) {
    let zeros = [Float](repeating: 0, count: channels)
    let weights = outputWeights.isEmpty ? zeros.map { _ in 1 } : outputWeights
    let prediction = factors?.prediction ?? []
    let intersection = factors?.intersection ?? []
    let values =
      weights + (prediction.isEmpty ? zeros : prediction)
      + (intersection.isEmpty ? zeros : intersection)
    let classes = regions ?? (0..<channels).map { [UInt8(truncatingIfNeeded: $0)] }
    var ends: [Int] = [0]
    for region in classes { ends.append(ends[ends.count - 1] + region.count) }
    values.map { Vector(repeating: $0) }.withUnsafeBufferPointer { values in
      classes.flatMap { $0 }.map { SIMD8<Int32>(repeating: Int32($0)) }.withUnsafeBufferPointer {
        members in
        ends.withUnsafeBufferPointer { ends in
          guard let values = values.baseAddress, let ends = ends.baseAddress else { return }
          body(
            Table(
              weights: values, prediction: values + channels, intersection: values + 2 * channels,
              members: members, ends: ends))
        }
      }
    }
  }
}

private typealias Mask = SIMDMask<SIMD8<Int32>>

/// What is known of the outputs.
private struct Table {
  let weights: UnsafePointer<Vector>
  let prediction: UnsafePointer<Vector>
  let intersection: UnsafePointer<Vector>
  /// The classes of all outputs' regions, and where each output's begin.
  let members: UnsafeBufferPointer<SIMD8<Int32>>
  let ends: UnsafePointer<Int>

  /// Where an output should be.
  @inline(__always)
  func isRight(_ channel: Int, _ classes: SIMD8<Int32>) -> Mask {
    var mask = Mask(repeating: false)
    for member in ends[channel]..<ends[channel + 1] { mask = mask .| (classes .== members[member]) }
    return mask
  }

  /// The Dice loss's gradient with respect to a probability.
  @inline(__always)
  func dice(_ channel: Int, _ isRight: Mask) -> Vector {
    prediction[channel] - Vector.zero.replacing(with: intersection[channel], where: isRight)
  }
}

/// Up to eight voxels, one after the other in memory, with all their outputs.
private struct Group {
  let from: UnsafePointer<Float>
  let to: UnsafeMutablePointer<Float>
  /// The number of values from one output to the next.
  let stride: Int
  let lanes: Int
  let classes: SIMD8<Int32>

  init(
    from: UnsafePointer<Float>, to: UnsafeMutablePointer<Float>, stride: Int, lanes: Int,
    classes: UnsafePointer<UInt8>
  ) {
    self.from = from
    self.to = to
    self.stride = stride
    self.lanes = lanes
    var eight = SIMD8<UInt8>(repeating: TargetMap.ignored)
    if lanes == 8 {
      eight = UnsafeRawPointer(classes).loadUnaligned(as: SIMD8<UInt8>.self)
    } else {
      for lane in 0..<lanes { eight[lane] = classes[lane] }
    }
    self.classes = SIMD8<Int32>(truncatingIfNeeded: eight)
  }

  /// The voxels that count.
  var counted: Mask { classes .!= Int32(TargetMap.ignored) }

  @inline(__always)
  private func load(_ place: UnsafePointer<Float>) -> Vector {
    if lanes == 8 { return UnsafeRawPointer(place).loadUnaligned(as: Vector.self) }
    var vector = Vector.zero
    for lane in 0..<lanes { vector[lane] = place[lane] }
    return vector
  }

  @inline(__always)
  func load(_ channel: Int) -> Vector { load(from + channel * stride) }

  @inline(__always)
  func stored(_ channel: Int) -> Vector { load(to + channel * stride) }

  @inline(__always)
  func store(_ channel: Int, _ vector: Vector) {
    let place = to + channel * stride
    if lanes == 8 {
      UnsafeMutableRawPointer(place).storeBytes(of: vector, as: Vector.self)
    } else {
      for lane in 0..<lanes { place[lane] = vector[lane] }
    }
  }
}
