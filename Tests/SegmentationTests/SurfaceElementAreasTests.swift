import Testing

@testable import Segmentation

@Suite struct SurfaceElementAreasTests {
  private struct Row: Decodable {
    var spacing: [Double]
    var areas: [Double]
  }

  @Test func agreeWithSurfaceDistanceForEachCode() throws {
    for row in try golden("surface_areas.json", as: [Row].self) {
      let areas = SurfaceElementAreas(
        spacing: SIMD3(row.spacing[0], row.spacing[1], row.spacing[2]))
      for code in 0..<256 {
        #expect(isClose(areas.byCode[code], row.areas[code], within: 1e-11), "code \(code)")
      }
    }
  }
}
