/// Who was at risk, had the event and was censored at each distinct time, weighted.
struct EventTable: Sendable {
  /// The distinct times of events and of censoring, ascending.
  var times: [Double] = []
  /// The weight at risk just before each time.
  var atRisk: [Double] = []
  /// The weight of the events at each time.
  var events: [Double] = []
  /// The weight of the cases censored at each time.
  var censored: [Double] = []

  /// - Parameter rows: the cases to count, in the order of their times; all of `data` where nil.
  init(_ data: SurvivalData, rows: [Int]? = nil) {
    let rows = rows ?? (0..<data.count).sorted { data.time[$0] < data.time[$1] }
    func weight(_ row: Int) -> Double { data.weights?[row] ?? 1 }
    for row in rows {
      if times.last != data.time[row] {
        times.append(data.time[row])
        events.append(0)
        censored.append(0)
      }
      if data.event[row] {
        events[times.count - 1] += weight(row)
      } else {
        censored[times.count - 1] += weight(row)
      }
    }
    atRisk = [Double](repeating: 0, count: times.count)
    let entering = data.entry.map { entry in rows.sorted { entry[$0] > entry[$1] } }
    var (later, notYet, next) = (0.0, 0.0, 0)
    for index in times.indices.reversed() {
      later += events[index] + censored[index]
      if let entering, let entry = data.entry {
        while next < entering.count, entry[entering[next]] >= times[index] {
          notYet += weight(entering[next])
          next += 1
        }
      }
      atRisk[index] = later - notYet
    }
  }

  /// What `value` gives at the last of the times that is at most `time` (before it with
  /// `isLeftContinuous`); `initial` before the first.
  static func step(
    _ values: [Double], over times: [Double], at time: Double, initial: Double,
    isLeftContinuous: Bool = false
  ) -> Double {
    var (low, high) = (0, times.count)
    while low < high {
      let middle = (low + high) / 2
      if isLeftContinuous ? times[middle] < time : times[middle] <= time {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low == 0 ? initial : values[low - 1]
  }
}
