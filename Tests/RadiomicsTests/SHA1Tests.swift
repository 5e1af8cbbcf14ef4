import CSHA1
import Testing
import VolumeIO

@testable import Radiomics

/// Digests of samples; the expected ones are those of Python's hashlib.
@Suite struct SHA1Tests {
  /// The portable path, and the processor's own where it has one.
  static let paths = Array(Set([CSHA1_PORTABLE.rawValue, csha1_best().rawValue])).sorted()
    .map { csha1_path(rawValue: $0) }

  /// Of 10,007 samples, -5000 to 5006, as each type; labels are 0 to 10,006.
  static let expected: [(StoredType, String)] = [
    (.int8, "27eb7e3c8f74a5afbe7bf30a4b012c891d3bd77d"),
    (.int16, "bd7e0def5f486a968578158daf81f9ebbf73503a"),
    (.int32, "80a4819bb4c58038c357eed55c36de2bc4de2042"),
    (.int64, "5200795626fa0b0eb96bd76b7b45d6bf928f3248"),
    (.float32, "8d4ff5d386acff7a4d56fe81f8ca2b300d0d1803"),
    (.float64, "d7cb4b3e9feb6605dc5810a0137a50c4446a6ec5"),
  ]

  @Test(arguments: 0..<paths.count) func equalsTheStandard(_ path: Int) {
    let path = Self.paths[path]
    let samples = (-5000..<5007).map { Float($0) }
    for (type, digest) in Self.expected where type != .int8 {
      #expect(SHA1.hexadecimal(of: samples, as: type, path: path) == digest, "\(type)")
    }
    let bytes = samples.map { Float(Int8(truncatingIfNeeded: Int($0))) }
    #expect(SHA1.hexadecimal(of: bytes, as: .int8, path: path) == Self.expected[0].1)
    let labels = samples.indices.map { UInt16($0) }
    #expect(SHA1.hexadecimal(of: labels, path: path) == "72139105f932649fa3cdc9d9ab26dc687c09fc6c")
    #expect(
      SHA1.hexadecimal(of: [Float](), as: .int16, path: path)
        == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
  }

  /// Each length of the last block.
  @Test func pathsAgree() {
    let samples = (0..<200).map { Float($0 % 251) }
    for count in samples.indices {
      let part = Array(samples[..<count])
      let digests = Set(Self.paths.map { SHA1.hexadecimal(of: part, as: .uint8, path: $0) })
      #expect(digests.count == 1)
    }
  }

  /// Samples that the type does not hold are 0, as they are where no file has them.
  @Test func takesAnySamples() {
    let strange: [Float] = [.nan, .infinity, -.infinity, 3e9, -3e9]
    let zeros = [Float](repeating: 0, count: 5)
    for type in StoredType.allCases where type.isInteger && type.byteCount <= 2 {
      #expect(SHA1.hexadecimal(of: strange, as: type) == SHA1.hexadecimal(of: zeros, as: type))
    }
  }
}
