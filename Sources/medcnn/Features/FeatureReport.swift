import Radiomics
import VolumeIO
import Volumes

/// Features as a DICOM structured report, by IBSI's codes where their definitions are IBSI's.
struct FeatureReport {
  let convention: Convention
  let modality: String

  /// Writes a segmentation of the measured regions, `report-seg.dcm`, and the report that refers to it.
  ///
  /// - Throws: `VolumeIOError` for regions on another grid than the series', `CommandError` for regions
  ///   that overlap.
  func write(
    _ result: RegionMeasurer.Result, to path: String, output: DICOMOutput, messages: FeatureMessages
  ) throws {
    let labels = try FeatureReport.labels(result.regions, path)
    let object = try SegmentationObject.write(
      labels, to: FeatureReport.segmentationPath(path), output: output)
    var groups: [MeasurementReport.Group] = []
    var missing = 0
    for (index, row) in result.rows.enumerated() {
      guard let segment = object.segments.first(where: { Int($0.label.value) == index + 1 }) else {
        continue
      }
      var images: [String] = []
      for value in row.values where !images.contains(value.image) { images.append(value.image) }
      for image in images {
        let values = row.values.filter { $0.image == image }
        let measured = values.filter(\.feature.value.isFinite)
        missing += values.count - measured.count
        groups.append(
          MeasurementReport.Group(
            segment: segment, measurements: measured.map(measurement),
            method: image == "original" ? nil : FeatureReport.ownConcept(image)))
      }
    }
    if missing > 0 {
      messages.warn(["\(path): \(missing) features without a value are left out of the report"])
    }
    try MeasurementReport(of: object, groups: groups).write(to: path, output: output)
  }

  /// `a/report.dcm` refers to `a/report-seg.dcm`.
  static func segmentationPath(_ path: String) -> String {
    (path.lowercased().hasSuffix(".dcm") ? String(path.dropLast(4)) : path) + "-seg.dcm"
  }

  /// The regions by number, from 1.
  private static func labels(_ regions: [FeatureReader.Region], _ path: String) throws -> LabelMap {
    guard let grid = regions.first?.channels.first?.input.labels.geometry else {
      throw CommandError.unusable(path, reason: "there is no region to report")
    }
    var voxels = [UInt16](repeating: 0, count: grid.voxelCount)
    var entries: [LabelTable.Entry] = []
    for (index, region) in regions.enumerated() {
      let number = UInt16(index + 1)
      let own = region.channels[0].input.labels.voxels
      for place in own.indices where Int(own[place]) == region.label {
        guard voxels[place] == 0 else {
          throw CommandError.unusable(
            path, reason: "the regions overlap; report one at a time with --label")
        }
        voxels[place] = number
      }
      let part = region.habitat.map { " habitat \($0.number)" } ?? ""
      entries.append(
        .init(value: number, name: (region.name ?? "label \(region.maskLabel)") + part))
    }
    return try LabelMap(geometry: grid, voxels: voxels, table: LabelTable(entries))
  }

  private func measurement(_ value: Extraction.Value) -> MeasurementReport.Measurement {
    let family = FeatureClass(rawValue: value.family)
    let parts = value.feature.name.split(separator: "_", maxSplits: 1).map(String.init)
    let definition = family.flatMap { FeatureCatalogue.definition($0, parts[0]) }
    // PyRadiomics' kurtosis is not the excess that IBSI's code stands for.
    let isOther =
      convention == .pyradiomics && family == .firstOrder && parts[0] == "Kurtosis"
    let concept: CodedConcept =
      if let code = definition?.ibsiCode, !isOther {
        CodedConcept(code, "IBSI", "\(value.family)_\(parts[0])")
      } else {
        FeatureReport.ownConcept("\(value.family)_\(parts[0])")
      }
    return MeasurementReport.Measurement(
      concept, value.feature.value, unit: unit(family, parts[0]),
      method: parts.count > 1 ? FeatureReport.aggregations[parts[1]] : nil)
  }

  /// A concept of the program's own scheme, whose codes are digests of names.
  private static func ownConcept(_ name: String) -> CodedConcept {
    CodedConcept(
      String(SHA256.hexadecimal(of: name.utf8).prefix(12)), "99MEDCNN", String(name.prefix(64)))
  }

  private func unit(_ family: FeatureClass?, _ name: String) -> CodedConcept {
    func ucum(_ code: String, _ meaning: String) -> CodedConcept {
      CodedConcept(code, "UCUM", meaning)
    }
    let none = ucum("1", "no units")
    switch family {
    case .shape?, .shape2D?:
      switch name {
      case "MeshVolume", "VoxelVolume": return ucum("mm3", "cubic millimeter")
      case "SurfaceArea", "MeshSurface", "PixelSurface": return ucum("mm2", "square millimeter")
      case "SurfaceVolumeRatio", "PerimeterSurfaceRatio": return ucum("/mm", "per millimeter")
      case "Perimeter", "MajorAxisLength", "MinorAxisLength", "LeastAxisLength", "MaximumDiameter",
        "Maximum3DDiameter", "Maximum2DDiameterSlice", "Maximum2DDiameterColumn",
        "Maximum2DDiameterRow":
        return ucum("mm", "millimeter")
      default: return none
      }
    case .firstOrder? where modality == "CT":
      let own = [
        "10Percentile", "90Percentile", "InterquartileRange", "Maximum", "Mean",
        "MeanAbsoluteDeviation", "Median", "MedianAbsoluteDeviation", "Minimum", "Range",
        "RobustMeanAbsoluteDeviation", "RootMeanSquared", "StandardDeviation",
      ]
      return own.contains(name) ? ucum("[hnsf'U]", "Hounsfield unit") : none
    default: return none
    }
  }

  /// How texture matrices were put together, by what columns end in.
  private static let aggregations: [String: CodedConcept] = [
    "2D_avg": ("BTW3", "2D, averaged over slices and directions"),
    "2D_comb": ("SUJT", "2D, averaged over slices, directions merged"),
    "2_5D_avg": ("JJUI", "2.5D, averaged over directions, slices merged"),
    "2_5D_comb": ("ZW7Z", "2.5D, slices and directions merged"),
    "3D_avg": ("ITBB", "3D, averaged over directions"),
    "3D_comb": ("IAZD", "3D, directions merged"), "2D": ("8QNN", "2D, averaged over slices"),
    "2_5D": ("62GR", "2.5D, slices merged"), "3D": ("KOBO", "3D"),
  ].mapValues { CodedConcept($0.0, "IBSI", $0.1) }
}
