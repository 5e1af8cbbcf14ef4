import Testing
import Volumes

@testable import Radiomics

@Suite struct ImageTests {
  @Test func takesAChannelOfAScan() throws {
    let geometry = try Geometry(size: SIMD3(2, 1, 1))
    let scan = try Volume(geometry: geometry, channels: 2, samples: [1, 2, 3, 4.5])
    #expect(Image(scan, channel: 1).intensities == [3, 4.5])
  }
}
