public import Volumes

/// Writing segmentations as DICOM SEG (PS3.3 A.51, C.8.20).
public struct SegmentationObject: Sendable {
  /// The identifier of the object that was written.
  public let uid: String
  let seriesUID: String
  /// Its segments.
  public let segments: [Segment]

  /// A segment, as other objects refer to it.
  public struct Segment: Sendable {
    /// From 1.
    public let number: Int
    /// The label and its name.
    public let label: LabelTable.Entry
    /// A name for people that stays with the finding.
    public let trackingIdentifier: String
    /// An identifier that stays with the finding.
    public let trackingUID: String
  }

  /// Writes each label that occurs as a binary segment.
  ///
  /// Frames in which a segment is empty are left out. Where no label occurs at all the first of the
  /// table is written with one empty frame, since an object must have one.
  ///
  /// - Parameter labels: on the grid of the reference series, in any order of axes.
  /// - Throws: ``VolumeIOError`` for another grid, no label at all, or a place that cannot be written.
  @discardableResult
  public static func write(
    _ labels: LabelMap, to path: String, output: DICOMOutput
  ) throws(VolumeIOError) -> SegmentationObject {
    let aligned = try output.reference.aligned(labels)
    let occurring = aligned.labels
    var values = occurring
    if values.isEmpty {
      guard let first = labels.table.entries.first(where: { $0.value > 0 }) else {
        throw .unsupported(
          path: path, found: "a label map without any label",
          remedy: "there is nothing that a segmentation could hold")
      }
      values = [first.value]
    }
    let entries = values.map {
      aligned.table[$0] ?? LabelTable.Entry(value: $0, name: "label \($0)")
    }
    let size = aligned.geometry.size
    var packer = BitPacker()
    var frames: [Frame] = []
    aligned.voxels.withUnsafeBufferPointer { voxels in
      for (index, value) in values.enumerated() {
        for slice in 0..<size.z {
          let area = size.x * size.y
          let part = UnsafeBufferPointer(rebasing: voxels[slice * area..<(slice + 1) * area])
          guard part.contains(value) || (occurring.isEmpty && slice == 0) else { continue }
          packer.append(part) { $0 == value }
          frames.append(Frame(segment: index, slice: slice))
        }
      }
    }
    return try write(
      entries, frames, packer.bytes, isFractional: false, to: path, output: output)
  }

  /// Writes probabilities as fractional segments of 8 bits.
  ///
  /// - Parameters:
  ///   - probabilities: from 0 to 1, a channel for each segment, on the grid of the reference
  ///     series in any order of axes.
  ///   - labels: what the channels are.
  /// - Throws: ``VolumeIOError`` for another grid, values outside of 0 to 1, or a place that cannot be
  ///   written.
  @discardableResult
  public static func write(
    probabilities: Volume, labels: [LabelTable.Entry], to path: String, output: DICOMOutput
  ) throws(VolumeIOError) -> SegmentationObject {
    precondition(labels.count == probabilities.channels)
    let aligned = try output.reference.aligned(probabilities)
    if let odd = aligned.samples.first(where: { !(0...1 ~= $0) }) {
      throw .unsupported(
        path: path, found: "a sample of \(odd), which is no probability",
        remedy: "give values from 0 to 1, or a label map")
    }
    let size = aligned.geometry.size
    let area = size.x * size.y
    var bytes: [UInt8] = []
    var frames: [Frame] = []
    for channel in 0..<aligned.channels {
      for slice in 0..<size.z {
        let start = (channel * size.z + slice) * area
        let part = aligned.samples[start..<start + area].map { UInt8(($0 * 255).rounded()) }
        guard part.contains(where: { $0 != 0 }) else { continue }
        bytes += part
        frames.append(Frame(segment: channel, slice: slice))
      }
    }
    if frames.isEmpty {
      bytes = [UInt8](repeating: 0, count: area)
      frames = [Frame(segment: 0, slice: 0)]
    }
    // Segments are numbered without gaps, and one without frames says nothing.
    let used = Set(frames.map(\.segment)).sorted()
    let places = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
    return try write(
      used.map { labels[$0] }, frames.map { Frame(segment: places[$0.segment]!, slice: $0.slice) },
      bytes, isFractional: true, to: path, output: output)
  }

