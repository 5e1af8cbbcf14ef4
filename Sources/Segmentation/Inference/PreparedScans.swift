internal import Parallel
internal import Volumes

/// Scans brought to one grid, cleaned, masked and normalised: what a network is fed.
struct PreparedScans {
  /// The grid of the first scan, on which results are given.
  let original: Geometry
  /// The mask on the original grid.
  let originalMask: Mask
  /// The channels on the network's grid: reordered and resampled as the model asks; 0 where the scan is
  /// absent.
  let channels: [Volume]
  /// The numbers of the channels that have a scan.
  let present: [Int]
  /// The mask on the network's grid.
  let mask: Mask
  /// What the user should know.
  let warnings: [String]

  /// - Parameters:
  ///   - volumes: one scan for each channel of the model, nil for one that was not made, or one with
  ///     all channels.
  ///   - givenMask: the brain; the voxels that are not zero in some channel where nil.
  init(
    _ volumes: [Volume?], mask givenMask: Mask?, model: Model, workers: Workers
  ) throws {
    let scans = try PreparedScans.split(volumes, for: model)
    let present = scans.indices.filter { scans[$0] != nil }
    // From here on those that there are.
    var channels = scans.compactMap(\.self)
    let original = channels[0].geometry
    var warnings: [String] = []
    for index in channels.indices {
      let name = model.channels[present[index]].name
      if let warning = channels[index].zeroNonFinite() {
        warnings.append("\(name): \(warning)")
      }
      if model.preprocessing.masksScans, let value = channels[index].zeroBackground() {
        warnings.append("\(name): \(value), the value of the corners, counts as background, 0")
      }
      guard !channels[index].geometry.matches(original) else { continue }
      let resampled = channels[index].resampled(to: original, by: .linear, workers: workers)
      guard resampled.samples.contains(where: { $0 != 0 }) else {
        throw SegmentationError.channels(
          found: "\(name) on \(channels[index].geometry), which shares no voxel that is not zero "
            + "with \(model.channels[present[0]].name) on \(original)",
          expected: "scans of one patient in the same place",
          remedy: "register them first")
      }
      warnings.append(
        "\(name) was resampled from \(channels[index].geometry) to the grid of "
          + "\(model.channels[present[0]].name), \(original)")
      channels[index] = resampled
    }
    var mask = try PreparedScans.mask(
      givenMask, channels, warnings: &warnings, workers: workers)
    if givenMask == nil, let warning = PreparedScans.skullWarning(mask, model) {
      warnings.append(warning)
    }
    self.original = original
    self.warnings = warnings
    originalMask = mask

    if model.preprocessing.axes == .ras {
      channels = channels.map { $0.reoriented(to: .ras) }
      mask = mask.reoriented(to: .ras)
    }
    // As nnU-Net does it: first normalised, then resampled, so that the background stays 0.
    let (raw, region) = (channels, mask.voxels)
    channels = try workers.map(channels.count) { index in
      var channel = raw[index]
      if model.preprocessing.masksScans { channel = channel.masked(by: region) }
      let description = model.channels[present[index]]
      try description.normalization.apply(
        to: &channel.samples, mask: region, channel: description.name)
      return channel
    }
    if let spacing = model.preprocessing.spacing.map({ SIMD3($0) }),
      !PreparedScans.isClose(spacing, mask.geometry.spacing)
    {
      let grid = try mask.geometry.resampled(spacing: spacing)
      channels = channels.map { $0.resampled(to: grid, by: .cubic, workers: workers) }
      mask = mask.resampled(to: grid, workers: workers)
      guard !mask.isEmpty else {
        throw SegmentationError.emptyMask(
          "the mask has no voxel left at the model's spacing of \(spacing.x) x \(spacing.y) x "
            + "\(spacing.z) mm; check the mask and the scans' spacing")
      }
    }
    self.mask = mask
    self.present = present
    var all = scans.map { _ in Volume(geometry: mask.geometry) }
    for (index, channel) in zip(present, channels) { all[index] = channel }
    self.channels = all
  }

