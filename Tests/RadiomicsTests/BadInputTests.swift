import Foundation
import Testing
import VolumeIO
import Volumes

@testable import Radiomics

/// Regions and settings that careless code breaks on: each is a clear error or has defined values.
@Suite struct BadInputTests {
  private static func input(
    size: SIMD3<Int>, spacing: SIMD3<Double> = SIMD3(1, 1, 1), _ sample: (SIMD3<Int>) -> Float,
    inside: (SIMD3<Int>) -> Bool
  ) throws -> ExtractionInput {
    let geometry = try Geometry(size: size, spacing: spacing)
    let voxels = (0..<geometry.voxelCount).map { index in
      SIMD3(index % size.x, index / size.x % size.y, index / (size.x * size.y))
    }
    return ExtractionInput(
      scan: try Volume(geometry: geometry, samples: voxels.map(sample)), storedType: .float32,
      labels: try LabelMap(geometry: geometry, voxels: voxels.map { inside($0) ? 1 : 0 }))
  }

  private static func extract(
    _ input: ExtractionInput, _ settings: [(String, ParameterValue)] = []
  ) throws -> Extraction {
    var parameters = ExtractionParameters()
    for (name, value) in settings { try parameters.settings.set(name, to: value) }
    return try Extraction(input, parameters, program: "test")
  }

  private static func noise(_ voxel: SIMD3<Int>) -> Float {
    Float((voxel.x * 31 + voxel.y * 17 + voxel.z * 7) % 53)
  }

