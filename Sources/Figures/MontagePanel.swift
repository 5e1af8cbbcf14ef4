import Volumes

/// One cut of a montage: the place on the picture, and what of the slice is shown there.
struct MontagePanel {
  let slice: VolumeSlice
  /// What is shown, in millimetres from the slice's upper left corner.
  let window: SliceWindow
  /// Pixels for each millimetre.
  let scale: Double
  let x: Int
  let y: Int
  let width: Int
  let height: Int

  /// The slice's column and row, as fractions, at the centre of a pixel of the panel.
  private func position(_ column: Int, _ row: Int) -> (column: Double, row: Double) {
    let across = window.centerX + (Double(column) + 0.5 - Double(width) / 2) / scale
    let down = window.centerY + (Double(row) + 0.5 - Double(height) / 2) / scale
    return (across / slice.columnWidth - 0.5, down / slice.rowHeight - 0.5)
  }

  private func isInside(_ position: (column: Double, row: Double)) -> Bool {
    position.column > -0.5 && position.column < Double(slice.columns) - 0.5
      && position.row > -0.5 && position.row < Double(slice.rows) - 0.5
  }

  func draw(scan: Volume, intensity: IntensityWindow, on raster: inout Raster) {
    for row in 0..<height {
      for column in 0..<width {
        let at = position(column, row)
        guard isInside(at) else { continue }
        let value = slice.interpolate(column: at.column, row: at.row) { Double(scan.samples[$0]) }
        let grey = UInt8((255 * intensity.brightness(value)).rounded())
        raster[x + column, y + row] = Color(grey, grey, grey)
      }
    }
  }

  /// The half width of a contour in pixels.
  private static let contourHalfWidth = 1.0

  /// Draws each label's border as a smooth line just inside of it, so that the lines of
  /// neighbouring labels lie side by side.
  func draw(contoursOf labels: LabelMap, on raster: inout Raster) {
    var present: Set<UInt16> = []
    for row in 0..<slice.rows {
      for column in 0..<slice.columns {
        present.insert(labels.voxels[slice.offset(column: column, row: row)])
      }
    }
    present.remove(0)
    for label in present.sorted() {
      let color = Color(labels.table.color(of: label))
      // How much of a pixel's surroundings the label fills, with a border for slopes.
      let stride = width + 2
      var membership = [Double](repeating: 0, count: stride * (height + 2))
      for row in -1...height {
        for column in -1...width {
          let at = position(column, row)
          guard isInside(at) else { continue }
          membership[(row + 1) * stride + column + 1] =
            slice.interpolate(column: at.column, row: at.row) {
              labels.voxels[$0] == label ? 1 : 0
            }
        }
      }
      for row in 0..<height {
        for column in 0..<width {
          let at = (row + 1) * stride + column + 1
          let slopeX = (membership[at + 1] - membership[at - 1]) / 2
          let slopeY = (membership[at + stride] - membership[at - stride]) / 2
          let slope = (slopeX * slopeX + slopeY * slopeY).squareRoot()
          guard slope > 1e-3 else { continue }
          let depth = (membership[at] - 0.5) / slope
          let half = MontagePanel.contourHalfWidth
          let opacity = min(1, max(0, half + 0.5 - abs(depth - half)))
          raster.blend(x + column, y + row, color, opacity: opacity)
        }
      }
    }
  }

  /// Marks at the panel's edges where the other cuts are.
  func draw(cutsThrough voxel: SIMD3<Int>, on raster: inout Raster) {
    let pixel = slice.pixel(of: voxel)
    let across = (Double(pixel.column) + 0.5) * slice.columnWidth - window.centerX
    let down = (Double(pixel.row) + 0.5) * slice.rowHeight - window.centerY
    let column = x + Int((across * scale + Double(width) / 2).rounded())
    let row = y + Int((down * scale + Double(height) / 2).rounded())
    let color = Color(120, 170, 220)
    let length = 9
    raster.fill(x: column, y: y, width: 1, height: length, color)
    raster.fill(x: column, y: y + height - length, width: 1, height: length, color)
    raster.fill(x: x, y: row, width: length, height: 1, color)
    raster.fill(x: x + width - length, y: row, width: length, height: 1, color)
  }

  /// Writes the sides' letters along the edges.
  func drawLetters(on raster: inout Raster) {
    let letters = slice.plane.letters
    let color = Color(235, 235, 235)
    let middle = x + width / 2 - Raster.width(of: letters.top) / 2
    let center = y + height / 2 - 7
    func write(_ letter: String, _ x: Int, _ y: Int) {
      // A shadow keeps a letter readable on bright tissue.
      for shift in [(1, 1), (-1, 1), (1, -1), (-1, -1)] {
        raster.write(letter, x: x + shift.0, y: y + shift.1, Color(0, 0, 0))
      }
      raster.write(letter, x: x, y: y, color)
    }
    write(letters.left, x + 12, center)
    write(letters.right, x + width - 22, center)
    write(letters.top, middle, y + 12)
    write(letters.bottom, middle, y + height - 26)
  }

  /// Draws a bar of 5 cm and its length.
  static func drawScaleBar(scale: Double, x: Int, y: Int, on raster: inout Raster) {
    let length = Int((50 * scale).rounded())
    let color = Color(150, 150, 150)
    raster.fill(x: x, y: y + 6, width: length, height: 2, color)
    raster.fill(x: x, y: y + 2, width: 2, height: 10, color)
    raster.fill(x: x + length - 2, y: y + 2, width: 2, height: 10, color)
    raster.write("50 mm", x: x + length + 10, y: y, color)
  }
}