  /// One volume for each channel of the model, nil where there is none; there is at least one.
  private static func split(_ volumes: [Volume?], for model: Model) throws -> [Volume?] {
    let names = model.channels.map(\.name)
    let isAnySubset = model.channels.contains(where: \.isOptional)
    let expected =
      "\(names.count) (\(names.joined(separator: ", "))"
      + (isAnySubset ? ", of which some may be absent)" : ")")
    if volumes.count == 1, let only = volumes[0], only.channels == names.count {
      return try names.indices.map { try only.channel($0) }
    }
    for (index, volume) in volumes.enumerated() {
      guard let volume, volume.channels != 1 else { continue }
      throw SegmentationError.channels(
        found: "\(volume.channels) channels in scan \(index + 1)", expected: expected,
        remedy: volumes.count == 1
          ? "give a file with all of them, or one file each"
          : "give one file with all of them, or one file of one channel each")
    }
    guard volumes.count == names.count else {
      throw SegmentationError.channels(
        found: volumes.count == 1 ? "1 scan" : "\(volumes.count) scans", expected: expected,
        remedy: "give "
          + names.map { "--\($0.lowercased()) FILE" }.joined(separator: " "))
    }
    let missing = names.indices.filter { volumes[$0] == nil && !model.channels[$0].isOptional }
    guard missing.isEmpty, volumes.contains(where: { $0 != nil }) else {
      let given = names.indices.filter { volumes[$0] != nil }.map { names[$0] }
      throw SegmentationError.channels(
        found: given.isEmpty ? "no scan" : given.joined(separator: ", "), expected: expected,
        remedy: "give "
          + (missing.isEmpty ? Array(names.indices) : missing)
          .map { "--\(names[$0].lowercased()) FILE" }
          .joined(separator: missing.isEmpty ? " or " : " "))
    }
    return volumes
  }

  private static func mask(
    _ given: Mask?, _ channels: [Volume], warnings: inout [String], workers: Workers
  ) throws -> Mask {
    let grid = channels[0].geometry
    if let given {
      var mask = given
      if given.geometry.matches(grid) {
        mask = try Mask(geometry: grid, voxels: given.voxels)
      } else {
        mask = given.resampled(to: grid, workers: workers)
        warnings.append("the mask was resampled from \(given.geometry) to \(grid)")
      }
      guard !mask.isEmpty else {
        throw SegmentationError.emptyMask(
          given.isEmpty
            ? "the mask is empty; give one that covers the brain, or none"
            : "the mask lies outside of the scans; check its orientation and origin")
      }
      return mask
    }
    var voxels = [Bool](repeating: false, count: grid.voxelCount)
    voxels.withUnsafeMutableBufferPointer { voxels in
      for channel in channels {
        channel.samples.withUnsafeBufferPointer { samples in
          for index in samples.indices where samples[index] != 0 { voxels[index] = true }
        }
      }
    }
    let mask = try Mask(geometry: grid, voxels: voxels)
    guard !mask.isEmpty else {
      throw SegmentationError.emptyMask("all voxels of the scans are zero; check the files")
    }
    return mask
  }

  /// A head with its skull and air's noise has hardly a zero voxel.
  private static func skullWarning(_ mask: Mask, _ model: Model) -> String? {
    let fraction = Double(mask.count) / Double(mask.geometry.voxelCount)
    let needsBrain = model.channels.contains { $0.normalization.dependsOnBackground }
    guard needsBrain, fraction > 0.95 else { return nil }
    return "\(Int((fraction * 100).rounded())) % of the voxels are not zero, but the model expects "
      + "a brain on a background of zeros; remove the skull first, or give --mask"
  }

  private static func isClose(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Bool {
    (0..<3).allSatisfy { abs(a[$0] - b[$0]) <= 1e-3 * b[$0] }
  }
}

extension Normalization {
  /// Whether zeros are taken as background.
  fileprivate var dependsOnBackground: Bool {
    switch self {
    case .none, .dataset: false
    case .zScore(let region, _, _, _, _), .quantiles(let region, _, _, _): region != .image
    }
  }
}

extension Volume {
  /// 0 outside of a mask.
  fileprivate func masked(by mask: [Bool]) -> Volume {
    var result = self
    result.samples.withUnsafeMutableBufferPointer { samples in
      for index in samples.indices where !mask[index] { samples[index] = 0 }
    }
    return result
  }

  /// Sets what is NaN or infinite to 0, and says how much that was.
  fileprivate mutating func zeroNonFinite() -> String? {
    // Read first: writing copies samples that others hold too.
    let count = samples.withUnsafeBufferPointer { samples in
      var count = 0
      for sample in samples { count &+= sample.isFinite ? 0 : 1 }
      return count
    }
    if count > 0 {
      samples.withUnsafeMutableBufferPointer { samples in
        for index in samples.indices where !samples[index].isFinite { samples[index] = 0 }
      }
    }
    return count == 0 ? nil : "\(count) voxels that are NaN or infinite count as background, 0"
  }
}
