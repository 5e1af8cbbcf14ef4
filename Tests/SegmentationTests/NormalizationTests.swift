import Testing
import Volumes

@testable import Segmentation

@Suite struct NormalizationTests {
  private struct Row: Decodable {
    var normalization: Normalization
    var shown: [Int]
    var values: [Double]
  }

  private let samples: [Float] = (0..<4000).map { (n: Int) -> Float in
    if n == 17 { return 5000 }
    return n % 5 == 0 ? 0 : Float((n * 7919) % 1013) / 8 - 20
  }
  private let mask = (0..<4000).map { $0 % 3 != 0 }

  @Test func agreesWithNumPy() throws {
    for row in try golden("normalization.json", as: [Row].self) {
      var samples = samples
      try row.normalization.apply(to: &samples, mask: mask, channel: "T1")
      for (index, expected) in zip(row.shown, row.values) {
        #expect(
          isClose(Double(samples[index]), expected, within: 1e-6),
          "\(row.normalization) at \(index)")
      }
    }
  }

  @Test func quantilesOfFewAndNegativeValues() {
    let quantiles = Quantiles(of: [3, -1, -2.5, 0])
    #expect(quantiles[0] == -2.5)
    #expect(quantiles[1] == 3)
    #expect(quantiles[0.5] == -0.5)
    #expect(Quantiles(of: [7])[0.3] == 7)
  }

  @Test func constantImage() {
    var samples = [Float](repeating: 4, count: 10)
    #expect {
      try Normalization.deepMedic.apply(
        to: &samples, mask: [Bool](repeating: true, count: 10), channel: "T2")
    } throws: {
      "\($0)" == "channel T2: its intensities do not vary where statistics are formed; "
        + "give another image"
    }
  }

  @Test func emptyRegion() {
    var samples = [Float](repeating: 0, count: 10)
    #expect {
      try Normalization.deepMedic.apply(
        to: &samples, mask: [Bool](repeating: true, count: 10), channel: "T2")
    } throws: {
      "\($0)" == "channel T2: it has no voxel that is not zero; check the file and the mask"
    }
  }
}
