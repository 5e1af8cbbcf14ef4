import ArgumentParser
import VolumeIO
import Volumes

/// The kinds of DICOM object that images are converted to.
enum DICOMKind: String, ExpressibleByArgument, CaseIterable {
  case segmentation = "dicom-seg"
  case structureSet = "rtstruct"
  case series = "dicom"
}

/// Writing an image as a DICOM object.
struct DICOMConversion {
  let kind: DICOMKind
  let output: DICOMOutput

  /// Writes a label map.
  func write(_ labels: LabelMap, to path: String) throws {
    switch kind {
    case .segmentation: try SegmentationObject.write(labels, to: path, output: output)
    case .structureSet: try StructureSetObject.write(labels, to: path, output: output)
    case .series:
      try ImageSeriesObject.write(
        try Volume(geometry: labels.geometry, samples: labels.voxels.map { Float($0) }), to: path,
        output: output)
    }
  }

  /// Writes intensities, or probabilities where the object is a segmentation.
  func write(_ volume: Volume, to path: String) throws {
    switch kind {
    case .segmentation:
      let labels = (1...UInt16(clamping: volume.channels)).map {
        LabelTable.Entry(value: $0, name: "label \($0)")
      }
      try SegmentationObject.write(
        probabilities: volume, labels: labels, to: path, output: output)
    case .structureSet:
      guard volume.channels == 1 else {
        throw CommandError.severalChannels(path, count: volume.channels)
      }
      let margin = try Volume(geometry: volume.geometry, samples: volume.samples.map { $0 - 0.5 })
      let labels = try LabelMap(
        geometry: volume.geometry, voxels: margin.samples.map { $0 > 0 ? 1 : 0 })
      try StructureSetObject.write(labels, margins: [1: margin], to: path, output: output)
    case .series:
      try ImageSeriesObject.write(volume, to: path, output: output)
    }
  }

  /// Whether an image holds labels, as far as its samples tell.
  static func holdsLabels(_ image: ImageFile) -> Bool {
    image.volume.channels == 1
      && (image.header.storedType.isInteger
        || image.volume.samples.allSatisfy { UInt16(exactly: $0) != nil })
  }
}
