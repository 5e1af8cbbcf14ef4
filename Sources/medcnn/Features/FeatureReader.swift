import Parallel
import Radiomics
import VolumeIO
import Volumes

/// Reads scans and the regions of their masks.
struct FeatureReader: Sendable {
  /// A region of a scan that is to be measured.
  struct Region: Sendable {
    let input: ExtractionInput
    /// Its label in the mask.
    let label: Int
    /// Its name, where the mask has one.
    let name: String?
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
  let console: Console

  /// The regions of a pair of files.
  ///
  /// - Parameters:
  ///   - channel: of a scan with several, counted from 1.
  ///   - layer: of a mask with several, counted from 0.
  ///   - label: that of ``Choice/standard``.
  func regions(
    scan path: String, mask maskPath: String, _ choice: Choice, label: Int, channel: Int?,
    layer: Int, workers: Workers
  ) throws -> [Region] {
    let read = try workers.map(2) { index in
      index == 0
        ? try ImageOrMask.read(path, dicom: dicom, workers: workers)
        : try ImageOrMask.read(maskPath, prefersMasks: true, workers: workers)
    }
    guard case .image(let scan) = read[0] else {
      throw CommandError.unusable(path, reason: "it holds masks, not a scan")
    }
    console.warn(scan.header.warnings)
    let volume = try chosen(channel, of: scan)
    let type = FeatureReader.storedType(scan.header)
    switch read[1] {
    case .image(let image):
      console.warn(image.header.warnings)
      let labels = try labelMap(image, layer: layer)
      return try numbers(choice, label: label, in: labels, of: maskPath).map { number in
        Region(
          input: ExtractionInput(scan: volume, storedType: type, labels: labels), label: number,
          name: labels.table[UInt16(number)]?.name)
      }
    case .mask(let mask, let warnings):
      console.warn(warnings)
      let segments = try mask.segments(masks, on: volume.geometry, workers: workers)
      console.warn(segments.warnings.map { "\(maskPath): \($0)" })
      return try FeatureReader.chosen(choice, of: segments).map { segment in
        Region(
          input: ExtractionInput(
            scan: volume, storedType: type, labels: segments.layers[segment.layer]),
          label: Int(segment.label), name: segment.name)
      }
    }
  }

  private func chosen(_ channel: Int?, of scan: ImageFile) throws -> Volume {
    guard scan.volume.channels > 1 else { return scan.volume }
    guard let channel else {
      throw CommandError.severalChannels(scan.header.path, count: scan.volume.channels)
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
      console.note(
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
    case .labels(let wanted) where wanted.allSatisfy({ Int($0) != nil }):
      return wanted.compactMap { Int($0) }
    case .labels(let wanted):
      return try wanted.map { text in
        let named = map.table.entries.first { $0.name.lowercased() == text.lowercased() }
        guard let number = Int(text) ?? named.map({ Int($0.value) }) else {
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
        console.note("\(path): measuring label \(labels[0]), the only one")
        return [Int(labels[0])]
      }
      if labels.count > 1 {
        console.note(
          "\(path): measuring label \(label) of \(labels.prefix(20).map(String.init).joined(separator: ", ")); "
            + "--label all measures each")
      }
      return [label]
    }
  }

  private static func chosen(
    _ choice: Choice, of segments: SegmentSet
  ) throws -> [SegmentSet.Segment] {
    guard case .labels(let wanted) = choice else { return segments.segments }
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
