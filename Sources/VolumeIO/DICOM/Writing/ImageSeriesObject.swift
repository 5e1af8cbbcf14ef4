import Foundation
public import Volumes

/// Writing volumes as series of DICOM images, one file a slice.
public enum ImageSeriesObject {
  /// Writes a volume as a new series of the reference's study: of its modality, with its
  /// acquisition's attributes, as derived images of 16 bits.
  ///
  /// Values that are whole numbers from -32768 to 65535 are stored as they are; others are rounded
  /// to the nearest of 65,536 steps of equal size from the lowest to the highest.
  ///
  /// - Parameters:
  ///   - volume: of one channel, with any grid of right angles.
  ///   - path: a folder that is made; it appears whole or not at all.
  /// - Throws: ``VolumeIOError`` for several channels, a skewed grid, samples that are not finite, a
  ///   reference that is not of single images of CT, MR or PET, or a folder that is not empty.
  public static func write(
    _ volume: Volume, to path: String, output: DICOMOutput
  ) throws(VolumeIOError) {
    guard volume.channels == 1 else {
      throw .unsupported(
        path: path, found: "\(volume.channels) channels",
        remedy: "a series of images has one; choose it with --channel")
    }
    var volume = volume
    if !SlicePlane(volume.geometry).isAscending { volume = volume.withSlicesReversed }
    let plane = SlicePlane(volume.geometry)
    guard plane.skew < 1e-4 else {
      throw .unsupported(
        path: path, found: "a grid whose axes are not at right angles",
        remedy: "bring it to another grid with --spacing or --like first")
    }
    let size = volume.geometry.size
    guard max(size.x, size.y) <= 65535 else {
      throw .unsupported(
        path: path, found: "slices of \(size.x)x\(size.y) pixels",
        remedy: "DICOM takes at most 65535 along an axis")
    }
    guard
      let scale = StoredScale(volume.samples, isOffsetAllowed: output.reference.modality != "PT")
    else {
      throw .unsupported(
        path: path, found: "samples that are NaN or infinite",
        remedy: "make them 0 with --nan-to-zero")
    }
    try AtomicFolder.write(to: path) { folder throws(VolumeIOError) in
      let seriesUID = DICOMUID.new()
      let area = size.x * size.y
      for slice in 0..<size.z {
        let document = try ImageSeriesObject.document(output)
        let root = document.root
        root.put(.seriesUID, seriesUID)
        root.put(.instanceNumber, slice + 1)
        root.put(.position, plane.position(slice))
        root.put(.orientation, plane.cosines)
        plane.putMeasures(root)
        root.putPixels(
          scale.stored(volume.samples[slice * area..<(slice + 1) * area]), scale,
          columns: size.x, rows: size.y)
        try document.write(
          to: "\(folder)/slice-\(DICOMDocument.digits(slice + 1, 4)).dcm",
          syntax: DICOMDocument.explicitLittleEndian)
      }
    }
  }

  /// The classes of single images that a derived one can be made of.
  private static let classes = [
    "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128",
  ]

  /// A copy of an image of the reference without what was only true of it.
  private static func document(_ output: DICOMOutput) throws(VolumeIOError) -> DICOMDocument {
    let reference = output.reference
    let file = try DICOMFile(reference.first)
    guard let objectClass = file.root.text(.objectClass), classes.contains(objectClass) else {
      throw .unsupported(
        path: reference.path, found: "images that are not single ones of CT, MR or PET",
        remedy: "give a series of such images, one file a slice")
    }
    let original = file.root.text(.objectUID)
    let document = DICOMDocument(changing: file)
    if output.keepsIdentifiers {
      document.removePrivateAttributes()
    } else {
      var deidentifier = Deidentifier(key: DICOMUID.new())
      deidentifier.keepsUIDs = true
      deidentifier.isPseudonymous = false
      deidentifier.apply(to: document)
    }
    let root = document.root
    for tag in imageAttributes { root.remove(tag) }
    root.put(.objectUID, DICOMUID.new())
    root.put(.seriesNumber, 9004)
    root.put(.seriesDescription, "medcnn derived")
    root.put(.frameOfReferenceUID, reference.frameOfReference)
    root.put(.derivationDescription, "Written by medcnn \(output.version)")
    // Its third value is required, and says of what kind images of the modality are.
    let kind = ["CT": "AXIAL", "MR": "OTHER"][reference.modality] ?? "IMAGE"
    root.put(.imageType, "DERIVED\\SECONDARY\\\(kind)")
    if let original {
      root.add(.sourceImages) { item in
        item.put(.referencedClass, objectClass)
        item.put(.referencedUID, original)
      }
    }
    return document
  }

