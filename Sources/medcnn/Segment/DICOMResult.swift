import ArgumentParser
import Segmentation
import VolumeIO
import Volumes

/// The kinds of DICOM object that a segmentation is written as.
enum DICOMResultKind: String, ExpressibleByArgument, CaseIterable {
  case segmentation = "dicom-seg"
  case structureSet = "rtstruct"
}

/// Writing a segmentation as DICOM.
struct DICOMResult {
  let kind: DICOMResultKind
  let output: DICOMOutput
  let model: Model

  /// Writes the labels, and with a name for it a report of their volumes.
  func write(_ result: Segmentation, to path: String, report: String?) throws {
    switch kind {
    case .segmentation:
      let object = try SegmentationObject.write(result.labels, to: path, output: output)
      if let report { try writeReport(result, object, to: report) }
    case .structureSet:
      try StructureSetObject.write(
        result.labels, margins: result.margins(model.output), to: path, output: output)
    }
  }

  /// Writes the probability of each label.
  func writeProbabilities(_ probabilities: Volume, _ labels: LabelTable, to path: String) throws {
    let channels = model.output.values.indices.filter { model.output.values[$0] > 0 }
    let volume = try Volume(stacking: channels.map { try probabilities.channel($0) })
    let entries = channels.map { channel in
      let value = model.output.values[channel]
      return labels[value] ?? LabelTable.Entry(value: value, name: labels.name(of: value))
    }
    try SegmentationObject.write(
      probabilities: volume, labels: entries, to: path, output: output)
  }

  private func writeReport(
    _ result: Segmentation, _ object: SegmentationObject, to path: String
  ) throws {
    let groups = object.segments.map { segment in
      let count = result.counts.first { $0.label == segment.label.value }
      return MeasurementReport.Group(
        segment: segment,
        measurements: [
          MeasurementReport.Measurement(
            CodedConcept("YEKZ", "IBSI", "Volume from Voxel Summation"),
            count?.millilitres ?? 0, unit: CodedConcept("ml", "UCUM", "ml"))
        ])
    }
    try MeasurementReport(of: object, groups: groups).write(to: path, output: output)
  }
}
