import Parallel
import Phantoms
import Testing
import Volumes

@Suite struct BrainPhantomTests {
  static func parameters(seed: UInt64 = 7, lesions: Int = 2) -> BrainPhantom.Parameters {
    var parameters = BrainPhantom.Parameters()
    parameters.size = [32, 38, 29]
    parameters.seed = seed
    parameters.lesions = lesions
    return parameters
  }

  @Test func sameBitsOnEveryMachine() throws {
    let phantom = try BrainPhantom(Self.parameters())
    // FNV-1a over the samples' bits and the labels; changes only when the phantom's look does.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for sample in phantom.scans.samples {
      hash = (hash ^ UInt64(sample.bitPattern)) &* 0x100_0000_01B3
    }
    for label in phantom.truth.voxels { hash = (hash ^ UInt64(label)) &* 0x100_0000_01B3 }
    #expect(hash == 7_864_288_153_646_261_030)
  }

  @Test func sameBitsForAnyNumberOfThreads() throws {
    let one = try BrainPhantom(Self.parameters(), workers: Workers(count: 1))
    let three = try BrainPhantom(Self.parameters(), workers: Workers(count: 3))
    #expect(one.scans == three.scans)
    #expect(one.truth == three.truth)
  }

  @Test func seedsDiffer() throws {
    let one = try BrainPhantom(Self.parameters(seed: 1))
    let two = try BrainPhantom(Self.parameters(seed: 2))
    #expect(one.scans != two.scans)
    #expect(one.truth != two.truth)
  }

  @Test func lesionsLookAsInGlioma() throws {
    let phantom = try BrainPhantom(Self.parameters(lesions: 1))
    #expect(Set(phantom.truth.labels).isSubset(of: [1, 2, 3]))
    let flair = phantom.scan(.t2f)
    let contrastEnhanced = phantom.scan(.t1c)
    func mean(_ scan: Volume, where isWanted: (Int) -> Bool) -> Double {
      let voxels = scan.samples.indices.filter(isWanted)
      return voxels.reduce(0) { $0 + Double(scan.samples[$1]) } / Double(max(1, voxels.count))
    }
    let truth = phantom.truth.voxels
    let isBrain = { flair.samples[$0] > 0 }
    let isHealthy = { isBrain($0) && truth[$0] == 0 }
    #expect(mean(flair) { truth[$0] == 2 } > 1.4 * mean(flair, where: isHealthy))
    #expect(
      mean(contrastEnhanced) { truth[$0] == 3 } > 1.4 * mean(contrastEnhanced, where: isHealthy))
    // Skull-stripped: the border of the grid is empty, as are the same voxels of all scans.
    #expect(flair[0, 0, 0] == 0)
    #expect(truth.indices.allSatisfy { truth[$0] == 0 || isBrain($0) })
    for modality in BrainModality.allCases {
      let samples = phantom.scan(modality).samples
      #expect(samples.indices.allSatisfy { (samples[$0] > 0) == isBrain($0) })
    }
    let millilitres =
      Double(flair.samples.count { $0 > 0 }) * phantom.truth.geometry.voxelVolume / 1000
    #expect((1100...1900).contains(millilitres))
  }

  @Test func withoutLesionsTheTruthIsEmpty() throws {
    #expect(try BrainPhantom(Self.parameters(lesions: 0)).truth.labels.isEmpty)
  }

  @Test func impossibleParametersAreErrors() {
    var parameters = Self.parameters()
    parameters.size = [8, 32, 32]
    #expect(throws: PhantomError.self) { try BrainPhantom(parameters) }
    parameters = Self.parameters()
    parameters.spacing = [1, .nan, 1]
    #expect(throws: PhantomError.self) { try BrainPhantom(parameters) }
    parameters = Self.parameters()
    parameters.noise = -0.1
    #expect(throws: PhantomError.self) { try BrainPhantom(parameters) }
    parameters = Self.parameters()
    parameters.lesions = 13
    #expect(throws: PhantomError.self) { try BrainPhantom(parameters) }
    // A field of view that no lesion fits in.
    parameters = Self.parameters()
    parameters.size = [16, 16, 16]
    parameters.spacing = [0.5, 0.5, 0.5]
    #expect(throws: PhantomError.noRoom(placed: 0, wanted: 2)) { try BrainPhantom(parameters) }
  }
}
