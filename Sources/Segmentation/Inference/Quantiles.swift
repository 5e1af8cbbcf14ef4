/// Order statistics of Float32 values, found without sorting: the bits of a float, with negative
/// numbers turned around, ascend as the number does, so two counts over 16 bits each find the n-th.
struct Quantiles {
  private let keys: [UInt32]
  /// The number of values whose upper 16 bits are below each number.
  private let below: [Int]

  /// - Parameter values: at least one value, none of them NaN.
  init(of values: [Float]) {
    precondition(!values.isEmpty)
    keys = values.map { value in
      let bits = value.bitPattern
      return bits >> 31 == 1 ? ~bits : bits | 0x8000_0000
    }
    var counts = [Int](repeating: 0, count: (1 << 16) + 1)
    for key in keys { counts[Int(key >> 16) + 1] += 1 }
    for high in 1..<counts.count { counts[high] += counts[high - 1] }
    below = counts
  }

  /// The quantile, linear between order statistics (Hyndman and Fan's type 7, NumPy's default).
  subscript(fraction: Double) -> Double {
    let position = min(max(fraction, 0), 1) * Double(keys.count - 1)
    let lower = Int(position)
    let value = orderStatistic(lower)
    let weight = position - Double(lower)
    return weight == 0 ? value : value + weight * (orderStatistic(lower + 1) - value)
  }

  private func orderStatistic(_ rank: Int) -> Double {
    // The last upper half that begins at or before the rank.
    var (low, high) = (0, 1 << 16)
    while high - low > 1 {
      let middle = (low + high) / 2
      if below[middle] <= rank { low = middle } else { high = middle }
    }
    var counts = [Int](repeating: 0, count: 1 << 16)
    for key in keys where Int(key >> 16) == low { counts[Int(key & 0xFFFF)] += 1 }
    var remaining = rank - below[low]
    var lowHalf = 0
    while remaining >= counts[lowHalf] {
      remaining -= counts[lowHalf]
      lowHalf += 1
    }
    let bits = UInt32(low) << 16 | UInt32(lowHalf)
    return Double(Float(bitPattern: bits >> 31 == 1 ? bits & 0x7FFF_FFFF : ~bits))
  }
}
