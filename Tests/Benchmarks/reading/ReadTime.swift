import Parallel
import VolumeIO

/// Reads a scan again and again; prints the milliseconds of each time on a line.
@main enum ReadTime {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let times = Int(arguments[2]), let threads = Int(arguments[3])
    else {
      print("usage: read_time SCAN TIMES THREADS")
      return
    }
    let clock = ContinuousClock()
    for _ in 0..<times {
      var sum: Float = 0
      let duration = try clock.measure {
        sum += try ImageFile.read(arguments[1], workers: Workers(count: threads)).volume.samples[0]
      }
      precondition(!sum.isNaN)
      print(duration / .milliseconds(1))
    }
  }
}
