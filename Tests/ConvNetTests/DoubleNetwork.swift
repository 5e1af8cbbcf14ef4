import ConvNet
import Foundation

/// A network computed by the definitions, in double precision, as in training: batch norms use the
/// batch's statistics. What it is for: differences of its losses are gradients.
struct DoubleNetwork {
  struct Map {
    var channels: Int
    var size: Triple
    var values: [Double]

    init(channels: Int, size: Triple, _ value: (Int, Int, Int, Int) -> Double = { _, _, _, _ in 0 })
    {
      self.channels = channels
      self.size = size
      values = []
      values.reserveCapacity(channels * size.z * size.y * size.x)
      for c in 0..<channels {
        for z in 0..<size.z {
          for y in 0..<size.y { for x in 0..<size.x { values.append(value(c, z, y, x)) } }
        }
      }
    }

    init(_ tensor: Tensor) {
      self.init(channels: tensor.channels, size: tensor.size)
      values = tensor.values.map { Double($0) }
    }

    subscript(_ c: Int, _ z: Int, _ y: Int, _ x: Int) -> Double {
      get { values[((c * size.z + z) * size.y + y) * size.x + x] }
      set { values[((c * size.z + z) * size.y + y) * size.x + x] = newValue }
    }

    /// The value at a place that may lie outside, where it is what a padding shows.
    func padded(_ c: Int, _ place: [Int], _ mode: PaddingMode) -> Double {
      var inside = place
      for axis in 0..<3 {
        let n = size[axis]
        if (0..<n).contains(inside[axis]) { continue }
        switch mode {
        case .zero: return 0
        case .edge: inside[axis] = min(max(inside[axis], 0), n - 1)
        case .mirror:
          inside[axis] = inside[axis] < 0 ? -inside[axis] : 2 * (n - 1) - inside[axis]
        }
      }
      return self[c, inside[0], inside[1], inside[2]]
    }

    func channelValues(_ c: Int) -> ArraySlice<Double> {
      let count = size.z * size.y * size.x
      return values[c * count..<(c + 1) * count]
    }
  }

  let description: NetworkDescription
  var weights: [String: [Double]]

  init(_ network: Network) {
    description = network.description
    weights = network.weights.mapValues { $0.values.map { Double($0) } }
  }

  /// The values of all nodes for a batch.
  func run(_ images: [Map]) throws -> [String: [Map]] {
    var values = [description.input.name: images]
    for node in description.nodes {
      let inputs = node.inputs.compactMap { values[$0] }
      let sizes = try description.sizes(for: images[0].size)
      let channels = try description.channels(of: node.name)
      guard let size = sizes[node.name] else { continue }
      func weight(_ part: String) -> [Double] { weights["\(node.name).\(part)"] ?? [] }
      if case .batchNorm(let epsilon) = node.operation {
        values[node.name] = Self.normalised(inputs[0], Double(epsilon), weight)
        continue
      }
      values[node.name] = images.indices.map { index in
        Self.compute(
          node.operation, inputs.map { $0[index] }, channels: channels, size: size, weight)
      }
    }
    return values
  }

  private static func normalised(
    _ maps: [Map], _ epsilon: Double, _ weight: (String) -> [Double]
  ) -> [Map] {
    let (factor, bias) = (weight("weight"), weight("bias"))
    var result = maps
    for c in 0..<maps[0].channels {
      let all = maps.flatMap { $0.channelValues(c) }
      let mean = all.reduce(0, +) / Double(all.count)
      let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
      let inverse = 1 / (variance + epsilon).squareRoot()
      for index in maps.indices {
        let count = maps[index].values.count / maps[index].channels
        for place in c * count..<(c + 1) * count {
          let value = (maps[index].values[place] - mean) * inverse
          result[index].values[place] =
            factor.isEmpty ? value : value * factor[c] + bias[c]
        }
      }
    }
    return result
  }

