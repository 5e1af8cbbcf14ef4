import Foundation
import Parallel
import Testing
import VolumeIO
import Volumes

@testable import Radiomics

/// PyRadiomics' filtered images; the reference values are those of
/// Tests/Oracles/radiomics/filters.py.
@Suite struct FilterTests {
  struct Sampled: Decodable {
    let name: String
    let voxels: [Double?]
  }

  static let golden: Result<[String: [Sampled]], any Error> = Result {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(components: "Golden", "filters.json")
    return try JSONDecoder().decode([String: [Sampled]].self, from: Data(contentsOf: url))
  }

  static let size = SIMD3(12, 11, 9)

  /// The image that the script makes, and its region.
  static func made(_ type: StoredType) throws -> (image: Image, mask: [Bool]) {
    var voxels: [Double] = []
    var mask: [Bool] = []
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          var whole = (31 * i + 57 * j * j + 23 * k * k * i) % 211 - 60
          if i + j > 14 && k > 3 { whole = 40 }
          switch type {
          case .uint8: voxels.append(Double(whole + 100))
          case .uint16: voxels.append(Double(whole + 60))
          case .float32: voxels.append(Double(Float(whole) * 0.37))
          default: voxels.append(Double(whole))
          }
          let (x, y, z) = (i - 5, j - 5, k - 4)
          mask.append(x * x + y * y + 2 * z * z < 18)
        }
      }
    }
    let geometry = try Geometry(size: size, spacing: [0.75, 1, 2.5])
    return (Image(geometry: geometry, intensities: voxels, storedType: type), mask)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let types: [ImageType]
    var plane = SlicePlane()
    var testDescription: String { name }
  }

  static let cases: [Case] = {
    func wavelet(_ name: String, _ start: Int = 0, _ levels: Int = 1) -> [ImageType] {
      // None for a wrong name, which the comparison then reports.
      (try? Wavelet(named: name)).map { [.wavelet($0, startLevel: start, levels: levels)] } ?? []
    }
    return [
      Case(
        name: "log",
        types: [.laplacianOfGaussian(sigma: 1), .laplacianOfGaussian(sigma: 2.5)]),
      Case(name: "wavelet-coif1", types: wavelet("coif1")),
      Case(name: "wavelet-db3-1-2", types: wavelet("db3", 1, 2)),
      Case(
        name: "wavelet-bior2.2-plane", types: wavelet("bior2.2"),
        plane: SlicePlane(normal: 1, isForced: true)),
      Case(name: "wavelet-rbio3.7", types: wavelet("rbio3.7")),
      Case(name: "wavelet-sym7", types: wavelet("sym7")),
      Case(name: "wavelet-dmey", types: wavelet("dmey")),
      Case(name: "square", types: [.transformed(.square)]),
      Case(name: "squareroot", types: [.transformed(.squareRoot)]),
      Case(name: "logarithm", types: [.transformed(.logarithm)]),
      Case(name: "exponential", types: [.transformed(.exponential)]),
      Case(name: "gradient", types: [.gradient(usesSpacing: true)]),
      Case(name: "gradient-voxels", types: [.gradient(usesSpacing: false)]),
      Case(name: "lbp2", types: [.localBinaryPattern2D(LocalBinaryPattern2D())]),
      Case(
        name: "lbp2-default",
        types: [.localBinaryPattern2D(.init(radius: 2, samples: 12, method: .default))],
        plane: SlicePlane(normal: 1)),
      Case(
        name: "lbp2-ror",
        types: [.localBinaryPattern2D(.init(radius: 1.5, samples: 9, method: .rotationInvariant))],
        plane: SlicePlane(normal: 0)),
      Case(
        name: "lbp2-nri",
        types: [.localBinaryPattern2D(.init(method: .nonRotationInvariantUniform))]),
      Case(name: "lbp2-var", types: [.localBinaryPattern2D(.init(method: .variance))]),
      Case(name: "lbp3", types: [.localBinaryPattern3D(.init())]),
      Case(
        name: "lbp3-4",
        types: [.localBinaryPattern3D(.init(levels: 4, radius: 2.2, subdivisions: 2))]
      ),
    ]
  }()

  @Test(arguments: cases, [StoredType.int16, .uint16, .uint8, .float32])
  func equalsPyRadiomics(_ test: Case, type: StoredType) throws {
    let (image, mask) = try Self.made(type)
    let expected = try #require(Self.golden.get()["\(type) \(test.name)"])
    let images = try test.types.flatMap {
      try $0.images(
        of: image, mask: mask, in: VoxelBox(image.geometry), plane: test.plane,
        workers: Workers(count: 2))
    }
    #expect(images.map(\.name) == expected.map(\.name))
    let isSpherical = test.name.hasPrefix("lbp3")
    for (image, expected) in zip(images, expected) {
      let voxels = image.image.intensities
      let sampled =
        isSpherical
        ? stride(from: 0, to: mask.count { $0 }, by: 9).map { zip(voxels, mask).filter(\.1)[$0].0 }
        : stride(from: 0, to: voxels.count, by: 59).map { voxels[$0] }
      try #require(sampled.count == expected.voxels.count)
      for (found, expected) in zip(sampled, expected.voxels) {
        guard let expected else {
          #expect(found.isNaN)
          continue
        }
        // Filters by sums and products alone have the same bits. PyRadiomics computes the kurtosis of
        // neighbours in single precision in it.
        let tolerance =
          isSpherical ? (type == .float32 ? 2e-6 : 1e-11) : test.name == "exponential" ? 1e-12 : 0
        #expect(abs(found - expected) <= tolerance, "\(image.name): \(found), \(expected)")
      }
    }
  }

  @Test(arguments: cases) func isTheSameInABox(_ test: Case) throws {
    let (image, mask) = try Self.made(.int16)
    let box = try #require(VoxelBox(low: [3, 0, 2], high: [9, 5, 9]))
    for type in test.types {
      let whole = try type.images(
        of: image, mask: mask, in: VoxelBox(image.geometry), plane: test.plane,
        workers: Workers(count: 2))
      let part = try type.images(
        of: image, mask: mask, in: box, plane: test.plane, workers: Workers(count: 1))
      for (whole, part) in zip(whole, part) {
        #expect(part.name == whole.name)
        #expect(
          zip(part.image.intensities, box.elements(of: whole.image.intensities, size: Self.size))
            .allSatisfy {
              $0 == $1 || $0.isNaN && $1.isNaN
            }, "\(part.name)")
        #expect(part.image.geometry.size == box.size)
        #expect(part.image.geometry.affine.origin == image.geometry.world(at: [3, 0, 2]))
      }
    }
  }

  @Test func refusesWhatItCannotFilter() throws {
    let geometry = try Geometry(size: [3, 8, 8])
    let small = Image(geometry: geometry, intensities: [Double](repeating: 1, count: 192))
    let mask = [Bool](repeating: true, count: 192)
    func images(_ type: ImageType) throws -> [FilteredImage] {
      try type.images(
        of: small, mask: mask, in: VoxelBox(geometry), workers: Workers(count: 1))
    }
    #expect(throws: RadiomicsError.self) { try images(.laplacianOfGaussian(sigma: 1)) }
    #expect(throws: RadiomicsError.self) { try images(.laplacianOfGaussian(sigma: 0)) }
    #expect(throws: RadiomicsError.self) { try images(.laplacianOfGaussian(sigma: .nan)) }
    #expect(throws: RadiomicsError.self) { try Wavelet(named: "db39") }
    #expect(throws: RadiomicsError.self) { try Wavelet(named: "biordmey") }
    let wavelet = try Wavelet(named: "Haar")
    #expect(throws: RadiomicsError.self) {
      try images(.wavelet(wavelet, startLevel: 0, levels: 0))
    }
    #expect(throws: RadiomicsError.self) {
      try images(.localBinaryPattern2D(.init(samples: 31)))
    }
  }

  @Test func knowsEveryWavelet() throws {
    #expect(Wavelet.names.count == 106)
    for name in Wavelet.names {
      let wavelet = try Wavelet(named: name)
      #expect(wavelet.lowPass.count == wavelet.highPass.count)
      #expect(abs(wavelet.lowPass.reduce(0, +) - 2.0.squareRoot()) < 1e-6, "\(name)")
      // The discrete Meyer wavelet is one only nearly.
      #expect(abs(wavelet.highPass.reduce(0, +)) < (name == "dmey" ? 2e-3 : 1e-6), "\(name)")
    }
  }
}
