import Foundation
import Parallel
import Volumes

/// Times operations on a 240x240x155 volume of raw floats; prints "NAME SECONDS RESULT" on a line for
/// each, the result being a number that shows that peers computed the same.
@main enum VolumesTime {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let threads = Int(arguments[2]) else {
      print("usage: volumes_time RAW THREADS")
      return
    }
    let workers = Workers(count: threads)
    let size = SIMD3(240, 240, 155)
    let samples = try Data(contentsOf: URL(filePath: arguments[1])).withUnsafeBytes {
      Array($0.bindMemory(to: Float.self))
    }
    let volume = try Volume(geometry: Geometry(size: size), samples: samples)
    let mask = try Mask(geometry: volume.geometry, voxels: samples.map { $0 > 0.6 })
    // Turned by 10 degrees about z and then about x, about the centre.
    let (c, s) = (cos(Double.pi / 18), sin(Double.pi / 18))
    let turn = Affine(i: [c, s * c, s * s], j: [-s, c * c, c * s], k: [0, -s, c], origin: .zero)
    let centre = SIMD3<Double>(size &- SIMD3(1, 1, 1)) / 2
    let oblique = try Geometry(
      size: size,
      affine: Affine(i: turn.i, j: turn.j, k: turn.k, origin: centre - turn.apply(centre)))
    let aligned = try Geometry(size: size, spacing: [0.95, 0.97, 0.9], origin: [3.3, 2.2, 1.1])

    for letters in ["LPS", "SAR"] {
      guard let orientation = Orientation(letters) else { continue }
      try time("reorient-\(letters)") { volume.reoriented(to: orientation).samples[1000] }
    }
    for interpolation in Interpolation.allCases {
      for (name, grid) in [("aligned", aligned), ("oblique", oblique)] {
        try time("\(interpolation)-\(name)") {
          volume.resampled(to: grid, by: interpolation, workers: workers)[100, 110, 70]
        }
      }
    }
    for connectivity in Connectivity.allCases {
      let neighbours = connectivity.rawValue
      try time("components-\(neighbours)") { mask.components(connectivity).count }
      try time("dilated-\(neighbours)") { mask.dilated(connectivity).count }
    }
    try time("holes") { mask.fillingHoles().count }
    try time("distances") { mask.distances(workers: workers).reduce(0, +) }
    try time("deviation") {
      try volume.statistics(in: mask, workers: workers).standardDeviation
    }
    try time("median") { try volume.quantiles()[0.5] }
  }

  /// The best of three times.
  private static func time<Result>(_ name: String, _ work: () throws -> Result) throws {
    let clock = ContinuousClock()
    var best = Duration.seconds(1000)
    var result: Result?
    for _ in 0..<3 {
      best = min(best, try clock.measure { result = try work() })
    }
    if let result { print(name, best / .seconds(1), result) }
  }
}
