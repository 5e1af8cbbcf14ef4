internal import ConvNet
internal import Foundation
public import Parallel
internal import Volumes

/// What a plan follows from: the sizes, intensities and labels of a data set's cases, as in nnU-Net.
///
/// Axes are i, j and k of scans brought to RAS.
public struct DatasetFingerprint: Sendable, Hashable, Codable {
  /// The intensities of a channel where there is a label, of equally many voxels of each case.
  public struct Intensities: Sendable, Hashable, Codable {
    /// The mean.
    public var mean: Double
    /// The (population) standard deviation.
    public var deviation: Double
    /// The quantile .005.
    public var quantile005: Double
    /// The median.
    public var median: Double
    /// The quantile .995.
    public var quantile995: Double
  }

  /// How much there is of a label.
  public struct Label: Sendable, Hashable, Codable {
    /// The label's value.
    public var value: UInt16
    /// The name that the cases' files give it.
    public var name: String?
    /// The number of cases that have it.
    public var cases: Int
    /// The median of its volume in these, in millilitres.
    public var medianVolume: Double
  }

  /// The number of cases that could be read.
  public var cases: Int
  /// The median distances between voxels, in millimetres.
  public var medianSpacing: [Double]
  /// The quantile .1 of the distances along each axis.
  public var smallSpacing: [Double]
  /// The median numbers of voxels of the box around what is not zero in some channel.
  public var medianShape: [Double]
  /// The median extents of that box, in millimetres.
  public var medianExtent: [Double]
  /// The median part of the voxels that lies in that box.
  public var relativeSize: Double
  /// The foreground's intensities by the channel's name; channels without foreground are left out.
  public var intensities: [String: Intensities]
  /// The labels that occur, without the background.
  public var labels: [Label]
}

extension DatasetFingerprint {
  /// The voxels of a case whose intensities count; those of smaller lesions count several times, so
  /// that each case weighs as much.
  private static let samples = 10_000

  /// Takes one that was printed.
  ///
  /// - Parameter path: how messages call the text.
  /// - Throws: ``SegmentationError/plan(path:reason:)``.
  public init(_ value: JSONValue, path: String) throws {
    func invalid(_ reason: String) -> SegmentationError {
      .plan(path: path, reason: "fingerprint: \(reason)")
    }
    do {
      self = try JSONDecoder().decode(
        DatasetFingerprint.self, from: JSONEncoder().encode(value))
    } catch let error as DecodingError {
      throw invalid(error.inOneLine)
    }
    let lists = [medianSpacing, smallSpacing, medianShape, medianExtent]
    guard lists.allSatisfy({ $0.count == 3 && $0.allSatisfy { 1e-3...1e6 ~= $0 } }), cases > 0
    else {
      throw invalid("spacings, shapes and extents are three positive numbers each")
    }
  }

  /// What one case contributes.
  fileprivate struct Part: Sendable {
    var spacing: SIMD3<Double>
    var shape: SIMD3<Int>
    var relativeSize: Double
    var intensities: [[Float]]
    var volumes: [UInt16: Double]
    var table: LabelTable
  }

