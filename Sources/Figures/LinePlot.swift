/// Lines over a common horizontal axis, drawn on white with their names.
public struct LinePlot: Sendable {
  /// One line.
  public struct Line: Sendable {
    /// What the legend says.
    public var name: String
    /// Its colour.
    public var color: Color
    /// Its points, x ascending; those that are not finite are left out.
    public var points: [SIMD2<Double>]

    /// Makes a line.
    public init(name: String, color: Color, points: [SIMD2<Double>]) {
      self.name = name
      self.color = color
      self.points = points
    }
  }

  /// What is written above.
  public var title: String
  /// What the horizontal axis is.
  public var axis: String
  /// The lines.
  public var lines: [Line]
  /// The range of the vertical axis; that of the points where nil.
  public var range: ClosedRange<Double>?

  /// Makes a plot.
  public init(
    title: String, axis: String, lines: [Line], range: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.axis = axis
    self.lines = lines
    self.range = range
  }

  /// Plots side by side, each 480 pixels wide and 360 high.
  ///
  /// - Precondition: there is a plot.
  public static func draw(_ plots: [LinePlot]) -> Raster {
    precondition(!plots.isEmpty)
    var raster = Raster(width: 480 * plots.count, height: 360, color: Color(255, 255, 255))
    for (index, plot) in plots.enumerated() { plot.draw(into: &raster, left: 480 * index) }
    return raster
  }

  private func draw(into raster: inout Raster, left: Int) {
    let points = lines.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let horizontal = LinePlot.range(points.map(\.x))
    let vertical = range ?? LinePlot.range(points.map(\.y))
    let frame = (x: left + 78, y: 40, width: 382, height: 260)
    let black = Color(40, 40, 40)
    raster.write(title, x: frame.x, y: 12, black)
    func place(_ point: SIMD2<Double>) -> SIMD2<Double> {
      let x = (point.x - horizontal.lowerBound) / (horizontal.upperBound - horizontal.lowerBound)
      let y = (point.y - vertical.lowerBound) / (vertical.upperBound - vertical.lowerBound)
      return [
        Double(frame.x) + x * Double(frame.width),
        Double(frame.y) + (1 - y) * Double(frame.height),
      ]
    }
    for value in LinePlot.ticks(vertical) {
      let y = Int(place([horizontal.lowerBound, value]).y.rounded())
      raster.fill(x: frame.x, y: y, width: frame.width, height: 1, Color(225, 225, 225))
      let text = LinePlot.text(value)
      raster.write(text, x: frame.x - 8 - Raster.width(of: text), y: y - 7, black)
    }
    for value in LinePlot.ticks(horizontal) {
      let x = Int(place([value, vertical.lowerBound]).x.rounded())
      raster.fill(x: x, y: frame.y + frame.height, width: 1, height: 5, black)
      let text = LinePlot.text(value)
      raster.write(text, x: x - Raster.width(of: text) / 2, y: frame.y + frame.height + 8, black)
    }
    raster.fill(x: frame.x, y: frame.y, width: 1, height: frame.height, black)
    raster.fill(x: frame.x, y: frame.y + frame.height, width: frame.width, height: 1, black)
    raster.write(
      axis, x: frame.x + (frame.width - Raster.width(of: axis)) / 2,
      y: frame.y + frame.height + 32, black)
    for line in lines {
      let visible = line.points.filter { $0.x.isFinite && $0.y.isFinite }.map(place)
      for (from, to) in zip(visible, visible.dropFirst()) {
        LinePlot.stroke(from, to, line.color, on: &raster)
      }
      for point in visible { LinePlot.stroke(point, point, line.color, radius: 2.5, on: &raster) }
    }
    guard lines.count > 1 else { return }
    for (index, line) in lines.enumerated() {
      let y = frame.y + 6 + index * Raster.lineHeight
      let width = Raster.width(of: line.name)
      raster.write(line.name, x: frame.x + frame.width - width - 4, y: y, line.color)
    }
  }

  /// A line of about two pixels with smooth edges.
  private static func stroke(
    _ from: SIMD2<Double>, _ to: SIMD2<Double>, _ color: Color, radius: Double = 1,
    on raster: inout Raster
  ) {
    let low = pointwiseMin(from, to) - (radius + 1)
    let high = pointwiseMax(from, to) + (radius + 1)
    let along = to - from
    let length = (along * along).sum()
    for y in Int(low.y)...max(Int(low.y), Int(high.y)) {
      for x in Int(low.x)...max(Int(low.x), Int(high.x)) {
        let point = SIMD2(Double(x), Double(y))
        let part = length > 0 ? ((point - from) * along).sum() / length : 0
        let offset = point - (from + along * min(1, max(0, part)))
        let distance = (offset * offset).sum().squareRoot()
        raster.blend(x, y, color, opacity: min(1, max(0, radius + 0.5 - distance)))
      }
    }
  }

  private static func range(_ values: [Double]) -> ClosedRange<Double> {
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    return low < high ? low...high : (low - 0.5)...(high + 0.5)
  }

  /// Round numbers in a range, about five.
  static func ticks(_ range: ClosedRange<Double>) -> [Double] {
    let span = range.upperBound - range.lowerBound
    guard span > 0, span.isFinite else { return [] }
    var step = 1.0
    while step < span / 5 { step *= 10 }
    while step > span / 5 { step /= 10 }
    // Now between a fiftieth and a fifth.
    for factor in [5.0, 2.0] where step * factor <= span / 4 {
      step *= factor
      break
    }
    let first = (range.lowerBound / step).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard last >= first else { return [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  private static func text(_ value: Double) -> String {
    let rounded = (value * 1e6).rounded() / 1e6
    if rounded == rounded.rounded(), abs(rounded) < 1e9 { return "\(Int(rounded))" }
    return "\(rounded)"
  }
}
