public import Volumes

/// A picture to judge a segmentation by: axial, coronal and sagittal cuts through the largest
/// lesion, the contours of the labels on the scan, and a legend.
///
/// Cuts are in true proportion, whatever the voxels' shape, and as radiologists look at them:
/// letters tell the sides.
public struct OverlayMontage: Sendable {
  /// A line of the legend.
  public struct Entry: Sendable, Hashable {
    /// The label.
    public var label: UInt16
    /// What is written beside its colour, such as "oedema 12.3 ml".
    public var text: String

    /// Makes an entry.
    public init(label: UInt16, text: String) {
      self.label = label
      self.text = text
    }
  }

  /// The one-channel scan.
  public let scan: Volume
  /// The labels, on the scan's grid.
  public let labels: LabelMap
  /// What is shown, such as "FLAIR".
  public let title: String
  /// The lines of the legend.
  public let legend: [Entry]

  /// - Parameters:
  ///   - scan: the first channel is shown.
  ///   - labels: on the same grid; colours are those of its table.
  /// - Throws: ``FiguresError/differentGrids(scan:labels:)``.
  public init(
    scan: Volume, labels: LabelMap, title: String, legend: [Entry]
  ) throws(FiguresError) {
    guard scan.geometry.matches(labels.geometry) else {
      throw .differentGrids(
        scan: scan.geometry.description, labels: labels.geometry.description)
    }
    self.scan = scan
    self.labels = labels
    self.title = title
    self.legend = legend
  }

  private static let margin = 14
  private static let textColor = Color(225, 225, 225)
  private static let faintColor = Color(150, 150, 150)

  /// Draws the picture.
  ///
  /// - Parameter width: the largest width of the three panels together, in pixels.
  public func draw(width widest: Int = 1220) -> Raster {
    let view = View(scan: scan, labels: labels)
    let slices = AnatomicalPlane.allCases.map { plane in
      VolumeSlice(scan.geometry, plane: plane, through: view.focus)
    }
    let windows = slices.map { view.extent(in: $0) }
    // One scale for all three, so that sizes can be compared.
    let millimetresWide = windows.reduce(0) { $0 + $1.width }
    let millimetresHigh = windows.reduce(0) { max($0, $1.height) }
    let scale = min(Double(widest) / millimetresWide, 0.46 * Double(widest) / millimetresHigh)
    let widths = windows.map { max(60, Int($0.width * scale)) }
    let height = max(60, Int(millimetresHigh * scale))
    let margin = OverlayMontage.margin
    let line = Raster.lineHeight + 4
    let width = widths.reduce(margin) { $0 + $1 + margin }
    let legendRows = arrangedLegend(width: width - 2 * margin)
    let top = margin + 2 * line
    var raster = Raster(
      width: width, height: top + height + margin + (legendRows.count + 1) * line + margin / 2)

    let notice = "For research use only"
    let room = (width - 3 * margin - Raster.width(of: notice)) / Raster.width(of: "  ") * 2
    raster.write(String(title.prefix(max(0, room))), x: margin, y: margin, OverlayMontage.textColor)
    raster.write(
      notice, x: width - margin - Raster.width(of: notice), y: margin, OverlayMontage.faintColor)
    var left = margin
    for ((slice, window), panelWidth) in zip(zip(slices, windows), widths) {
      let panel = MontagePanel(
        slice: slice, window: window, scale: scale, x: left, y: top, width: panelWidth,
        height: height)
      let (number, count) = slice.number(through: view.focus)
      raster.write(
        "\(slice.plane.rawValue) \(number)/\(count)", x: left, y: margin + line,
        OverlayMontage.faintColor)
      panel.draw(scan: scan, intensity: view.intensity, on: &raster)
      panel.draw(contoursOf: labels, on: &raster)
      panel.draw(cutsThrough: view.focus, on: &raster)
      panel.drawLetters(on: &raster)
      left += panelWidth + margin
    }
    MontagePanel.drawScaleBar(
      scale: scale, x: margin, y: top + height + margin, on: &raster)
    draw(legendRows, y: top + height + margin + line, on: &raster)
    return raster
  }

  /// The legend in rows that fit a width.
  private func arrangedLegend(width: Int) -> [[Entry]] {
    var rows: [[Entry]] = []
    var used = 0
    for entry in legend {
      let needed = OverlayMontage.width(of: entry)
      if rows.isEmpty || used + needed > width {
        rows.append([entry])
        used = needed
      } else {
        rows[rows.count - 1].append(entry)
        used += needed
      }
    }
    return rows
  }

  private static let swatch = 14

  private static func width(of entry: Entry) -> Int {
    swatch + 8 + Raster.width(of: entry.text) + 32
  }

  private func draw(_ rows: [[Entry]], y: Int, on raster: inout Raster) {
    for (row, entries) in rows.enumerated() {
      var x = OverlayMontage.margin
      let y = y + row * (Raster.lineHeight + 4)
      for entry in entries {
        let color = Color(labels.table.color(of: entry.label))
        raster.fill(x: x, y: y, width: OverlayMontage.swatch, height: OverlayMontage.swatch, color)
        raster.write(
          entry.text, x: x + OverlayMontage.swatch + 8, y: y, OverlayMontage.textColor)
        x += OverlayMontage.width(of: entry)
      }
    }
  }
}

extension Color {
  /// From the three numbers of a label table; grey where there are fewer.
  init(_ channels: [UInt8]) {
    self = channels.count >= 3 ? Color(channels[0], channels[1], channels[2]) : Color(128, 128, 128)
  }
}
