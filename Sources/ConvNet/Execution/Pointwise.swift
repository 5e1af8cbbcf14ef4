import Parallel

/// y = activation(scale x + shift + residual) for each voxel by itself.
struct PointwiseMap: Sendable {
  /// One value a channel, in whole blocks; nil for 1 and 0.
  var scale: AlignedFloats?
  var shift: AlignedFloats?
  /// The activation's slope for negative numbers; nil for none.
  var slope: AlignedFloats?

  init(_ epilogue: Epilogue) throws {
    scale = try epilogue.scale.map { try AlignedFloats(channels: $0) }
    shift = try epilogue.shift.map { try AlignedFloats(channels: $0) }
    slope = try epilogue.slope.map { try AlignedFloats(channels: $0) }
  }

  /// The views have the same size; `output` may be `input`.
  func run(
    input: FeatureView, output: FeatureView, residual: FeatureView?, workers: Workers
  ) {
    let size = output.size
    workers.forEach(output.blocks * size.z) { task, _ in
      let block = task / size.z
      let z = task % size.z
      let one = Vector(repeating: 1)
      let scale = self.scale.map { ($0.pointer + block * 8).vector } ?? one
      let shift = self.shift.map { ($0.pointer + block * 8).vector } ?? .zero
      let slope = self.slope.map { ($0.pointer + block * 8).vector } ?? one
      let residual = residual.flatMap { block < $0.blocks ? $0 : nil }
      for y in 0..<size.y {
        var from = input.address(block, z, y)
        var to = output.address(block, z, y)
        if let residual {
          var other = residual.address(block, z, y)
          for _ in 0..<size.x {
            let sum = from.vector * scale + shift + other.vector
            to.vector = (sum * slope).replacing(with: sum, where: sum .> 0)
            from += input.xStride
            to += output.xStride
            other += residual.xStride
          }
        } else {
          for _ in 0..<size.x {
            let sum = from.vector * scale + shift
            to.vector = (sum * slope).replacing(with: sum, where: sum .> 0)
            from += input.xStride
            to += output.xStride
          }
        }
      }
    }
  }
}

/// Normalisation of each channel by its mean and variance over all voxels, and what follows it.
struct InstanceNormalization: Sendable {
  var epsilon: Float
  /// With the norm's weight and bias as scale and shift.
  var map: PointwiseMap

  func run(
    input: FeatureView, output: FeatureView, residual: FeatureView?, workers: Workers
  ) throws {
    var map = self.map
    let floats = output.blocks * 8
    let scale = try AlignedFloats(count: floats)
    let shift = try AlignedFloats(count: floats)
    let moments = try Moments(of: input, workers: workers)
    for channel in 0..<floats {
      let weight = self.map.scale.map { Double($0.pointer[channel]) } ?? 0
      let factor = weight / (moments.variance[channel] + Double(epsilon)).squareRoot()
      let bias = self.map.shift.map { Double($0.pointer[channel]) } ?? 0
      scale.pointer[channel] = weight == 0 ? 0 : Float(factor)
      shift.pointer[channel] =
        weight == 0 ? Float(bias) : Float(bias - moments.mean[channel] * factor)
    }
    map.scale = scale
    map.shift = shift
    map.run(input: input, output: output, residual: residual, workers: workers)
  }
}

/// The mean and the biased variance of each channel.
struct Moments {
  private(set) var mean: [Double]
  private(set) var variance: [Double]

  init(of map: FeatureView, workers: Workers) throws {
    let size = map.size
    // Sums of x - p and (x - p)^2 for each slice, where p is the channel's first voxel: so the
    // squares do not drown the variance of a channel far from zero. The slices' sums are added in
    // their order.
    let sums = try AlignedFloats(count: map.blocks * size.z * 32)
    let partial = UnsafeMutableRawPointer(sums.pointer)
    struct Sums: @unchecked Sendable { var address: UnsafeMutableRawPointer }
    let shared = Sums(address: partial)
    workers.forEach(map.blocks * size.z) { task, _ in
      let block = task / size.z
      let pivot = map.address(block, 0, 0).vector
      var sum = SIMD8<Double>.zero
      var squares = SIMD8<Double>.zero
      for y in 0..<size.y {
        var from = map.address(block, task % size.z, y)
        var rowSum = Vector.zero
        var rowSquares = Vector.zero
        for _ in 0..<size.x {
          let difference = from.vector - pivot
          rowSum += difference
          rowSquares += difference * difference
          from += map.xStride
        }
        sum += SIMD8<Double>(rowSum)
        squares += SIMD8<Double>(rowSquares)
      }
      shared.address.storeBytes(of: sum, toByteOffset: task * 128, as: SIMD8<Double>.self)
      shared.address.storeBytes(of: squares, toByteOffset: task * 128 + 64, as: SIMD8<Double>.self)
    }
    mean = []
    variance = []
    let count = Double(size.z) * Double(size.y) * Double(size.x)
    for block in 0..<map.blocks {
      var sum = SIMD8<Double>.zero
      var squares = SIMD8<Double>.zero
      for z in 0..<size.z {
        let task = block * size.z + z
        sum += partial.load(fromByteOffset: task * 128, as: SIMD8<Double>.self)
        squares += partial.load(fromByteOffset: task * 128 + 64, as: SIMD8<Double>.self)
      }
      let pivot = SIMD8<Double>(map.address(block, 0, 0).vector)
      let shift = sum / count
      let spread = squares / count - shift * shift
      for lane in 0..<8 {
        mean.append(pivot[lane] + shift[lane])
        variance.append(max(0, spread[lane]))
      }
    }
  }
}
