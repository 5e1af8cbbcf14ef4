import Foundation

/// What can be chosen in a DICOM folder.
private protocol FolderEntry {
  var label: String { get }
  var uid: String { get }
  var number: Int? { get }
  var description: String { get }
  var modality: String { get }
}

extension DICOMSeries: FolderEntry {}
extension MaskFile: FolderEntry {}

extension DICOMFolder.Choice: FolderEntry {
  private var entry: any FolderEntry {
    switch self {
    case .series(let series): series
    case .mask(let mask): mask
    }
  }

  var label: String { entry.label }
  var uid: String { entry.uid }
  var number: Int? { entry.number }
  var description: String { entry.description }
  var modality: String { entry.modality }
}

extension DICOMFolder {
  /// What a path to a folder leads to.
  enum Choice: Sendable {
    case series(DICOMSeries)
    case mask(MaskFile)
  }

  /// The only volume or mask, or the one that the options name.
  ///
  /// - Parameter prefersMasks: whether masks are wanted where there are images, too.
  /// - Throws: ``VolumeIOError/unsupported(path:found:remedy:)`` where none or several fit.
  func choice(
    _ options: DICOMOptions, prefersMasks: Bool
  ) throws(VolumeIOError) -> Choice {
    if let wanted = options.series {
      let (images, masks) = (series.map(Choice.series), masks.map(Choice.mask))
      return try named(wanted, prefersMasks ? [masks, images] : [images, masks])
    }
    guard !masks.isEmpty, prefersMasks || !series.contains(where: \.isVolume) else {
      return .series(try chosen(options))
    }
    guard masks.count == 1 else {
      throw .unsupported(
        path: path,
        found: "\(masks.count) segmentations or structure sets: \(DICOMFolder.list(masks))",
        remedy: "choose one as '\(path)#NUMBER'; \"medcnn info\" lists them")
    }
    return .mask(masks[0])
  }

  /// The only volume, or the one that the options name.
  ///
  /// - Throws: ``VolumeIOError/unsupported(path:found:remedy:)`` where none or several fit.
  public func chosen(_ options: DICOMOptions) throws(VolumeIOError) -> DICOMSeries {
    if let wanted = options.series {
      return try named(wanted, [series])
    }
    let volumes = series.filter(\.isVolume)
    guard volumes.count == 1 else {
      if volumes.isEmpty {
        throw .unsupported(
          path: path, found: series.first?.problem ?? "a folder without DICOM images",
          remedy: "name CT, MR or PET images with their place in the patient")
      }
      throw .unsupported(
        path: path, found: "\(volumes.count) series: \(DICOMFolder.list(volumes))",
        remedy: "choose one as '\(path)#NUMBER' or with --series; \"medcnn info\" lists them")
    }
    return volumes[0]
  }

  /// The entry of a name: by its label, its UID, its number, its description or a pattern of that;
  /// of the first kind that has one.
  private func named<Entry: FolderEntry>(
    _ wanted: String, _ kinds: [[Entry]]
  ) throws(VolumeIOError) -> Entry {
    let pattern = wanted.lowercased()
    let tests: [(Entry) -> Bool] = [
      { $0.label == wanted }, { $0.uid == wanted }, { $0.number.map(String.init) == wanted },
      { $0.description.lowercased() == pattern },
      { fnmatch(pattern, $0.description.lowercased(), 0) == 0 },
    ]
    for test in tests {
      for entries in kinds {
        let found = entries.filter(test)
        if found.count == 1 { return found[0] }
        if found.count > 1 {
          throw .unsupported(
            path: path,
            found: "\(found.count) series for '\(wanted)': \(DICOMFolder.list(found))",
            remedy: "choose one by its number in this list")
        }
      }
    }
    throw .unsupported(
      path: path, found: "no series '\(wanted)' among \(DICOMFolder.list(Array(kinds.joined())))",
      remedy: "choose one by its number in this list, its UID or its description")
  }

  /// A few entries in a sentence.
  private static func list(_ entries: [any FolderEntry]) -> String {
    let names = entries.prefix(8).map { entry in
      entry.description.isEmpty
        ? "\(entry.label) (\(entry.modality))"
        : "\(entry.label) (\(entry.modality), \(entry.description))"
    }
    return names.joined(separator: ", ") + (entries.count > 8 ? ", ..." : "")
  }
}
