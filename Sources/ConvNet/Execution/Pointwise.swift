import ConvKernels
import Parallel

/// y = activation(scale x + shift + residual) for each voxel by itself.
struct PointwiseMap: Sendable {
  /// One value a channel, in whole blocks; nil for 1 and 0.
  var scale: AlignedFloats?
  var shift: AlignedFloats?
  /// The activation's slope for negative numbers; nil for none.
  var slope: AlignedFloats?

  var kernels: ck_isa

  init(_ epilogue: Epilogue, kernels: ck_isa) throws {
    self.kernels = kernels
    if let count = (epilogue.scale ?? epilogue.shift)?.count {
      scale = try AlignedFloats(
        channels: epilogue.scale ?? [Float](repeating: 1, count: count))
      shift = try AlignedFloats(
        channels: epilogue.shift ?? [Float](repeating: 0, count: count))
    }
    slope = try epilogue.slope.map { try AlignedFloats(channels: $0) }
  }

  /// The views have the same size; `output` may be `input`.
  func run(
    input: FeatureView, output: FeatureView, residual: FeatureView?, workers: Workers
  ) {
    var whole = ck_map(output)
    workers.forEach(Int(ck_plane_count(&whole))) { task, _ in
      var from = ck_map(input)
      var to = ck_map(output)
      func apply(_ residual: UnsafePointer<ck_map>?) {
        ck_affine_activate(
          kernels, &from, scale?.pointer, shift?.pointer, residual, slope?.pointer, &to,
          Int64(task))
      }
      if let residual {
        withUnsafePointer(to: ck_map(residual), apply)
      } else {
        apply(nil)
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
    let moments = try Moments(of: input, kernels: map.kernels, workers: workers)
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

  init(of map: FeatureView, kernels: ck_isa, workers: Workers) throws {
    let size = map.size
    // Sums of x - p and (x - p)^2 for each slice, where p is the channel's first voxel: so the
    // squares do not drown the variance of a channel far from zero. The slices' sums are added in
    // their order.
    let pivots = try AlignedFloats(count: map.blocks * 8)
    for block in 0..<map.blocks {
      (pivots.pointer + block * 8).vector = map.address(block, 0, 0).vector
    }
    var sums = [Double](repeating: 0, count: map.blocks * size.z * 16)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      nonisolated(unsafe) let sums = base
      workers.forEach(map.blocks * size.z) { task, _ in
        var view = ck_map(map)
        ck_channel_sums(kernels, &view, pivots.pointer, Int64(task), sums + 16 * task)
      }
    }
    mean = []
    variance = []
    let count = Double(size.z) * Double(size.y) * Double(size.x)
    for block in 0..<map.blocks {
      for lane in 0..<8 {
        var (sum, squares) = (0.0, 0.0)
        for z in 0..<size.z {
          let start = (block * size.z + z) * 16 + lane
          sum += sums[start]
          squares += sums[start + 8]
        }
        let shift = sum / count
        mean.append(Double(pivots.pointer[block * 8 + lane]) + shift)
        variance.append(max(0, squares / count - shift * shift))
      }
    }
  }
}
