public import Volumes

/// A synthesised case: co-registered scans and what is truly there.
public struct BrainCase: Sendable {
  /// The scans, one channel a volume, in the order of ``modalities``; all on one grid.
  ///
  /// Positive, in units that differ from scan to scan. Where the skull is stripped off, 0 outside of
  /// the brain and at least 1 inside.
  public let channels: [Volume]
  /// What each channel is.
  public let modalities: [BrainModality]
  /// The lesions: 1 necrotic core, 2 oedema, 3 non-enhancing tumour, 4 enhancing tumour (as in
  /// BraTS 2013), 5 plaque of multiple sclerosis, 6 infarct. ``lesion`` has all of them.
  public let labels: LabelMap
  /// What tissue is there, or was before the lesion: 1 cerebrospinal fluid, 2 cortex, 3 deep grey
  /// matter, 4 white matter, 5 vessels; with a skull also 6 bone, 7 fat, 8 muscle and skin. 0 is air
  /// and, without skull, all that is outside of the brain.
  public let tissues: LabelMap
  /// What the patient suffers from.
  public let pathology: Pathology
  /// Whether the head around the brain is there.
  public let hasSkull: Bool
  /// Whether contrasts were drawn at random.
  public let hasRandomContrast: Bool

  /// The names and colours of ``labels``.
  public static let labelTable = LabelTable([
    .init(value: 1, name: "necrotic core", color: [213, 94, 0]),
    .init(value: 2, name: "oedema", color: [86, 180, 233]),
    .init(value: 3, name: "non-enhancing tumour", color: [0, 114, 178]),
    .init(value: 4, name: "enhancing tumour", color: [240, 228, 66]),
    .init(value: 5, name: "multiple sclerosis plaque", color: [204, 121, 167]),
    .init(value: 6, name: "infarct", color: [0, 158, 115]),
  ])

  /// The names and colours of ``tissues``.
  public static let tissueTable = LabelTable([
    .init(value: 1, name: "cerebrospinal fluid", color: [86, 180, 233]),
    .init(value: 2, name: "cortex", color: [150, 150, 150]),
    .init(value: 3, name: "deep grey matter", color: [110, 110, 140]),
    .init(value: 4, name: "white matter", color: [240, 240, 240]),
    .init(value: 5, name: "vessel", color: [213, 94, 0]),
    .init(value: 6, name: "bone", color: [222, 203, 164]),
    .init(value: 7, name: "fat", color: [240, 228, 66]),
    .init(value: 8, name: "muscle and skin", color: [204, 121, 167]),
  ])

  /// All lesions as one label, 1.
  public var lesion: LabelMap {
    var map = labels
    map.voxels = labels.voxels.map { $0 == 0 ? 0 : 1 }
    map.table = LabelTable([.init(value: 1, name: "lesion", color: [213, 94, 0])])
    return map
  }
}
