import Foundation
import Parallel
import VolumeIO
import Volumes

/// What PyRadiomics tells of a case beside its features, by its column names.
public struct Diagnostics: Sendable, Equatable {
  /// The columns, without `diagnostics_`, and their values.
  public private(set) var entries: [ParameterValue.Entry] = []

  mutating func add(_ name: String, _ value: ParameterValue) {
    entries.append(ParameterValue.Entry(name, value))
  }

  /// The program, and what was asked of it.
  mutating func addConfiguration(_ parameters: ExtractionParameters, program: String) {
    add("Versions_PyRadiomics", .text(program))
    // What PyRadiomics is built on is not in use here.
    for name in ["Numpy", "SimpleITK", "PyWavelet", "Python"] {
      add("Versions_" + name, .text("none"))
    }
    add("Configuration_Settings", .map(parameters.settings.record))
    add(
      "Configuration_EnabledImageTypes",
      .map(parameters.imageTypes.map { .init($0.name, .map($0.overrides)) }))
  }

  /// The digest of a scan's or a mask's samples, which is computed beside all else: see ``fill(_:)``.
  private mutating func addDigest(_ prefix: String) { add(prefix + "_Hash", .null) }

  /// Sets the digests of the scan and of the mask as they were read.
  mutating func fill(_ digests: (scan: String, mask: String)) {
    for (prefix, digest) in [("Image-original", digests.scan), ("Mask-original", digests.mask)] {
      guard let index = entries.firstIndex(where: { $0.key == prefix + "_Hash" }) else { continue }
      entries[index] = ParameterValue.Entry(entries[index].key, .text(digest))
    }
  }

  /// A scan and its mask as they were read.
  mutating func addOriginal(
    _ input: ExtractionInput, _ part: [Bool], box: VoxelBox, workers: Workers
  ) throws(RadiomicsError) {
    addScan(input.scan, workers: workers)
    addDigest("Mask-original")
    try addMask("original", part, box: box, in: input.labels.geometry)
  }

  private mutating func addScan(_ scan: Volume, workers: Workers) {
    addDigest("Image-original")
    add("Image-original_Dimensionality", .text("3D"))
    let statistics = SampleStatistics(scan.samples, workers: workers)
    addImage("original", scan.geometry, statistics)
  }

  /// A scan that was made of it.
  mutating func addImage(_ prefix: String, _ scan: Image, workers: Workers) {
    addImage(prefix, scan.geometry, SampleStatistics(scan.intensities, workers: workers))
  }

  private mutating func addImage(
    _ prefix: String, _ geometry: Geometry, _ statistics: SampleStatistics
  ) {
    add("Image-\(prefix)_Spacing", ParameterValue(geometry.spacing))
    add("Image-\(prefix)_Size", ParameterValue(geometry.size))
    add("Image-\(prefix)_Mean", .number(statistics.mean))
    add("Image-\(prefix)_Minimum", .number(statistics.minimum))
    add("Image-\(prefix)_Maximum", .number(statistics.maximum))
  }

  /// A mask, with the intensities in it where the scan is on its grid.
  ///
  /// - Parameters:
  ///   - part: the voxels of the box around the mask.
  ///   - intensities: those of the box.
  mutating func addMask(
    _ prefix: String, _ part: [Bool], box: VoxelBox, in geometry: Geometry,
    intensities: [Double]? = nil
  ) throws(RadiomicsError) {
    add("Mask-\(prefix)_Spacing", ParameterValue(geometry.spacing))
    add("Mask-\(prefix)_Size", ParameterValue(geometry.size))
    add(
      "Mask-\(prefix)_BoundingBox",
      .list(
        [box.low, box.size].flatMap { [.integer($0.x), .integer($0.y), .integer($0.z)] }))
    var (count, sum) = (0, SIMD3<Double>.zero)
    for k in 0..<box.size.z {
      for j in 0..<box.size.y {
        let row = (k * box.size.y + j) * box.size.x
        for i in 0..<box.size.x where part[row + i] {
          count += 1
          sum += SIMD3(Double(i), Double(j), Double(k))
        }
      }
    }
    add("Mask-\(prefix)_VoxelNum", .integer(count))
    let volumes: Int
    do {
      volumes = try Mask(geometry: geometry.cropped(to: box), voxels: part)
        .components(.corners).count
    } catch {
      throw .tooLarge(what: "the region (\(error))", remedy: "divide it")
    }
    add("Mask-\(prefix)_VolumeNum", .integer(volumes))
    let centre = sum / Double(count) + SIMD3<Double>(box.low)
    add("Mask-\(prefix)_CenterOfMassIndex", ParameterValue(centre))
    add(
      "Mask-\(prefix)_CenterOfMass",
      ParameterValue(PhysicalGrid(geometry).point(ofIndex: centre)))
    guard let intensities else { return }
    let moments = Moments(intensities, part)
    add("Mask-\(prefix)_Mean", .number(moments.mean))
    add("Mask-\(prefix)_Minimum", .number(moments.minimum))
    add("Mask-\(prefix)_Maximum", .number(moments.maximum))
  }
}

/// The mean and the extremes of many samples.
struct SampleStatistics {
  let mean: Double
  let minimum: Double
  let maximum: Double

  init<Sample: BinaryFloatingPoint & Sendable>(_ samples: [Sample], workers: Workers) {
    let chunk = 1 << 16
    let parts = workers.map((samples.count + chunk - 1) / chunk) { part in
      samples.withUnsafeBufferPointer { samples in
        var (sum, low, high) = (0.0, samples[part * chunk], samples[part * chunk])
        for index in part * chunk..<min(samples.count, (part + 1) * chunk) {
          sum += Double(samples[index])
          low = samples[index] < low ? samples[index] : low
          high = samples[index] > high ? samples[index] : high
        }
        return (sum: sum, low: Double(low), high: Double(high))
      }
    }
    mean = parts.reduce(0) { $0 + $1.sum } / Double(samples.count)
    minimum = parts.map(\.low).min() ?? .nan
    maximum = parts.map(\.high).max() ?? .nan
  }
}