  private static func compute(
    _ operation: ConvNet.Operation, _ inputs: [Map], channels: Int, size: Triple,
    _ weight: (String) -> [Double]
  ) -> Map {
    let input = inputs[0]
    func each(_ function: (Double, Int) -> Double) -> Map {
      Map(channels: channels, size: size) { function(input[$0, $1, $2, $3], $0) }
    }
    func spread(_ slope: [Double], _ c: Int) -> Double { slope.count == 1 ? slope[0] : slope[c] }
    switch operation {
    case .convolution(let shape):
      let (w, bias) = (weight("weight"), weight("bias"))
      let (ins, outs) = (input.channels / shape.groups, channels / shape.groups)
      let k = shape.kernel
      return Map(channels: channels, size: size) { c, z, y, x in
        var sum = shape.hasBias ? bias[c] : 0
        for i in 0..<ins {
          for a in 0..<k.z {
            for b in 0..<k.y {
              for d in 0..<k.x {
                let place = [
                  z * shape.stride.z + a * shape.dilation.z - shape.paddingLow.z,
                  y * shape.stride.y + b * shape.dilation.y - shape.paddingLow.y,
                  x * shape.stride.x + d * shape.dilation.x - shape.paddingLow.x,
                ]
                sum +=
                  w[(((c * ins + i) * k.z + a) * k.y + b) * k.x + d]
                  * input.padded(c / outs * ins + i, place, shape.paddingMode)
              }
            }
          }
        }
        return sum
      }
    case .transposedConvolution(let shape):
      let (w, bias) = (weight("weight"), weight("bias"))
      let k = shape.kernel
      var result = Map(channels: channels, size: size) { c, _, _, _ in
        shape.hasBias ? bias[c] : 0
      }
      for i in 0..<input.channels {
        for z in 0..<input.size.z {
          for y in 0..<input.size.y {
            for x in 0..<input.size.x {
              for c in 0..<channels {
                for tap in 0..<k.z * k.y * k.x {
                  let to = Triple(
                    z * shape.stride.z + tap / (k.y * k.x) - shape.paddingLow.z,
                    y * shape.stride.y + tap / k.x % k.y - shape.paddingLow.y,
                    x * shape.stride.x + tap % k.x - shape.paddingLow.x)
                  guard (0..<3).allSatisfy({ (0..<size[$0]).contains(to[$0]) }) else { continue }
                  result[c, to.z, to.y, to.x] +=
                    input[i, z, y, x] * w[(i * channels + c) * k.z * k.y * k.x + tap]
                }
              }
            }
          }
        }
      }
      return result
    case .batchNorm: return input
    case .instanceNorm(let epsilon, _): return normalised([input], Double(epsilon), weight)[0]
    case .prelu: return each { $0 > 0 ? $0 : $0 * spread(weight("slope"), $1) }
    case .leakyReLU(let slope): return each { x, _ in x > 0 ? x : x * Double(slope) }
    case .relu: return each { x, _ in max(x, 0) }
    case .sigmoid: return each { x, _ in 1 / (1 + exp(-x)) }
    case .scale(let factor): return each { x, _ in x * Double(factor) }
    case .dropout: return input
    case .softmax:
      return Map(channels: channels, size: size) { c, z, y, x in
        exp(input[c, z, y, x]) / (0..<channels).reduce(0) { $0 + exp(input[$1, z, y, x]) }
      }
    case .maxPool(let pool), .averagePool(let pool):
      return Map(channels: channels, size: size) { c, z, y, x in
        var seen: [Double] = []
        let first = [z, y, x].enumerated().map { $1 * pool.stride[$0] - pool.paddingLow[$0] }
        for tap in 0..<pool.kernel.z * pool.kernel.y * pool.kernel.x {
          let place = [
            first[0] + tap / (pool.kernel.y * pool.kernel.x),
            first[1] + tap / pool.kernel.x % pool.kernel.y, first[2] + tap % pool.kernel.x,
          ]
          guard (0..<3).allSatisfy({ (0..<input.size[$0]).contains(place[$0]) }) else { continue }
          seen.append(input[c, place[0], place[1], place[2]])
        }
        if case .maxPool = operation { return seen.max() ?? 0 }
        return seen.reduce(0, +) / Double(seen.count)
      }
    case .upsampleNearest(let f):
      return Map(channels: channels, size: size) { input[$0, $1 / f.z, $2 / f.y, $3 / f.x] }
    case .upsampleTrilinear(_, let alignCorners):
      return Map(channels: channels, size: size) { c, z, y, x in
        var sum = 0.0
        let taps = [z, y, x].enumerated().map { axis, index -> [(Int, Double)] in
          let (n, m) = (input.size[axis], size[axis])
          let place =
            alignCorners
            ? (m > 1 ? Double(index) * Double(n - 1) / Double(m - 1) : 0)
            : max(0, (Double(index) + 0.5) * Double(n) / Double(m) - 0.5)
          let low = min(n - 1, Int(place))
          return [(low, 1 - (place - Double(low))), (min(n - 1, low + 1), place - Double(low))]
        }
        for (k, a) in taps[0] {
          for (j, b) in taps[1] { for (i, d) in taps[2] { sum += a * b * d * input[c, k, j, i] } }
        }
        return sum
      }
    case .subsample(let f):
      return Map(channels: channels, size: size) { input[$0, $1 * f.z, $2 * f.y, $3 * f.x] }
    case .crop(let low, _):
      return Map(channels: channels, size: size) {
        input[$0, $1 + low.z, $2 + low.y, $3 + low.x]
      }
    case .cropLike(let centred):
      let low = centred ? Triple { (input.size[$0] - size[$0]) / 2 } : Triple(0, 0, 0)
      return Map(channels: channels, size: size) {
        input[$0, $1 + low.z, $2 + low.y, $3 + low.x]
      }
    case .pad(let low, _, let mode):
      return Map(channels: channels, size: size) {
        input.padded($0, [$1 - low.z, $2 - low.y, $3 - low.x], mode)
      }
    case .concatenate:
      var result = Map(channels: channels, size: size)
      result.values = inputs.flatMap(\.values)
      return result
    case .add:
      let other = inputs[1]
      let low = Triple { (other.size[$0] - size[$0]) / 2 }
      return Map(channels: channels, size: size) { c, z, y, x in
        input[c, z, y, x]
          + (c < other.channels ? other[c, z + low.z, y + low.y, x + low.x] : 0)
      }
    }
  }
}
