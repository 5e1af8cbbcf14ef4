import Figures
import Testing
import Volumes

@Suite struct OverlayMontageTests {
  /// A dim ball, with a labelled ball of label 1 on the patient's right, in front and above.
  static func scene(_ affine: Affine, size: SIMD3<Int>) throws -> (Volume, LabelMap) {
    let geometry = try Geometry(size: size, affine: affine)
    var scan = Volume(geometry: geometry)
    var labels = LabelMap(
      geometry: geometry, table: LabelTable([.init(value: 1, name: "ball", color: [255, 0, 0])]))
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let world = geometry.world(at: [Double(i), Double(j), Double(k)])
          let toLesion = world - SIMD3(18, 12, 10)
          if (world * world).sum() < 40 * 40 { scan[i, j, k] = 100 + Float(world.x) }
          if (toLesion * toLesion).sum() < 9 * 9 { labels[i, j, k] = 1 }
        }
      }
    }
    return (scan, labels)
  }

  static func montage(_ affine: Affine, size: SIMD3<Int>) throws -> Raster {
    let (scan, labels) = try scene(affine, size: size)
    return try OverlayMontage(
      scan: scan, labels: labels, title: "ball", legend: [.init(label: 1, text: "ball 3.1 ml")]
    ).draw(width: 420)
  }

  /// The box around pure red pixels of the upper panels in a range of columns.
  static func contour(
    _ raster: Raster, columns: Range<Int>
  ) -> (left: Int, right: Int, top: Int, bottom: Int) {
    var box = (left: Int.max, right: -1, top: Int.max, bottom: -1)
    for y in 0..<raster.height - 50 {
      for x in columns where raster[x, y] == Color(255, 0, 0) {
        box = (min(box.left, x), max(box.right, x), min(box.top, y), max(box.bottom, y))
      }
    }
    return box
  }

  static let lps = Affine(i: [-2, 0, 0], j: [0, -2, 0], k: [0, 0, 2], origin: [46, 46, -46])

  @Test func theRightSideIsAtTheLeft() throws {
    let raster = try Self.montage(Self.lps, size: [47, 47, 47])
    let third = raster.width / 3
    let axial = Self.contour(raster, columns: 0..<third)
    #expect(axial.right < third / 2, "the patient's right is at the left")
    #expect(axial.bottom < raster.height / 2, "anterior is up")
    let coronal = Self.contour(raster, columns: third..<2 * third)
    #expect(coronal.right < third + third / 2)
    #expect(coronal.bottom < raster.height / 2, "superior is up")
    let sagittal = Self.contour(raster, columns: 2 * third..<raster.width)
    #expect(sagittal.right < 2 * third + third / 2, "anterior is at the left")
  }

  @Test func theOrderOfTheAxesDoesNotMatter() throws {
    let lps = try Self.montage(Self.lps, size: [47, 47, 47])
    let ras = try Self.montage(
      Affine(spacing: [2, 2, 2], origin: [-46, -46, -46]), size: [47, 47, 47])
    let sagittalFirst = try Self.montage(
      Affine(i: [0, 2, 0], j: [0, 0, -2], k: [2, 0, 0], origin: [-46, -46, 46]),
      size: [47, 47, 47])
    // The captions count slices from the other end; the panels are equal.
    for other in [ras, sagittalFirst] {
      #expect(other.width == lps.width && other.height == lps.height)
      let differing = (60..<lps.height).flatMap { y in
        (0..<lps.width).filter { x in
          let (a, b) = (lps[x, y], other[x, y])
          return abs(Int(a.red) - Int(b.red)) > 1
        }.map { ($0, y) }
      }
      #expect(differing.count == 0)
    }
  }

  @Test func thickSlicesKeepTheirProportions() throws {
    let raster = try Self.montage(
      Affine(i: [-1, 0, 0], j: [0, -1, 0], k: [0, 0, 4], origin: [47, 47, -46]),
      size: [95, 95, 24])
    let third = raster.width / 3
    let coronal = Self.contour(raster, columns: third..<2 * third)
    let width = Double(coronal.right - coronal.left)
    let height = Double(coronal.bottom - coronal.top)
    #expect(abs(width / height - 1) < 0.25)
  }

  @Test func strangeScansAreDrawn() throws {
    let flat = try Geometry(size: [30, 20, 1], spacing: [1, 1, 1e-9])
    var scan = Volume(geometry: flat)
    scan[3, 4, 0] = .nan
    scan[5, 5, 0] = .infinity
    var labels = LabelMap(geometry: flat)
    labels[0, 0, 0] = 7
    _ = try OverlayMontage(scan: scan, labels: labels, title: "", legend: []).draw(width: 200)
    let huge = try Geometry(size: [2, 2, 2], spacing: [1e19, 1e-19, 1])
    _ = try OverlayMontage(
      scan: Volume(geometry: huge), labels: LabelMap(geometry: huge), title: "naïve", legend: []
    ).draw(width: 200)
  }

  @Test func differentGridsAreAnError() throws {
    let scan = Volume(geometry: try Geometry(size: [4, 4, 4]))
    let labels = LabelMap(geometry: try Geometry(size: [4, 4, 5]))
    #expect(throws: FiguresError.self) {
      try OverlayMontage(scan: scan, labels: labels, title: "", legend: [])
    }
  }
}

@Suite struct RasterTests {
  @Test func textHasItsWidthAndStaysInside() {
    var raster = Raster(width: 60, height: 18)
    raster.write("Hg|", x: 2, y: 0, Color(255, 255, 255))
    let lit = (0..<60).filter { x in (0..<18).contains { raster[x, $0] != Color(0, 0, 0) } }
    #expect(lit.first! >= 2 && lit.last! < 2 + Raster.width(of: "Hg|"))
    // Beyond the edges nothing is written and nothing fails.
    raster.write("clipped", x: 50, y: -9, Color(255, 255, 255))
    raster.fill(x: -5, y: 40, width: 200, height: 9, Color(1, 1, 1))
  }

  @Test func blendingMixesColors() {
    var raster = Raster(width: 1, height: 1, color: Color(0, 100, 200))
    raster.blend(0, 0, Color(100, 100, 100), opacity: 0.5)
    #expect(raster[0, 0] == Color(50, 100, 150))
  }
}
