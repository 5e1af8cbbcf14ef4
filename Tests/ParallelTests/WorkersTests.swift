import Parallel
import Testing

@Suite struct WorkersTests {
  @Test(arguments: [1, 2, 3, 16])
  func everyIndexOnce(threads: Int) {
    let visits = Locked([Int](repeating: 0, count: 101))
    Workers(count: threads).forEach(101) { index, worker in
      #expect(worker >= 0 && worker < threads)
      visits.withLock { $0[index] += 1 }
    }
    #expect(visits.withLock { $0 } == [Int](repeating: 1, count: 101))
  }

  @Test func rangesCoverTheWhole() {
    let ranges = Locked([Range<Int>]())
    Workers(count: 2).forEachRange(of: 10, chunk: 4) { range, _ in
      ranges.withLock { $0.append(range) }
    }
    #expect(
      ranges.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound } == [0..<4, 4..<8, 8..<10])
  }

  @Test func nothingToDo() {
    Workers(count: 4).forEach(0) { _, _ in Issue.record("called without iterations") }
  }
}