  @Test func emptyMask() throws {
    let input = try Self.input(size: SIMD3(4, 4, 4), Self.noise) { _ in false }
    #expect(throws: RadiomicsError.emptyRegion(what: "label 1", remedy: "the mask is empty")) {
      try Self.extract(input)
    }
  }

  @Test func absentLabel() throws {
    let input = try Self.input(size: SIMD3(4, 4, 4), Self.noise) { $0.x > 0 }
    #expect(
      throws: RadiomicsError.emptyRegion(what: "label 7", remedy: "the mask has label 1")
    ) {
      try Self.extract(input, [("label", .integer(7))])
    }
  }

  @Test func oneVoxel() throws {
    let input = try Self.input(size: SIMD3(4, 4, 4), Self.noise) { $0 == SIMD3(1, 2, 3) }
    #expect(throws: RadiomicsError.unusableRegion(found: "one voxel", expected: "at least two")) {
      try Self.extract(input)
    }
  }

  @Test func oneLine() throws {
    let input = try Self.input(size: SIMD3(4, 4, 4), Self.noise) { $0.y == 1 && $0.z == 2 }
    #expect(throws: RadiomicsError.self) { try Self.extract(input) }
    let line = try Self.extract(input, [("minimumROIDimensions", .integer(1))])
    #expect(line.values.count == 107)
  }

  @Test func oneSlice() throws {
    let input = try Self.input(size: SIMD3(9, 9, 5), Self.noise) { $0.z == 2 }
    let extraction = try Self.extract(input)
    #expect(extraction.values.count == 107)
    let flatness = extraction.values.first { $0.column == "original_shape_Flatness" }
    #expect(flatness?.feature.value == 0)
  }

  @Test func oneGreyLevel() throws {
    let input = try Self.input(size: SIMD3(6, 6, 6), { _ in 40 }) { $0.x > 1 }
    let extraction = try Self.extract(input)
    #expect(extraction.values.count == 107)
    for value in extraction.values where value.feature.value.isNaN {
      #expect(value.feature.reason != nil, "\(value.column)")
    }
  }

  @Test func touchesAllBorders() throws {
    let input = try Self.input(size: SIMD3(6, 5, 4), Self.noise) { _ in true }
    for settings in [
      [],
      [("resampledPixelSpacing", ParameterValue.list([.integer(2), .integer(2), .integer(2)]))],
    ] {
      let extraction = try Self.extract(input, settings)
      #expect(extraction.values.count == 107)
    }
    let volume = try Self.extract(input).values.first { $0.column == "original_shape_VoxelVolume" }
    #expect(volume?.feature.value == 120)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func notFinite(_ bad: Float) throws {
    let inside = try Self.input(
      size: SIMD3(5, 5, 5), { $0 == SIMD3(2, 2, 2) ? bad : Self.noise($0) }
    ) { $0.x > 0 }
    #expect(throws: RadiomicsError.self) { try Self.extract(inside) }
    let outside = try Self.input(
      size: SIMD3(5, 5, 5), { $0 == SIMD3(0, 2, 2) ? bad : Self.noise($0) }
    ) { $0.x > 0 }
    let values = try Self.extract(outside).values
    #expect(values.count == 107)
    let clean = try Self.input(size: SIMD3(5, 5, 5), Self.noise) { $0.x > 0 }
    #expect(values == (try Self.extract(clean).values))
  }

  @Test func manyGreyLevels() throws {
    let input = try Self.input(
      size: SIMD3(4, 4, 4), { Float(($0.x + 4 * $0.y + 16 * $0.z) * 100_000) }
    ) { _ in true }
    let extraction = try Self.extract(input, [("binWidth", .integer(50))])
    #expect(extraction.values.count == 107)
    #expect(throws: RadiomicsError.self) {
      try Self.extract(input, [("binWidth", .number(1e-6))])
    }
  }

  @Test func spacingOfZero() throws {
    #expect(throws: VolumeError.self) {
      try Geometry(size: SIMD3(2, 2, 2), spacing: SIMD3(1, 0, 1))
    }
    var settings = ExtractionSettings()
    #expect(throws: RadiomicsError.self) {
      try settings.set(
        "resampledPixelSpacing", to: .list([.integer(1), .integer(-1), .integer(1)]))
    }
    // 0 keeps the scan's spacing along that axis.
    try settings.set("resampledPixelSpacing", to: .list([.integer(1), .integer(0), .integer(1)]))
    #expect(settings.resampledPixelSpacing == SIMD3(1, 0, 1))
  }

  @Test func otherGrid() throws {
    let made = try Self.input(size: SIMD3(8, 8, 8), Self.noise) { $0.x > 2 && $0.x < 6 }
    let other = try Geometry(
      size: SIMD3(4, 4, 4), spacing: SIMD3(2, 2, 2), origin: SIMD3(0.5, 0.5, 0.5))
    let labels = try LabelMap(
      geometry: other, voxels: (0..<64).map { $0 % 4 == 1 || $0 % 4 == 2 ? 1 : 0 })
    let input = ExtractionInput(scan: made.scan, storedType: .float32, labels: labels)
    #expect(
      throws: RadiomicsError.geometryMismatch(scan: made.scan.geometry, mask: other)
    ) { try Self.extract(input) }
    let corrected = try Self.extract(input, [("correctMask", .boolean(true))])
    let volume = corrected.values.first { $0.column == "original_shape_VoxelVolume" }
    #expect(volume?.feature.value == 256.0)
    #expect(
      corrected.diagnostics?.entries.contains { $0.key == "Mask-corrected_VoxelNum" } == true)
  }

  @Test func nothingLeft() throws {
    let input = try Self.input(size: SIMD3(5, 5, 5), Self.noise) { _ in true }
    #expect(throws: RadiomicsError.self) {
      try Self.extract(input, [("resegmentRange", .list([.integer(1000), .integer(2000)]))])
    }
  }

  @Test(arguments: [
    ("binWidth", ParameterValue.integer(0)), ("binWidth", .text("wide")),
    ("binCount", .number(2.5)), ("label", .integer(-1)), ("resegmentRange", .list([])),
    ("resegmentMode", .text("other")), ("distances", .list([])), ("force2Ddimension", .integer(3)),
    ("interpolator", .text("sitkOther")), ("weightingNorm", .text("other")),
    ("sigma", .list([.integer(0)])), ("noSuchSetting", .integer(1)),
    ("resampledPixelSpacing", .list([.integer(1)])), ("normalizeScale", .number(.infinity)),
  ]) func settingsThatMakeNoSense(_ name: String, _ value: ParameterValue) {
    var settings = ExtractionSettings()
    #expect(throws: RadiomicsError.self) { try settings.set(name, to: value) }
  }
}
