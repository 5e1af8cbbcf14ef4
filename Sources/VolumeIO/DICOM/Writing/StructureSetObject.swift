import Foundation
public import Volumes

/// Writing segmentations as contours: RTSTRUCT (PS3.3 A.19).
public enum StructureSetObject {
  /// Writes each label of the table or that occurs as a region of closed planar contours, one set a
  /// slice of the reference series. The voxels whose centres the contours contain, counted by
  /// exclusive or, are those of the label.
  ///
  /// - Parameters:
  ///   - labels: on the grid of the reference series, in any order of axes.
  ///   - margins: how far inside of a label voxels are, of labels for which that is known: positive
  ///     inside, such as the probability less the largest one of another label. Contours are where
  ///     it is zero; without it they run midway between voxel centres.
  /// - Throws: ``VolumeIOError`` for another grid or a place that cannot be written.
  public static func write(
    _ labels: LabelMap, margins: [UInt16: Volume] = [:], to path: String, output: DICOMOutput
  ) throws(VolumeIOError) {
    let aligned = try output.reference.aligned(labels)
    let values = Set(aligned.table.entries.map(\.value).filter { $0 > 0 }).union(aligned.labels)
    var regions: [Region] = []
    for value in values.sorted() {
      let margin = try margins[value].map { volume throws(VolumeIOError) in
        try output.reference.aligned(volume).samples
      }
      let voxels = aligned.voxels.count { $0 == value }
      regions.append(
        Region(
          label: aligned.table[value] ?? LabelTable.Entry(value: value, name: "label \(value)"),
          millilitres: Double(voxels) * aligned.geometry.voxelVolume / 1000,
          contours: contours(of: value, in: aligned, margin)))
    }
    let composer = try DICOMComposer(output)
    composer.sopCommon(DICOMUID.structureSet)
    composer.patient()
    composer.generalStudy()
    composer.generalSeries(modality: "RTSTRUCT", number: 9002, description: "medcnn contours")
    composer.root.putEmpty(.operators)
    composer.frameOfReference()
    composer.enhancedGeneralEquipment()
    composer.structureSet(regions)
    composer.regionContours(regions)
    composer.regionObservations(regions)
    // Explicit types have lengths of 16 bits, which long contours exceed.
    try composer.document.write(to: path, syntax: "1.2.840.10008.1.2")
  }

  fileprivate struct Region {
    let label: LabelTable.Entry
    let millilitres: Double
    let contours: [Contour]
  }

  fileprivate struct Contour {
    let slice: Int
    /// In pixels.
    let points: [SIMD2<Double>]
  }

  private static func contours(
    of value: UInt16, in labels: LabelMap, _ margin: [Float]?
  ) -> [Contour] {
    let size = labels.geometry.size
    let area = size.x * size.y
    // Contours stay a thousandth of a pixel away from voxel centres, whose side is thus certain.
    let least: Float = 1e-3
    var contours: [Contour] = []
    var field = [Float](repeating: -1, count: area)
    for slice in 0..<size.z {
      let start = slice * area
      guard labels.voxels[start..<start + area].contains(value) else { continue }
      for index in 0..<area {
        let isInside = labels.voxels[start + index] == value
        let depth = margin?[start + index] ?? (isInside ? 1 : -1)
        field[index] = isInside ? max(depth, least) : min(depth, -least)
      }
      field.withUnsafeBufferPointer { field in
        contours += IsoContours(field, columns: size.x, rows: size.y).curves.map {
          Contour(slice: slice, points: $0)
        }
      }
    }
    return contours
  }
}

extension DICOMComposer {
  /// C.8.8.5
  fileprivate func structureSet(_ regions: [StructureSetObject.Region]) {
    root.put(.structureSetLabel, "MEDCNN")
    root.put(.structureSetDate, date)
    root.put(.structureSetTime, time)
    root.put(.instanceNumber, 1)
    root.add(.referencedFramesOfReference) { frame in
      frame.put(.frameOfReferenceUID, reference.frameOfReference)
      frame.add(.referencedStudies) { study in
        study.put(.referencedClass, DICOMUID.studyManagement)
        study.put(.referencedUID, reference.studyUID)
        study.add(.rtReferencedSeries) { series in
          series.put(.seriesUID, reference.seriesUID)
          for image in reference.slices.joined() {
            series.add(.contourImages) { $0.put(image) }
          }
        }
      }
    }
    for (index, region) in regions.enumerated() {
      root.add(.structureSetRegions) { item in
        item.put(.regionNumber, index + 1)
        item.put(.regionFrameOfReference, reference.frameOfReference)
        item.put(.regionName, name: region.label.name)
        item.put(.regionVolume, [region.millilitres])
        item.put(.regionAlgorithm, output.algorithm == nil ? "MANUAL" : "AUTOMATIC")
        if let algorithm = output.algorithm {
          item.put(.regionDescription, name: "\(algorithm.name) \(algorithm.version)")
        }
      }
    }
    root.put(.approvalStatus, "UNAPPROVED")
  }

  /// C.8.8.6
  fileprivate func regionContours(_ regions: [StructureSetObject.Region]) {
    let plane = SlicePlane(reference.geometry)
    for (index, region) in regions.enumerated() {
      root.add(.regionContours) { item in
        let color = region.label.color.map(Int.init)
        item.put(.regionColor, color[0], color[1], color[2])
        for contour in region.contours {
          item.add(.contours) { item in
            for image in reference.slices[contour.slice] {
              item.add(.contourImages) { $0.put(image) }
            }
            item.put(.contourType, "CLOSED_PLANAR")
            item.put(.contourPointCount, contour.points.count)
            item.put(.contourData, contour.text(plane))
          }
        }
        item.put(.referencedRegion, index + 1)
      }
    }
  }

  /// C.8.8.8
  fileprivate func regionObservations(_ regions: [StructureSetObject.Region]) {
    for (index, region) in regions.enumerated() {
      root.add(.regionObservations) { item in
        item.put(.observationNumber, index + 1)
        item.put(.referencedRegion, index + 1)
        item.put(.regionIdentificationCode, SegmentConcepts(of: region.label).type)
        item.putEmpty(.regionInterpretedType, .regionInterpreter)
      }
    }
  }
}

extension StructureSetObject.Contour {
  /// The points in the patient, to a hundredth of a micrometre, which is exact enough for any pixel
  /// and keeps numbers short.
  fileprivate func text(_ plane: SlicePlane) -> String {
    var text = ""
    for point in points {
      let place = plane.point(point.x, point.y, slice: slice)
      for axis in 0..<3 {
        if !text.isEmpty { text += "\\" }
        text += EditableItem.decimal((place[axis] * 1e5).rounded() / 1e5)
      }
    }
    return text
  }
}
