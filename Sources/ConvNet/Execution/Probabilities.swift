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
    let last = output.blocks - 1
    let mask = lanes(last, output.channels)
    let nothing = Vector(repeating: -.infinity)
    workers.forEach(size.z * size.y) { task, _ in
      let z = task / size.y
      let y = task % size.y
      var from = input.address(0, z, y)
      var to = output.address(0, z, y)
      for _ in 0..<size.x {
        var greatest = nothing.replacing(
          with: (from + last * input.blockStride).vector, where: mask)
        for block in 0..<last {
          let value = (from + block * input.blockStride).vector
          greatest.replace(with: value, where: value .> greatest)
        }
        let most = greatest.greatest
        var sum = Vector.zero
        for block in 0...last {
          let value = exp((from + block * input.blockStride).vector - most)
          let kept = block == last ? Vector.zero.replacing(with: value, where: mask) : value
          (to + block * output.blockStride).vector = kept
          sum += kept
        }
        let factor = 1 / sum.total
        for block in 0...last { (to + block * output.blockStride).vector *= factor }
        from += input.xStride
        to += output.xStride
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
    let low = Vector(repeating: -87.3)
    let high = Vector(repeating: 88.3)
    var x = x.replacing(with: low, where: x .< low)
    x.replace(with: high, where: x .> high)
    // Adding 1.5 * 2^23 rounds to an integer, which is then found in the last bits.
    let shifted = x * 1.442_695_04 + 12_582_912
    let n = shifted - 12_582_912
    let r = x - n * 0.693_359_375 - n * -2.121_944_4e-4
    var p = Vector(repeating: 1.987_569_2e-4)
    p = p * r + 1.398_199_95e-3
    p = p * r + 8.333_452e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 5.000_000_1e-1
    p = p * r * r + r + 1
    let exponent = (unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23) &+ (127 << 23)
    return p * unsafeBitCast(exponent, to: Vector.self)
  }

  /// log(x) of positive normal numbers by x = 2^n m, sqrt(1/2) <= m < sqrt(2), and a polynomial for
  /// log(m) (Cephes' `logf`; relative error 2e-7). Not a number stays so.
  static func log(_ x: Vector) -> Vector {
    let bits = unsafeBitCast(x, to: SIMD8<Int32>.self)
    // The mantissa is compared with that of sqrt(1/2) by what borrows from the exponent.
    let offset = bits &- 0x3F35_04F3
    let n = Vector(offset &>> 23)
    let m = unsafeBitCast((offset & 0x007F_FFFF) &+ 0x3F35_04F3, to: Vector.self)
    let r = m - 1
    var p = Vector(repeating: 7.037_683_6e-2)
    p = p * r - 1.151_461_03e-1
    p = p * r + 1.167_699_87e-1
    p = p * r - 1.242_014_08e-1
    p = p * r + 1.424_932_28e-1
    p = p * r - 1.666_805_77e-1
    p = p * r + 2.000_071_48e-1
    p = p * r - 2.499_999_4e-1
    p = p * r + 3.333_333_1e-1
    let square = r * r
    let result = r + (p * r * square + (n * -2.121_944_4e-4 - square / 2)) + n * 0.693_359_375
    return result.replacing(with: x, where: x .!= x)
  }
}

extension SIMD8<Float> {
  /// The sum of the lanes.
  fileprivate var total: Float {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// The largest lane.
  fileprivate var greatest: Float {
    let four = lowHalf.replacing(with: highHalf, where: highHalf .> lowHalf)
    let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
    return two.x > two.y ? two.x : two.y
  }
}