  fileprivate struct Frame {
    /// From 0.
    let segment: Int
    /// From 0.
    let slice: Int
  }

  private static func write(
    _ labels: [LabelTable.Entry], _ frames: [Frame], _ pixels: [UInt8], isFractional: Bool,
    to path: String, output: DICOMOutput
  ) throws(VolumeIOError) -> SegmentationObject {
    let composer = try DICOMComposer(output)
    let segments = labels.enumerated().map { index, label in
      Segment(
        number: index + 1, label: label, trackingIdentifier: "\(label.name) \(label.value)",
        trackingUID: DICOMUID.new())
    }
    composer.sopCommon(DICOMUID.segmentation)
    composer.patient()
    composer.generalStudy()
    composer.generalSeries(modality: "SEG", number: 9001, description: "medcnn segmentation")
    composer.frameOfReference()
    composer.enhancedGeneralEquipment()
    composer.segmentationImage(segments, isFractional: isFractional)
    composer.multiFrame(frames, isFractional: isFractional)
    composer.commonInstanceReference()
    pixels.withUnsafeBytes { bytes in
      composer.root.put(.pixelData, bytes: bytes, type: "OB")
    }
    try composer.document.write(to: path, syntax: DICOMDocument.explicitLittleEndian)
    return SegmentationObject(uid: composer.uid, seriesUID: composer.seriesUID, segments: segments)
  }
}

extension DICOMComposer {
  /// C.8.20.2
  fileprivate func segmentationImage(_ segments: [SegmentationObject.Segment], isFractional: Bool) {
    let size = reference.geometry.size
    root.put(.imageType, "DERIVED\\PRIMARY")
    root.put(.instanceNumber, 1)
    root.put(.contentLabel, "SEGMENTATION")
    root.put(.contentDescription, "Segmentation of series")
    root.putEmpty(.contentCreator)
    contentDateAndTime()
    root.put(.samplesPerPixel, 1)
    root.put(.photometric, "MONOCHROME2")
    root.put(.rows, size.y)
    root.put(.columns, size.x)
    let bits = isFractional ? 8 : 1
    root.put(.bitsAllocated, bits)
    root.put(.bitsStored, bits)
    root.put(.highBit, bits - 1)
    root.put(.pixelRepresentation, 0)
    root.put(.lossyCompression, "00")
    root.put(.segmentationType, isFractional ? "FRACTIONAL" : "BINARY")
    if isFractional {
      root.put(.fractionalType, "PROBABILITY")
      root.put(.largestFraction, 255)
    }
    for segment in segments {
      let concepts = SegmentConcepts(of: segment.label)
      root.add(.segments) { item in
        item.put(.segmentNumber, segment.number)
        item.put(.segmentLabel, name: segment.label.name)
        item.put(.segmentCategory, concepts.category)
        item.put(.segmentType, concepts.type)
        item.put(.segmentAlgorithmType, output.algorithm == nil ? "MANUAL" : "AUTOMATIC")
        if let algorithm = output.algorithm {
          item.put(.segmentAlgorithmName, name: algorithm.name)
          item.add(.segmentationAlgorithm) { item in
            item.put(.algorithmFamily, CodedConcept("123110", "DCM", "Artificial Intelligence"))
            item.put(.algorithmName, name: algorithm.name)
            item.put(.algorithmVersion, name: algorithm.version)
          }
        }
        item.put(.trackingIdentifier, name: segment.trackingIdentifier)
        item.put(.trackingUID, segment.trackingUID)
        let lab = CIELab.encoded(segment.label.color)
        item.put(.recommendedLab, lab[0], lab[1], lab[2])
      }
    }
  }

