import Foundation
import Parallel
import Phantoms
import Testing
import Volumes

@Suite struct BrainGeneratorTests {
  /// A small grid that holds the brain, or the head where there is a skull.
  static func settings(_ pathology: Pathology, skull: Double = 0) -> BrainGenerator.Settings {
    var settings = BrainGenerator.Settings()
    settings.size = [32, 38, 29]
    settings.pathologies = [pathology: 1]
    settings.skull = skull
    return settings
  }

  /// The mean of the samples for which a condition holds of their index.
  static func mean(_ volume: Volume, where isWanted: (Int) -> Bool) -> Double {
    let voxels = volume.samples.indices.filter(isWanted)
    return voxels.reduce(0) { $0 + Double(volume.samples[$1]) } / Double(max(1, voxels.count))
  }

  @Test func sameBitsForAnyNumberOfThreads() throws {
    let generator = try BrainGenerator(Self.settings(.ms, skull: 1))
    let one = try generator.makeCase(seed: 5, workers: Workers(count: 1))
    let three = try generator.makeCase(seed: 5, workers: Workers(count: 3))
    #expect(one.channels == three.channels)
    #expect(one.labels == three.labels)
    #expect(one.tissues == three.tissues)
    let other = try generator.makeCase(seed: 6)
    #expect(one.channels != other.channels)
    #expect(one.tissues != other.tissues)
  }

