import Testing

@testable import Figures

@Suite struct LinePlotTests {
  @Test func ticksAreRound() {
    #expect(LinePlot.ticks(0...1) == [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1])
    #expect(LinePlot.ticks(1...35) == [5, 10, 15, 20, 25, 30, 35])
    #expect(LinePlot.ticks(0.5...1.5).count == 5)
  }

  @Test func drawsLinesWhereTheirPointsAre() {
    let red = Color(200, 0, 0)
    let plot = LinePlot(
      title: "t", axis: "x",
      lines: [.init(name: "a", color: red, points: [[0, 0], [1, .nan], [2, 1]])])
    let raster = LinePlot.draw([plot, plot])
    #expect(raster.width == 960)
    // The corners of the frame.
    #expect(raster[78, 300] == red)
    #expect(raster[460, 40] == red)
    #expect(raster[480 + 269, 170] == red)
    #expect(raster[100, 60] == Color(255, 255, 255))
    // Nothing to draw is drawn too.
    #expect(LinePlot.draw([LinePlot(title: "", axis: "", lines: [])]).height == 360)
  }
}