  /// C.7.6.16, C.7.6.17, C.8.20.3
  fileprivate func multiFrame(_ frames: [SegmentationObject.Frame], isFractional: Bool) {
    let dimensions = DICOMUID.new()
    root.add(.dimensionOrganizations) { $0.put(.dimensionOrganizationUID, dimensions) }
    for (pointer, group, label) in [
      (DICOMTag.referencedSegment, DICOMTag.segmentIdentification, "Segment"),
      (.position, .planePosition, "Position"),
    ] {
      root.add(.dimensionIndices) { item in
        item.put(.dimensionOrganizationUID, dimensions)
        item.put(.dimensionPointer, pointer: pointer)
        item.put(.functionalGroupPointer, pointer: group)
        item.put(.dimensionLabel, label)
      }
    }
    root.put(.frameCount, frames.count)
    let plane = SlicePlane(reference.geometry)
    root.add(.sharedGroups) { shared in
      shared.add(.planeOrientation) { $0.put(.orientation, plane.cosines) }
      shared.add(.pixelMeasures) { plane.putMeasures($0) }
    }
    for frame in frames {
      root.add(.perFrameGroups) { item in
        item.add(.frameContent) { $0.put(.dimensionValues, frame.segment + 1, frame.slice + 1) }
        item.add(.planePosition) { $0.put(.position, plane.position(frame.slice)) }
        item.add(.segmentIdentification) { $0.put(.referencedSegment, frame.segment + 1) }
        item.add(.derivationImage) { item in
          item.put(.derivationCode, CodedConcept("113076", "DCM", "Segmentation"))
          for image in reference.slices[frame.slice] {
            item.add(.sourceImages) { source in
              source.put(image)
              source.put(
                .purposeOfReference,
                CodedConcept("121322", "DCM", "Source image for image processing operation"))
              source.put(.spatialLocationsPreserved, "YES")
            }
          }
        }
      }
    }
  }
}

/// The planes of a grid's slices in DICOM's coordinates (left, posterior, superior).
struct SlicePlane {
  private let alongRow: SIMD3<Double>
  private let alongColumn: SIMD3<Double>
  private let step: SIMD3<Double>
  private let origin: SIMD3<Double>

  init(_ geometry: Geometry) {
    // The only place where right and anterior become DICOM's left and posterior.
    func lps(_ vector: SIMD3<Double>) -> SIMD3<Double> {
      SIMD3(0 - vector.x, 0 - vector.y, vector.z)
    }
    alongRow = lps(geometry.affine.i)
    alongColumn = lps(geometry.affine.j)
    step = lps(geometry.affine.k)
    origin = lps(geometry.affine.origin)
  }

  /// The direction cosines of rows and columns.
  var cosines: [Double] {
    let row = alongRow / alongRow.length
    let column = alongColumn / alongColumn.length
    return [row.x, row.y, row.z, column.x, column.y, column.z]
  }

  /// How far the axes are from the right angles that images have: the largest cosine between two.
  var skew: Double {
    let axes = [alongRow / alongRow.length, alongColumn / alongColumn.length, step / step.length]
    return max(
      abs(axes[0].dot(axes[1])), abs(axes[0].dot(axes[2])), abs(axes[1].dot(axes[2])))
  }

  /// Whether slices ascend along the normal of the rows and columns.
  var isAscending: Bool { alongRow.cross(alongColumn).dot(step) > 0 }

  /// The place of the first pixel of a slice.
  func position(_ slice: Int) -> SIMD3<Double> { origin + step * Double(slice) }

  /// A point in a slice, in pixels from the first.
  func point(_ x: Double, _ y: Double, slice: Int) -> SIMD3<Double> {
    origin + alongRow * x + alongColumn * y + step * Double(slice)
  }

  /// The size of pixels and the distance of slices.
  func putMeasures(_ item: EditableItem) {
    item.put(.sliceThickness, [step.length])
    item.put(.sliceSpacing, [step.length])
    item.put(.pixelSpacing, [alongColumn.length, alongRow.length])
  }

  /// The distance of neighbouring slices, in millimetres.
  var thickness: Double { step.length }
}

/// Bits from the lowest of each byte on, frames without gaps between them (PS3.5 8.1.1).
private struct BitPacker {
  private(set) var bytes: [UInt8] = []
  private var count = 0

  mutating func append(_ frame: UnsafeBufferPointer<UInt16>, where isSet: (UInt16) -> Bool) {
    let needed = (count + frame.count + 7) / 8
    bytes.append(contentsOf: repeatElement(0, count: needed - bytes.count))
    for (index, value) in frame.enumerated() where isSet(value) {
      let bit = count + index
      bytes[bit >> 3] |= 1 << UInt8(bit & 7)
    }
    count += frame.count
  }
}
