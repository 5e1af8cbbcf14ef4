import Foundation
import Parallel
import Testing
import VolumeIO
import Volumes

@testable import Radiomics

@Suite struct ExtractionTests {
  /// The scan and the mask of Tests/Oracles/radiomics/extraction.py.
  static func madeInput(_ type: StoredType = .int16) throws -> ExtractionInput {
    let size = SIMD3(24, 22, 18)
    let noise = MadeMask.numbers(seed: 21, count: size.x * size.y * size.z)
    // SimpleITK counts millimetres to the left and to the back.
    let geometry = try Geometry(
      size: size,
      affine: Affine(
        i: SIMD3(-1, 0, 0), j: SIMD3(0, -1, 0), k: SIMD3(0, 0, 2),
        origin: SIMD3(12.3, -7.7, 41.5)))
    let samples = noise.indices.map { index in
      let (x, y, z) = (index % size.x, index / size.x % size.y, index / (size.x * size.y))
      return Float((x * 7 + y * 5 + z * 11) % 97 + noise[index] / 5 - 100)
    }
    let inner = SIMD3(18, 16, 12)
    let blob = MadeMask.voxels(kind: "blob", size: inner, seed: 22)
    var labels = LabelMap(geometry: geometry)
    for k in 0..<inner.z {
      for j in 0..<inner.y {
        for i in 0..<inner.x where blob[(k * inner.y + j) * inner.x + i] {
          labels[i + 2, j + 3, k + 3] = 1
        }
      }
    }
    return ExtractionInput(
      scan: try Volume(geometry: geometry, samples: samples), storedType: type, labels: labels)
  }

  static let cases: [String: (settings: [(String, ParameterValue)], type: StoredType)] = [
    "default": ([], .int16),
    "spline": (
      [("resampledPixelSpacing", list(1.5, 1.5, 1.5)), ("binWidth", .integer(10))], .int16
    ),
    "double": ([("resampledPixelSpacing", list(2, 2, 2)), ("padDistance", .integer(2))], .int16),
    "linear": (
      [
        ("resampledPixelSpacing", list(1.2, 0, 1)), ("interpolator", .text("sitkLinear")),
        ("binCount", .integer(20)),
      ], .float32
    ),
    "nearest": (
      [
        ("resampledPixelSpacing", list(2, 2, 2)), ("interpolator", .text("sitkNearestNeighbor")),
      ], .int16
    ),
    "normalised": (
      [
        ("normalize", .boolean(true)), ("normalizeScale", .integer(100)),
        ("removeOutliers", .number(1.5)), ("resampledPixelSpacing", list(2, 2, 0)),
        ("binWidth", .integer(5)), ("voxelArrayShift", .integer(300)), ("force2D", .boolean(true)),
      ], .int16
    ),
    "sigma": ([("resegmentRange", list(-1.2, 1.5)), ("resegmentMode", .text("sigma"))], .int16),
    "relative": (
      [
        ("resegmentRange", list(0.1)), ("resegmentMode", .text("relative")),
        ("resegmentShape", .boolean(true)),
      ], .float32
    ),
    "absolute": (
      [
        ("resegmentRange", list(-50, 90)), ("preCrop", .boolean(true)), ("gldm_a", .integer(3)),
        ("distances", .list([.integer(1), .integer(2)])), ("symmetricalGLCM", .boolean(false)),
        ("weightingNorm", .text("euclidean")),
      ], .int16
    ),
  ]

  static func list(_ values: Double...) -> ParameterValue { .list(values.map { .number($0) }) }

  @Test(arguments: cases.keys.sorted()) func agreesWithPyRadiomics(_ name: String) throws {
    let (settings, type) = try #require(Self.cases[name])
    var parameters = ExtractionParameters()
    for (setting, value) in settings { try parameters.settings.set(setting, to: value) }
    let extraction = try Extraction(try Self.madeInput(type), parameters, program: "test")
    let rows = try GoldenTable.rows("extraction.csv").filter { $0["case"]! == name }

    var found: [(String, String)] = []
    for entry in extraction.diagnostics?.entries ?? [] where !entry.key.contains("ersions_") {
      guard !entry.key.hasPrefix("Configuration") else { continue }
      let text =
        switch entry.value {
        case .list(let values): values.map { "\($0)" }.joined(separator: " ")
        case .text(let text): text
        default: "\(entry.value)"
        }
      found.append(("diagnostics_" + entry.key, text))
    }
    for value in extraction.values { found.append((value.column, "\(value.feature.value)")) }

    #expect(found.map(\.0) == rows.map { String($0["column"]!) })
    for (row, (column, text)) in zip(rows, found) {
      let expected = row["value"]!.split(separator: " ")
      let values = text.split(separator: " ")
      for (value, expected) in zip(values, expected) {
        guard let a = Double(value), let b = Double(expected) else {
          #expect(value == expected, "\(column)")
          continue
        }
        #expect(agree(a, b, within: 1e-9) || abs(a - b) < 1e-12, "\(column): \(a), expected \(b)")
      }
    }
  }

  @Test func doesNotDependOnThreads() throws {
    var parameters = ExtractionParameters()
    parameters.imageTypes = [.init("Original"), .init("Wavelet")]
    let input = try Self.madeInput()
    let one = try Extraction(input, parameters, program: "test", workers: Workers(count: 1))
    let three = try Extraction(input, parameters, program: "test", workers: Workers(count: 3))
    #expect(one.values.count == 107 + 8 * 93)
    #expect(one.values == three.values)
  }

  @Test func computesOnlyWhatIsAskedFor() throws {
    var parameters = ExtractionParameters()
    parameters.features = [
      .init(.glcm, names: ["SumVariance", "Contrast"]), .init(.shape, names: ["MeshVolume"]),
    ]
    try parameters.settings.set("additionalInfo", to: .boolean(false))
    let extraction = try Extraction(try Self.madeInput(), parameters, program: "test")
    #expect(
      extraction.values.map(\.column) == [
        "original_shape_MeshVolume", "original_glcm_SumVariance", "original_glcm_Contrast",
      ])
    #expect(extraction.diagnostics == nil)
  }
}
