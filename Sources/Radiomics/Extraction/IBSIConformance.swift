public import Parallel
import Foundation
import VolumeIO
import Volumes

/// Computed values beside IBSI's reference values.
public struct IBSIConformance: Sendable {
  /// One reference value.
  public struct Row: Sendable {
    /// The name in IBSI's tables.
    public let tag: String
    /// The value that was computed; nil where it is not computed.
    public let value: Double?
    /// The reference value; nil where IBSI has none.
    public let reference: Double?
    /// By how much values may differ from it.
    public let tolerance: Double?

    /// Whether the value, rounded as the reference value is, is within the tolerance.
    public var passes: Bool {
      guard let reference, let tolerance else { return true }
      guard let value, value.isFinite else { return false }
      // Reference values have three digits.
      let digit = reference == 0 ? 1e-3 : pow(10, floor(log10(abs(reference))) - 2)
      return abs(value - reference) <= tolerance + 0.501 * digit
    }
  }

  /// What was measured: `digital phantom`, `configuration A`.
  public let title: String
  /// The rows in the order of the reference values.
  public let rows: [Row]

  /// Measures a phantom of a folder with IBSI's data sets for radiomics (`ibsi_1_digital_phantom`,
  /// `ibsi_1_ct_radiomics_phantom` or `digital_phantom`, `ct_phantom`, and `reference_values`).
  ///
  /// - Parameter configuration: of the CT phantom, or nil for the digital phantom.
  /// - Throws: `VolumeIOError` for files that are missing, ``RadiomicsError``.
  public init(
    folder: String, configuration: IBSIConfiguration.Reference?, workers: Workers = .all
  ) throws {
    let phantom = configuration == nil ? "digital_phantom" : "ct_phantom"
    let scan = try ImageFile.read(
      "\(folder)/\(phantom)/nifti/image/phantom.nii.gz", workers: workers)
    let labels = try ImageFile.readLabelMap(
      "\(folder)/\(phantom)/nifti/mask/mask.nii.gz", workers: workers)
    var settings = IBSIConfiguration(.levels)
    if let configuration { settings = IBSIConfiguration(configuration) }
    if configuration == nil { settings.aggregations = Aggregation.allCases }
    let extraction = try IBSIExtraction(
      ExtractionInput(
        scan: scan.volume, storedType: scan.header.storedType, labels: labels),
      label: 1, settings, workers: workers)
    var values: [String: Double] = [:]
    for value in extraction.values {
      if let tag = value.tag { values[tag] = value.feature.value }
    }
    for (tag, value) in extraction.prepared.diagnostics { values[tag] = value }

    let name =
      configuration.map { "ibsi_1_chest_config_\($0.rawValue.lowercased())" }
      ?? "ibsi_1_dig_phantom"
    let path = "\(folder)/reference_values/\(name).csv"
    let table: String
    do {
      table = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw VolumeIOError.unreadable(path: path, reason: error.localizedDescription)
    }
    title = configuration.map { "Configuration \($0.rawValue)" } ?? "Digital phantom"
    rows = table.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
      let fields = line.split(separator: ";", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard fields.count == 3, !fields[2].isEmpty else { return nil }
      return Row(
        tag: fields[2], value: values[fields[2]], reference: Double(fields[0]),
        tolerance: Double(fields[1]))
    }
  }
}

extension IBSIRegion {
  /// What IBSI's tables say of images and masks, by tag.
  var diagnostics: [(String, Double)] {
    var found: [(String, Double)] = []
    let axes = ["x", "y", "z"]
    for (stage, suffix) in [(initial, "init_img"), (interpolated, "interp_img")] {
      let geometry = stage.image.geometry
      for axis in 0..<3 {
        found.append(("img_dim_\(axes[axis])_\(suffix)", Double(geometry.size[axis])))
        found.append(("vox_dim_\(axes[axis])_\(suffix)", geometry.spacing[axis]))
      }
      let whole = Moments(
        stage.image.intensities, [Bool](repeating: true, count: geometry.voxelCount))
      found.append(("mean_int_\(suffix)", whole.mean))
      found.append(("min_int_\(suffix)", whole.minimum))
      found.append(("max_int_\(suffix)", whole.maximum))
    }
    let stages = [(initial, "init_roi"), (interpolated, "interp_roi"), (resegmented, "reseg_roi")]
    for (stage, suffix) in stages {
      let size = stage.image.geometry.size
      for (mask, name) in [(stage.mask, "int_mask"), (stage.shape, "morph_mask")] {
        let box = mask.box(in: size)?.size ?? .zero
        for axis in 0..<3 {
          found.append(("\(name)_dim_\(axes[axis])_\(suffix)", Double(size[axis])))
          found.append(("\(name)_bb_dim_\(axes[axis])_\(suffix)", Double(box[axis])))
        }
        let moments = Moments(stage.image.intensities, mask)
        found.append(("\(name)_vox_count_\(suffix)", Double(moments.count)))
        found.append(("\(name)_mean_int_\(suffix)", moments.mean))
        found.append(("\(name)_min_int_\(suffix)", moments.minimum))
        found.append(("\(name)_max_int_\(suffix)", moments.maximum))
      }
    }
    return found
  }
}