  /// Reads all cases; those that cannot be read or are empty are passed over, since ``TrainingCheck``
  /// names them.
  ///
  /// - Parameters:
  ///   - channels: the names of the cases' scans, in order.
  ///   - progress: is told the finished fraction.
  /// - Returns: nil where no case can be read.
  public init?(
    _ cases: [TrainingCase], channels: [String], workers: Workers = .all,
    progress: (Double) -> Void = { _ in }
  ) {
    var parts: [Part] = []
    // Reading keeps one thread busy: as many cases at a time as there are threads.
    for first in stride(from: 0, to: cases.count, by: workers.count) {
      let count = min(workers.count, cases.count - first)
      parts += workers.map(count) { index in
        try? Part(cases[first + index], channels: channels.count)
      }.compactMap(\.self)
      progress(Double(first + count) / Double(cases.count))
    }
    guard !parts.isEmpty else { return nil }
    func medians(_ value: (Part, Int) -> Double) -> [Double] {
      (0..<3).map { axis in Self.quantile(0.5, of: parts.map { value($0, axis) }) }
    }
    self.cases = parts.count
    medianSpacing = medians { $0.spacing[$1] }
    smallSpacing = (0..<3).map { axis in
      Self.quantile(0.1, of: parts.map { $0.spacing[axis] })
    }
    medianShape = medians { Double($0.shape[$1]) }
    medianExtent = medians { $0.spacing[$1] * Double($0.shape[$1]) }
    relativeSize = Self.quantile(0.5, of: parts.map(\.relativeSize))
    intensities = [:]
    for (index, name) in channels.enumerated() {
      let values = parts.flatMap { $0.intensities[index] }
      if !values.isEmpty { intensities[name] = Intensities(values) }
    }
    let values = Set(parts.flatMap(\.volumes.keys)).sorted()
    labels = values.map { value in
      let volumes = parts.compactMap { $0.volumes[value] }
      return Label(
        value: value, name: parts.lazy.compactMap { $0.table[value]?.name }.first,
        cases: volumes.count, medianVolume: Self.quantile(0.5, of: volumes))
    }
  }

  /// NumPy's default quantile.
  static func quantile(_ fraction: Double, of values: [Double]) -> Double {
    let sorted = values.sorted()
    let position = fraction * Double(sorted.count - 1)
    let low = Int(position)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (position - Double(low)) * (sorted[high] - sorted[low])
  }
}

extension DatasetFingerprint.Intensities {
  fileprivate init(_ values: [Float]) {
    let count = Double(values.count)
    let mean = values.reduce(0.0) { $0 + Double($1) } / count
    self.mean = mean
    deviation =
      (values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count).squareRoot()
    let quantiles = Quantiles(of: values)
    quantile005 = quantiles[0.005]
    median = quantiles[0.5]
    quantile995 = quantiles[0.995]
  }
}

extension DatasetFingerprint.Part {
  /// - Throws: where the case cannot be read or is empty.
  fileprivate init(_ source: TrainingCase, channels: Int) throws {
    let scans = try source.load(Workers(count: 1))
    var volumes = scans.scans
    if volumes.count == 1, channels > 1, let all = volumes[0] {
      volumes = try (0..<channels).map { try all.channel($0) }
    }
    let labels = scans.labels
    var mask = Mask(geometry: labels.geometry)
    var intensities: [[Float]] = []
    let foreground = labels.voxels.indices.filter {
      labels.voxels[$0] != 0 && labels.voxels[$0] != LabelledScans.ignored
    }
    for volume in volumes {
      guard let volume, volume.samples.count == labels.voxels.count else {
        intensities.append([])
        continue
      }
      for index in volume.samples.indices where volume.samples[index] != 0 {
        mask.voxels[index] = true
      }
      intensities.append(
        foreground.isEmpty
          ? []
          : (0..<DatasetFingerprint.samples).map { sample in
            let value = volume.samples[
              foreground[sample * foreground.count / DatasetFingerprint.samples]]
            return value.isFinite ? value : 0
          })
    }
    let upright = mask.reoriented(to: .ras)
    guard let box = upright.boundingBox else {
      throw SegmentationError.emptyMask("all voxels of the scans are zero")
    }
    self.intensities = intensities
    spacing = upright.geometry.spacing
    shape = box.size
    let part = box.size.x * box.size.y * box.size.z
    relativeSize = Double(part) / Double(upright.geometry.voxelCount)
    var counts: [UInt16: Int] = [:]
    for index in foreground { counts[labels.voxels[index], default: 0] += 1 }
    self.volumes = counts.mapValues { Double($0) * labels.geometry.voxelVolume / 1000 }
    table = labels.table
  }
}
