import Basics
import Testing

@Suite struct SplitMixTests {
  /// The reference implementation's first numbers from the state 0, and those of derived generators:
  /// what was generated once must be the same for ever.
  @Test func givesTheSameBitsForEver() {
    var plain = SplitMix(state: 0)
    #expect([plain.next(), plain.next()] == [0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4])
    var keyed = SplitMix(seed: 7, keys: 3, -1)
    #expect(keyed.next() == 0x6a3fa3bfc1b6056d)
    var purpose = SplitMix(seed: 7, purpose: 2)
    #expect(purpose.next() == 0xd44d9a30463f4d16)
  }

  @Test func staysInItsRanges() {
    var random = SplitMix(state: 1)
    var counts = [0, 0, 0]
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<3000 {
      counts[random.integer(4...6) - 4] += 1
      #expect((-1...2).contains(random.uniform(-1...2)))
      let number = random.normal()
      sum += number
      squares += number * number
    }
    #expect(counts.allSatisfy { 900...1100 ~= $0 })
    #expect(abs(sum / 3000) < 0.06)
    #expect(abs(squares / 3000 - 1) < 0.1)
    #expect(random.index(below: 0) == 0)
    #expect(random.integer(3...3) == 3)
  }
}
