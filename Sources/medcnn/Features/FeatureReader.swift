import Parallel
import Radiomics
import VolumeIO
import Volumes

/// Reads scans and the regions of their masks.
struct FeatureReader: Sendable {
  /// A region of a scan that is to be measured.
  struct Region: Sendable {
    /// The channels of the scan, by the names that their columns begin with.
    let channels: [(name: String?, input: ExtractionInput)]
    /// Its label in ``channels``.
    let label: Int
    /// Its label in the mask that was read.
    let maskLabel: Int
    /// Its name, where the mask has one.
    let name: String?
    /// Which part of the mask's region it is, where that is divided.
    var habitat: Habitat?
  }

  /// A part of a region.
  struct Habitat: Sendable {
    /// From 1.
    let number: Int
    /// The fraction of the region's voxels.
    let fraction: Double
  }

  /// Which regions of a mask are wanted.
  enum Choice: Sendable {
    /// The label that the settings name, or the only one.
    case standard
    case all
    /// Labels by number or name.
    case labels([String])
  }

  let dicom: DICOMOptions
  /// The segments of DICOM masks, and the threshold of probabilities.
  let masks: MaskOptions
  let messages: FeatureMessages

  /// The regions of a case.
  ///
  /// - Parameters:
  ///   - layer: of a mask with several, counted from 0.
  ///   - label: that of ``Choice/standard``.
  func regions(
    of source: CaseSource, _ choice: Choice, label: Int, layer: Int, workers: Workers
  ) throws -> [Region] {
    let paths = source.scanPaths
    let read = try workers.map(paths.count + 1) { index in
      index < paths.count
        ? try ImageOrMask.read(paths[index], dicom: dicom, workers: workers)
        : try ImageOrMask.read(source.mask, prefersMasks: true, workers: workers)
    }
    let files = Dictionary(uniqueKeysWithValues: zip(paths, read))
    let scans = try source.scans.map { scan in
      guard case .image(let image) = files[scan.path] else {
        throw CommandError.unusable(scan.path, reason: "it holds masks, not a scan")
      }
      return (
        name: scan.name, volume: try chosen(scan.channel, of: image),
        type: FeatureReader.storedType(image.header)
      )
    }
    for case .image(let image) in read { messages.warn(image.header.warnings) }
    func channels(_ labels: LabelMap) -> [(name: String?, input: ExtractionInput)] {
      scans.map {
        ($0.name, ExtractionInput(scan: $0.volume, storedType: $0.type, labels: labels))
      }
    }
    switch read[paths.count] {
    case .image(let image):
      let labels = try labelMap(image, layer: layer)
      return try numbers(choice, label: label, in: labels, of: source.mask).map { number in
        Region(
          channels: channels(labels), label: number, maskLabel: number,
          name: labels.table[UInt16(number)]?.name)
      }
    case .mask(let mask, let warnings):
      messages.warn(warnings)
      let segments = try mask.segments(masks, on: scans[0].volume.geometry, workers: workers)
      messages.warn(segments.warnings.map { "\(source.mask): \($0)" })
      return try chosen(choice, of: segments).map { segment in
        Region(
          channels: channels(segments.layers[segment.layer]), label: Int(segment.label),
          maskLabel: Int(segment.label), name: segment.name)
      }
    }
  }

  private func chosen(_ channel: Int?, of scan: ImageFile) throws -> Volume {
    let count = scan.volume.channels
    guard count > 1 else { return scan.volume }
    guard let channel else { throw CommandError.severalChannels(scan.header.path, count: count) }
    guard channel <= count else {
      throw CommandError.unusable(
        scan.header.path, reason: "no channel \(channel); it has \(count)")
    }
    return try scan.volume.channel(channel - 1)
  }

  /// The labels of a layer; fractions are probabilities.
  private func labelMap(_ image: ImageFile, layer: Int) throws -> LabelMap {
    let channels = image.volume.channels
    guard layer < channels else {
      throw RadiomicsError.invalidSetting(
        name: "label_channel", found: "\(layer)", expected: "0 to \(channels - 1)")
    }
    let volume = channels == 1 ? image.volume : try image.volume.channel(layer)
    let isProbability =
      !image.header.storedType.isInteger && volume.samples.allSatisfy { 0...1 ~= $0 }
    if isProbability, volume.samples.contains(where: { $0 > 0 && $0 < 1 }) {
      let threshold = Float(masks.threshold)
      messages.console.note(
        "\(image.header.path): probabilities; the region is where they are \(masks.threshold.short) "
          + "or more (--threshold)")
      return try LabelMap(
        geometry: volume.geometry, voxels: volume.samples.map { $0 >= threshold ? 1 : 0 })
    }
    if channels == 1 { return try image.labelMap() }
    return try image.labelMaps()[layer]
  }

  /// The labels that are wanted of a label map.
  private func numbers(
    _ choice: Choice, label: Int, in map: LabelMap, of path: String
  ) throws -> [Int] {
    switch choice {
    case .labels(let wanted):
      return try wanted.map { text in
        let named = map.table.entries.first { $0.name.lowercased() == text.lowercased() }
        let number = Int(text) ?? named.map { Int($0.value) }
        guard let number, 1...Int(UInt16.max) ~= number else {
          let names = map.table.entries.map { "\($0.value) (\($0.name))" }.joined(separator: ", ")
          throw CommandError.unusable(
            path, reason: "no label \"\(text)\"; it names \(names.isEmpty ? "none" : names)")
        }
        return number
      }
    case .all:
      let labels = map.labels
      guard !labels.isEmpty else { throw CommandError.unusable(path, reason: "the mask is empty") }
      return labels.map(Int.init)
    case .standard:
      let labels = map.labels
      if labels.count == 1, Int(labels[0]) != label {
        messages.console.note("\(path): measuring label \(labels[0]), the only one")
        return [Int(labels[0])]
      }
      if labels.count > 1 {
        messages.console.note(
          "\(path): measuring label \(label) of \(labels.prefix(20).map(String.init).joined(separator: ", ")); "
            + "--label all measures each")
      }
      return [label]
    }
  }

  private func chosen(
    _ choice: Choice, of segments: SegmentSet
  ) throws -> [SegmentSet.Segment] {
    guard case .labels(let wanted) = choice else {
      // Small or distant ones may have no voxel on the scan's grid.
      let empty = segments.segments.filter { $0.voxels == 0 }
      messages.warn(empty.map { "\(segments.path): region \($0.name) has no voxel of the scan" })
      guard empty.count < segments.segments.count else {
        throw CommandError.unusable(segments.path, reason: "no region has a voxel of the scan")
      }
      return segments.segments.filter { $0.voxels > 0 }
    }
    return try wanted.map { text in
      let found = segments.segments.first {
        Int(text) == Int($0.label) || $0.name.lowercased() == text.lowercased()
      }
      guard let found else {
        let names = segments.segments.map { "\($0.label) (\($0.name))" }.joined(separator: ", ")
        throw CommandError.unusable(segments.path, reason: "no region \"\(text)\"; it has \(names)")
      }
      return found
    }
  }

  /// The type in which SimpleITK would hold a scan: whole numbers times whole numbers stay whole.
  private static func storedType(_ header: ImageHeader) -> StoredType {
    guard header.slope != 1 || header.intercept != 0 else { return header.storedType }
    guard header.storedType.isInteger else { return header.storedType }
    let isWhole =
      header.slope.rounded() == header.slope
      && header.intercept.rounded() == header.intercept
    return header.format == .dicom ? (isWhole ? .int32 : .float64) : .float32
  }
}