  @Test(arguments: [(Pathology.glioma, [1, 2, 3, 4]), (.ms, [5]), (.infarct, [6]), (.none, [])])
  func eachPathologyHasItsLabels(_ pathology: Pathology, _ labels: [UInt16]) throws {
    let generator = try BrainGenerator(Self.settings(pathology))
    var found: Set<UInt16> = []
    for seed in 1...2 as ClosedRange<UInt64> {
      let made = try generator.makeCase(seed: seed)
      #expect(made.pathology == pathology)
      found.formUnion(made.labels.labels)
      #expect(made.lesion.labels == (made.labels.labels.isEmpty ? [] : [1]))
    }
    #expect(found.isSubset(of: labels))
    #expect(found.isEmpty == labels.isEmpty)
    if pathology == .glioma { #expect(found.isSuperset(of: [1, 2, 4])) }
  }

  @Test(arguments: [0.0, 1.0]) func samplesAreFiniteAndTruthLiesInTheBrain(skull: Double) throws {
    let made = try BrainGenerator(Self.settings(.glioma, skull: skull)).makeCase(seed: 3)
    #expect(made.hasSkull == (skull == 1))
    #expect(made.channels.count == 4)
    for channel in made.channels {
      #expect(channel.geometry == made.labels.geometry)
      #expect(channel.samples.allSatisfy { $0.isFinite && $0 >= 0 && $0 < 32767 })
    }
    #expect(made.tissues.geometry == made.labels.geometry)
    let tissues = made.tissues.voxels
    let labels = made.labels.voxels
    #expect(labels.indices.allSatisfy { labels[$0] == 0 || (1...5).contains(tissues[$0]) })
    let flair = made.channels[3].samples
    if skull == 0 {
      #expect(labels.indices.allSatisfy { labels[$0] == 0 || flair[$0] >= 1 })
      #expect(made.tissues.labels == [1, 2, 3, 4, 5].filter { made.tissues.labels.contains($0) })
      #expect(flair[0] == 0)
    } else {
      #expect(made.tissues.labels.contains(6) && made.tissues.labels.contains(7))
    }
  }

  @Test func brainsHaveHumanProportions() throws {
    var settings = Self.settings(.none)
    settings.scale = 1...1
    let made = try BrainGenerator(settings).makeCase(seed: 4)
    let voxel = made.tissues.geometry.voxelVolume / 1000
    func millilitres(_ labels: Set<UInt16>) -> Double {
      Double(made.tissues.voxels.count { labels.contains($0) }) * voxel
    }
    #expect((1000...2000).contains(millilitres([1, 2, 3, 4, 5])))
    #expect((0.8...2).contains(millilitres([2, 3]) / millilitres([4])))
  }

  @Test func ordinaryContrastsAreThoseOfTheirSequences() throws {
    var settings = Self.settings(.glioma)
    settings.thickSlices = 0
    settings.bias = 0...0
    settings.blur = 0...0
    for seed in 1...2 as ClosedRange<UInt64> {
      let made = try BrainGenerator(settings).makeCase(seed: seed)
      let (labels, tissues) = (made.labels.voxels, made.tissues.voxels)
      func tissue(_ channel: Int, _ tissue: UInt16) -> Double {
        Self.mean(made.channels[channel]) { tissues[$0] == tissue && labels[$0] == 0 }
      }
      func lesion(_ channel: Int, _ label: UInt16) -> Double {
        Self.mean(made.channels[channel]) { labels[$0] == label }
      }
      // T1: fluid < grey < white; T2: the reverse; FLAIR: fluid is dark, oedema bright.
      #expect(tissue(0, 1) < tissue(0, 2) && tissue(0, 2) < tissue(0, 4))
      #expect(tissue(2, 1) > tissue(2, 2) && tissue(2, 2) > tissue(2, 4))
      #expect(tissue(3, 1) < tissue(3, 4))
      #expect(lesion(3, 2) > 1.2 * tissue(3, 4))
      #expect(lesion(0, 2) < tissue(0, 4))
      if labels.contains(4) { #expect(lesion(1, 4) > tissue(1, 4)) }
    }
  }

  @Test func randomContrastsDiffer() throws {
    var settings = Self.settings(.ms)
    settings.randomContrast = 1
    settings.modalities = [.t1n]
    settings.thickSlices = 0
    let generator = try BrainGenerator(settings)
    let isFluidDarkerInT1 = try (1...5 as ClosedRange<UInt64>).map { seed in
      let made = try generator.makeCase(seed: seed)
      #expect(made.hasRandomContrast)
      let tissues = made.tissues.voxels
      return Self.mean(made.channels[0]) { tissues[$0] == 1 }
        < Self.mean(made.channels[0]) { tissues[$0] == 4 }
    }
    #expect(Set(isFluidDarkerInT1) == [true, false])
  }

  @Test func anatomyDoesNotDependOnTheModalities() throws {
    var settings = Self.settings(.infarct)
    let all = try BrainGenerator(settings).makeCase(seed: 9)
    settings.modalities = [.t2f]
    let one = try BrainGenerator(settings).makeCase(seed: 9)
    #expect(one.channels == [all.channels[3]])
    #expect(one.labels == all.labels)
  }

  @Test func nativeSlicesHaveTheirOwnGrid() throws {
    var settings = Self.settings(.glioma)
    settings.thickSlices = 1
    settings.sliceThickness = 9...9
    settings.sliceGrid = .native
    let generator = try BrainGenerator(settings)
    let made = try generator.makeCase(seed: 2)
    let geometry = made.labels.geometry
    #expect(abs(geometry.spacing.max() - 9) < 1e-9)
    #expect(made.channels.allSatisfy { $0.geometry == geometry })
    #expect(made.tissues.geometry == geometry)
    // Both grids have the same middle.
    func middle(_ geometry: Geometry) -> SIMD3<Double> {
      geometry.world(at: SIMD3<Double>(geometry.size &- SIMD3(1, 1, 1)) / 2)
    }
    let offset = middle(geometry) - middle(generator.geometry)
    #expect((0..<3).allSatisfy { abs(offset[$0]) < 1e-6 })
    // The lesion is as large as without slices.
    settings.thickSlices = 0
    let whole = try BrainGenerator(settings).makeCase(seed: 2)
    func millilitres(_ labels: LabelMap) -> Double {
      Double(labels.voxels.count { $0 > 0 }) * labels.geometry.voxelVolume / 1000
    }
    let ratio = millilitres(made.labels) / millilitres(whole.labels)
    #expect((0.6...1.5).contains(ratio))
  }

  @Test func settingsAreCoded() throws {
    var settings = BrainGenerator.Settings()
    settings.spacing = [1, 1, 3]
    settings.pathologies = [.ms: 1]
    settings.noise = 0.02...0.03
    settings.sliceGrid = .native
    let data = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(BrainGenerator.Settings.self, from: data) == settings)
    func decode(_ text: String) throws -> BrainGenerator.Settings {
      try JSONDecoder().decode(BrainGenerator.Settings.self, from: Data(text.utf8))
    }
    #expect(try decode("{}") == BrainGenerator.Settings())
    #expect(try decode(#"{"plaques": [3, 9], "modalities": ["t2f"]}"#).plaques == 3...9)
    #expect(throws: DecodingError.self) { try decode(#"{"plaque": [3, 9]}"#) }
    #expect(throws: DecodingError.self) { try decode(#"{"plaques": [9, 3]}"#) }
    #expect(throws: DecodingError.self) { try decode(#"{"pathologies": {"gout": 1}}"#) }
  }

  @Test(
    arguments: [
      { $0.size = [8, 40, 40] }, { $0.spacing = [1, .nan, 1] }, { $0.modalities = [] },
      { $0.modalities = [.t1n, .t1n] }, { $0.pathologies = [:] }, { $0.pathologies = [.ms: -1] },
      { $0.tumours = 0...3 }, { $0.plaques = 1...1000 }, { $0.noise = 0...2 },
      { $0.skull = .nan }, { $0.sliceThickness = 0.1...3 }, { $0.scale = 0.1...1 },
    ] as [@Sendable (inout BrainGenerator.Settings) -> Void])
  func impossibleSettingsAreErrors(_ change: @Sendable (inout BrainGenerator.Settings) -> Void) {
    var settings = Self.settings(.glioma)
    change(&settings)
    #expect(throws: PhantomError.self) { try BrainGenerator(settings) }
  }

  @Test func lesionsThatDoNotFitAreAnError() throws {
    var settings = Self.settings(.glioma)
    settings.size = [16, 16, 16]
    settings.spacing = [0.3, 0.3, 0.3]
    settings.tumourRadius = 40...40
    let generator = try BrainGenerator(settings)
    #expect(throws: PhantomError.self) { try generator.makeCase(seed: 1) }
  }
}
