import Parallel

/// Functions of the channels of each voxel.
enum Probabilities {
  /// 1 / (1 + exp(-x)).
  static func sigmoid(input: FeatureView, output: FeatureView, workers: Workers) {
    let size = output.size
    workers.forEach(output.blocks * size.z) { task, _ in
      let block = task / size.z
      let mask = lanes(block, output.channels)
      for y in 0..<size.y {
        for x in 0..<size.x {
          let value = input.address(block, task % size.z, y, x).vector
          let result = 1 / (1 + exp(-value))
          output.address(block, task % size.z, y, x).vector =
            Vector.zero.replacing(with: result, where: mask)
        }
      }
    }
  }

  /// exp(x) over its sum over the channels.
  static func softmax(input: FeatureView, output: FeatureView, workers: Workers) {
    let size = output.size
    workers.forEach(size.z * size.y) { task, _ in
      let z = task / size.y
      let y = task % size.y
      for x in 0..<size.x {
        var greatest = Vector(repeating: -.infinity)
        for block in 0..<output.blocks {
          let value = input.address(block, z, y, x).vector
          greatest = pointwiseMax(
            greatest,
            Vector(repeating: -.infinity).replacing(
              with: value, where: lanes(block, output.channels)))
        }
        let most = greatest.max()
        var sum = Vector.zero
        for block in 0..<output.blocks {
          let value = exp(input.address(block, z, y, x).vector - most)
          let kept = Vector.zero.replacing(with: value, where: lanes(block, output.channels))
          output.address(block, z, y, x).vector = kept
          sum += kept
        }
        let factor = 1 / sum.sum()
        for block in 0..<output.blocks {
          output.address(block, z, y, x).vector *= factor
        }
      }
    }
  }

  /// The lanes of a block that hold channels.
  private static func lanes(_ block: Int, _ channels: Int) -> SIMDMask<SIMD8<Int32>> {
    SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) .< Int32(clamping: channels - block * 8)
  }

  /// exp(x) by 2^n exp(r), r = x - n ln 2, and a polynomial for exp(r) (Cephes' `expf`; relative
  /// error 2e-7).
  static func exp(_ x: Vector) -> Vector {
    let x = pointwiseMin(pointwiseMax(x, Vector(repeating: -87.3)), Vector(repeating: 88.3))
    let n = (x * 1.442_695_04).rounded(.toNearestOrEven)
    let r = x - n * 0.693_359_375 - n * -2.121_944_4e-4
    var p = Vector(repeating: 1.987_569_2e-4)
    p = p * r + 1.398_199_95e-3
    p = p * r + 8.333_452e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 5.000_000_1e-1
    p = p * r * r + r + 1
    let exponent = (SIMD8<Int32>(truncatingIfNeeded: SIMD8<Int32>(n)) &+ 127) &<< 23
    return p * Vector(bitPattern: exponent)
  }
}

extension SIMD8<Float> {
  fileprivate init(bitPattern bits: SIMD8<Int32>) {
    self = unsafeBitCast(bits, to: SIMD8<Float>.self)
  }
}
