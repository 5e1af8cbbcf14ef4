/// The SHA-256 digest (FIPS 180-4) of a stream of bytes.
///
/// Swift's standard library has no digest, and the packages that have one take longer to build than
/// this program.
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Makes the digest of no bytes.
  public init() {}

  /// Adds bytes to the digest.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    if bytes.withContiguousStorageIfAvailable({ update(contiguous: $0) }) == nil {
      Array(bytes).withUnsafeBufferPointer { update(contiguous: $0) }
    }
  }

  /// The digest of all bytes so far, as 64 hexadecimal digits in lower case.
  public func hexadecimal() -> String {
    var last = self
    let bitCount = byteCount &* 8
    // 4.1, 5.1.1: a one bit, zeros up to 56 modulo 64, and the length in bits.
    let zeros = (119 - pending.count) % 64
    var padding = [0x80] + [UInt8](repeating: 0, count: zeros)
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    last.update(padding)
    let digits = Array("0123456789abcdef")
    return String(
      last.state.flatMap { word in
        stride(from: 28, through: 0, by: -4).map { digits[Int(word >> UInt32($0) & 15)] }
      })
  }

  /// The digest of some bytes, as 64 hexadecimal digits in lower case.
  public static func hexadecimal(of bytes: some Sequence<UInt8>) -> String {
    var digest = SHA256()
    digest.update(bytes)
    return digest.hexadecimal()
  }

  private mutating func update(contiguous bytes: UnsafeBufferPointer<UInt8>) {
    byteCount &+= UInt64(bytes.count)
    var start = 0
    if !pending.isEmpty {
      start = min(bytes.count, 64 - pending.count)
      pending += bytes[..<start]
      guard pending.count == 64 else { return }
      let block = pending
      pending.removeAll(keepingCapacity: true)
      block.withUnsafeBufferPointer { compress($0, from: 0) }
    }
    while bytes.count - start >= 64 {
      compress(bytes, from: start)
      start += 64
    }
    pending += bytes[start...]
  }

  /// 6.2.2: one block of 64 bytes.
  private mutating func compress(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
    func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
      word >> count | word << (32 - count)
    }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      for t in 0..<16 {
        let at = start + 4 * t
        schedule[t] =
          UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8
          | UInt32(bytes[at + 3])
      }
      for t in 16..<64 {
        let (w2, w15) = (schedule[t - 2], schedule[t - 15])
        let sigma1 = rotate(w2, 17) ^ rotate(w2, 19) ^ w2 >> 10
        let sigma0 = rotate(w15, 7) ^ rotate(w15, 18) ^ w15 >> 3
        schedule[t] = sigma1 &+ schedule[t - 7] &+ sigma0 &+ schedule[t - 16]
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      SHA256.constants.withUnsafeBufferPointer { constants in
        for t in 0..<64 {
          let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
          let choice = (e & f) ^ (~e & g)
          let t1 = h &+ sum1 &+ choice &+ constants[t] &+ schedule[t]
          let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
          let majority = (a & b) ^ (a & c) ^ (b & c)
          (h, g, f, e) = (g, f, e, d &+ t1)
          (d, c, b, a) = (c, b, a, t1 &+ sum0 &+ majority)
        }
      }
      for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
    }
  }

  /// 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = {
    var primes: [UInt32] = []
    var candidate: UInt32 = 2
    while primes.count < 64 {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes.map { prime in
      // The largest r with r^3 <= prime 2^96, found bit by bit; its low 32 bits are the fraction.
      var root: UInt64 = 0
      for bit in stride(from: UInt64(34), through: 0, by: -1) {
        let trial = root | 1 << bit
        let square = trial.multipliedFullWidth(by: trial)
        let square128 = UInt128(square.high) << 64 | UInt128(square.low)
        let (cube, overflow) = square128.multipliedReportingOverflow(by: UInt128(trial))
        if !overflow, cube <= UInt128(prime) << 96 { root = trial }
      }
      return UInt32(truncatingIfNeeded: root)
    }
  }()
}
