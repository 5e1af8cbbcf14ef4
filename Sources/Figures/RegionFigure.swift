public import Volumes

/// A region, its histogram, and the images that are made of it, in one picture.
public struct RegionFigure: Sendable {
  /// An image and its name.
  public struct Tile: Sendable {
    let name: String
    let image: Volume

    /// - Parameter image: of one channel.
    public init(_ name: String, _ image: Volume) {
      (self.name, self.image) = (name, image)
    }
  }

  /// The cuts through the region in the scan.
  public let overview: OverlayMontage
  /// The number of voxels in each bin.
  public let bins: [Int]
  /// What the bins are, such as "28 bins, 10.0 to 700.0".
  public let caption: String
  /// The images, on the grid of ``labels``.
  public let tiles: [Tile]
  /// The region on the grid of the images.
  public let labels: LabelMap

  /// Makes a figure.
  public init(
    overview: OverlayMontage, bins: [Int], caption: String, tiles: [Tile], labels: LabelMap
  ) {
    self.overview = overview
    self.bins = bins
    self.caption = caption
    self.tiles = tiles
    self.labels = labels
  }

  private static let margin = 14
  private static let text = Color(225, 225, 225)

  /// Draws the picture.
  public func draw() -> Raster {
    let top = overview.draw()
    let width = max(top.width, 640)
    let margin = RegionFigure.margin
    let columns = 4
    let tile = (width - margin) / columns - margin
    let rows = (tiles.count + columns - 1) / columns
    let line = Raster.lineHeight + 4
    let histogramHeight = 200
    let gridTop = top.height + line + histogramHeight + 2 * margin
    var raster = Raster(width: width, height: gridTop + rows * (tile + line + margin) + margin)
    for y in 0..<top.height {
      for x in 0..<top.width { raster[x, y] = top[x, y] }
    }
    raster.write(caption, x: margin, y: top.height, RegionFigure.text)
    drawBins(
      x: margin, y: top.height + line, width: width - 2 * margin, height: histogramHeight,
      on: &raster)
    for (index, item) in tiles.enumerated() {
      let x = margin + index % columns * (tile + margin)
      let y = gridTop + index / columns * (tile + line + margin)
      let room = tile / max(1, Raster.width(of: "  ") / 2)
      raster.write(String(item.name.prefix(room)), x: x, y: y, RegionFigure.text)
      draw(item, x: x, y: y + line, size: tile, on: &raster)
    }
    return raster
  }

  private func drawBins(x: Int, y: Int, width: Int, height: Int, on raster: inout Raster) {
    let most = Double(max(1, bins.max() ?? 1))
    raster.fill(x: x, y: y + height, width: width, height: 1, Color(150, 150, 150))
    for (index, count) in bins.enumerated() {
      let left = x + index * width / bins.count
      let right = x + (index + 1) * width / bins.count
      let bar = Int((Double(count) / most * Double(height)).rounded())
      // A gap shows the bins' edges where there is room for it.
      raster.fill(
        x: left, y: y + height - bar, width: max(1, right - left - (right - left > 3 ? 1 : 0)),
        height: bar, Color(86, 180, 233))
    }
  }

  private func draw(_ tile: Tile, x: Int, y: Int, size: Int, on raster: inout Raster) {
    let view = View(scan: tile.image, labels: labels)
    let slice = VolumeSlice(tile.image.geometry, plane: .axial, through: view.focus)
    let (width, height) = (
      Double(slice.columns) * slice.columnWidth, Double(slice.rows) * slice.rowHeight
    )
    let panel = MontagePanel(
      slice: slice,
      window: SliceWindow(centerX: width / 2, centerY: height / 2, width: width, height: height),
      scale: Double(size) / max(width, height), x: x, y: y, width: size, height: size)
    // A response has no background, and a few voxels of the skull must not decide.
    let values = tile.image.samples.filter(\.isFinite)
    if !values.isEmpty {
      let quantiles = Quantiles(of: values)
      panel.draw(
        scan: tile.image,
        intensity: IntensityWindow(low: Double(quantiles[0.01]), high: Double(quantiles[0.99])),
        on: &raster)
    }
    panel.draw(contoursOf: labels, on: &raster)
  }
}
