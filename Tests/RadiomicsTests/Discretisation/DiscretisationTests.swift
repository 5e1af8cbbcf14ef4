import Testing
import Volumes

@testable import Radiomics

@Suite struct DiscretisationTests {
  private let values = [54.0, 60, 74.9, 75, 99.9, 100, 166]

  @Test func binsBeginAtMultiplesOfTheirWidth() throws {
    #expect(try Discretisation.binWidth(25).levels(of: values) == [1, 1, 1, 2, 2, 3, 5])
    #expect(
      try Discretisation.binWidth(25).levels(of: [-30, -25, -0.1, 0, 25]) == [1, 2, 2, 3, 4])
  }

  @Test func edgesAreNumPys() throws {
    // 3 * 0.1 is above 0.3, so that 0.3 lies below the edge of the fourth bin.
    #expect(
      try Discretisation.binWidth(0.1).levels(of: [0, 0.1, 0.2, 0.3, 0.4]) == [1, 2, 3, 3, 5])
  }

  @Test func dividesTheRangeByACount() throws {
    #expect(try Discretisation.binCount(4).levels(of: [0, 24.9, 25, 75, 100]) == [1, 1, 2, 4, 4])
    #expect(
      try Discretisation.fixedBinNumber(4).levels(of: [0, 24.9, 25, 75, 100]) == [1, 1, 2, 4, 4])
    // One intensity is in the middle of PyRadiomics' bins.
    #expect(try Discretisation.binCount(8).levels(of: [7, 7]) == [5, 5])
    #expect(try Discretisation.fixedBinNumber(8).levels(of: [7, 7]) == [1, 1])
  }

  @Test func beginsBinsAtTheResegmentationRange() throws {
    #expect(
      try Discretisation.fixedBinSize(25, lowest: -100).levels(of: [-100, -76, -75, 0]) == [
        1, 1, 2, 5,
      ])
    #expect(
      try Discretisation.fixedBinSize(25, lowest: nil).levels(of: [54, 78, 79]) == [1, 1, 2])
    #expect(
      try Discretisation.fixedBinSize(25, lowest: -.infinity).levels(of: [54, 78, 79]) == [1, 1, 2])
  }

  @Test func takesLevels() throws {
    #expect(try Discretisation.levels.levels(of: [1, 4, 9]) == [1, 4, 9])
    #expect(throws: RadiomicsError.self) { try Discretisation.levels.levels(of: [0, 4]) }
    #expect(throws: RadiomicsError.self) { try Discretisation.levels.levels(of: [1, 2.5]) }
  }

  @Test(arguments: [
    Discretisation.binWidth(0), .binWidth(-1), .binWidth(.nan), .binWidth(.infinity), .binCount(0),
    .binCount(-5), .fixedBinNumber(0), .fixedBinSize(0, lowest: nil), .binCount(1 << 40),
    .binWidth(1e-9), .fixedBinSize(1e-9, lowest: nil), .fixedBinNumber(1 << 40),
  ])
  func refusesSettings(_ discretisation: Discretisation) {
    #expect(throws: RadiomicsError.self) { try discretisation.levels(of: values) }
  }

  @Test(arguments: [
    Discretisation.binWidth(25), .binCount(32), .fixedBinNumber(32), .fixedBinSize(25, lowest: nil),
    .levels,
  ])
  func refusesRangesBeyondNumbers(_ discretisation: Discretisation) {
    #expect(throws: RadiomicsError.self) { try discretisation.levels(of: [-1.5e308, 0, 1.5e308]) }
  }

  @Test func refusesBinsThinnerThanNumbers() {
    #expect(throws: RadiomicsError.self) { try Discretisation.binWidth(25).levels(of: [1e300]) }
  }
}