  /// What was true of one image only, or of its pixels.
  private static let imageAttributes: [DICOMTag] = [
    .sourceImages, .pixelData, .pixelPadding, .pixelPaddingLimit, .modalityTable, .frameCount,
    // Slice Location, Smallest and Largest Image Pixel Value, Smallest and Largest Pixel Value in
    // Series, Window Center and Width, their explanation, VOI LUT Sequence, Icon Image Sequence, Pixel
    // Data Provider URL, Planar Configuration, Pixel Aspect Ratio, Lossy Image Compression Ratio and
    // Method, Temporal Position Identifier, Image Index
    DICOMTag(0x0020, 0x1041), DICOMTag(0x0028, 0x0106), DICOMTag(0x0028, 0x0107),
    DICOMTag(0x0028, 0x0108), DICOMTag(0x0028, 0x0109), DICOMTag(0x0028, 0x1050),
    DICOMTag(0x0028, 0x1051), DICOMTag(0x0028, 0x1055), DICOMTag(0x0028, 0x3010),
    DICOMTag(0x0088, 0x0200), DICOMTag(0x0028, 0x7fe0), DICOMTag(0x0028, 0x0006),
    DICOMTag(0x0028, 0x0034), DICOMTag(0x0028, 0x2112), DICOMTag(0x0028, 0x2114),
  ]
}

/// How true values are stored in 16 bits.
private struct StoredScale {
  let slope: Double
  let intercept: Double
  let isSigned: Bool

  /// - Parameter isOffsetAllowed: whether the intercept may differ from 0, which it may not in PET.
  /// - Returns: nil for samples that are not finite.
  init?(_ samples: [Float], isOffsetAllowed: Bool) {
    var (least, most) = (Float.infinity, -Float.infinity)
    var isWhole = true
    for sample in samples {
      guard sample.isFinite else { return nil }
      least = min(least, sample)
      most = max(most, sample)
      isWhole = isWhole && sample == sample.rounded()
    }
    if isWhole, least >= -32768, most <= 32767 {
      (slope, intercept, isSigned) = (1, 0, true)
    } else if isWhole, least >= 0, most <= 65535 {
      (slope, intercept, isSigned) = (1, 0, false)
    } else if isOffsetAllowed {
      // A constant has no steps.
      let range = Double(most) - Double(least)
      slope = StoredScale.decimal(range > 0 ? range / 65535 : 1)
      intercept = StoredScale.decimal(Double(least))
      isSigned = false
    } else {
      let isNegative = least < 0
      let largest = max(Double(most), -Double(least))
      slope = StoredScale.decimal(largest / (isNegative ? 32767 : 65535))
      (intercept, isSigned) = (0, isNegative)
    }
  }

  /// What a decimal string holds of a number.
  private static func decimal(_ number: Double) -> Double {
    Double(EditableItem.decimal(number)) ?? number
  }

  /// The bit patterns of samples.
  func stored(_ samples: ArraySlice<Float>) -> [UInt16] {
    let range: ClosedRange<Double> = isSigned ? -32768...32767 : 0...65535
    return samples.map { sample in
      let value = ((Double(sample) - intercept) / slope).rounded()
      return UInt16(truncatingIfNeeded: Int(min(max(value, range.lowerBound), range.upperBound)))
    }
  }
}

extension EditableItem {
  /// C.7.6.3, C.11.1
  fileprivate func putPixels(
    _ pixels: [UInt16], _ scale: StoredScale, columns: Int, rows: Int
  ) {
    put(.samplesPerPixel, 1)
    put(.photometric, "MONOCHROME2")
    put(.rows, rows)
    put(.columns, columns)
    put(.bitsAllocated, 16)
    put(.bitsStored, 16)
    put(.highBit, 15)
    put(.pixelRepresentation, scale.isSigned ? 1 : 0)
    put(.rescaleSlope, [scale.slope])
    put(.rescaleIntercept, [scale.intercept])
    pixels.withUnsafeBytes { put(.pixelData, bytes: $0, type: "OW") }
  }
}

extension Volume {
  /// The same voxels with the third axis the other way round.
  fileprivate var withSlicesReversed: Volume {
    reoriented(to: geometry.orientation.withThirdReversed)
  }
}
