import DICOMShim

/// What the headers of a DICOM image file tell; the pixels stay in the file.
struct DICOMInstance: Sendable {
  let source: DICOMSource
  /// The state of the file when its headers were read; nil in memory.
  let stamp: FileStamp?
  let uid: String
  let series: SeriesKey
  let description: String
  let modality: String
  let frameOfReference: String?
  /// Its pixels and slices, or why it is not taken.
  let image: Reading<Image>

  /// What the files of a series have in common.
  struct SeriesKey: Sendable, Hashable {
    let uid: String
    let number: Int?
    /// The ID, or the name where there is none. Only compared: two patients are never joined.
    let patient: String
  }

  struct Image: Sendable {
    let pixels: DICOMPixels
    var frames: [DICOMFrame]
    /// What uptake values are computed from, of a PET image.
    let uptake: UptakeFacts?
  }

  /// Reads the headers of a file; nil for objects without an image, such as reports.
  ///
  /// - Parameter stamp: taken before the file was opened.
  static func read(
    _ file: DICOMFile, _ source: DICOMSource, _ stamp: FileStamp?
  ) throws(VolumeIOError) -> DICOMInstance? {
    let root = file.root
    let objectClass = root.text(.objectClass) ?? file.meta.text(.mediaStorageClass) ?? ""
    if DICOMSegmentation.classes.contains(objectClass) { return nil }
    guard file.pixelKind != DS_NO_PIXELS else {
      // A slice that ends before its pixels must not be taken for no slice.
      let isImage =
        imageClasses.contains(objectClass) || root.has(.bitsAllocated)
      guard isImage || objectClass.isEmpty else { return nil }
      throw .malformed(
        path: source.path,
        reason: isImage
          ? "an image without pixels; copy it again" : "neither a kind of object nor pixels")
    }
    return DICOMInstance(
      source: source, stamp: stamp, uid: root.text(.objectUID) ?? source.path,
      series: SeriesKey(
        uid: root.text(.seriesUID) ?? "", number: root.integer(.seriesNumber),
        patient: root.text(.patientID) ?? root.text(.patientName) ?? ""),
      description: root.text(.seriesDescription) ?? "", modality: root.text(.modality) ?? "",
      frameOfReference: root.text(.frameOfReferenceUID), image: image(file))
  }

  /// CT, MR and PET images: single, enhanced, colour, legacy converted; nuclear medicine.
  private static let imageClasses = Set(
    ["2", "2.1", "2.2", "4", "4.1", "4.3", "4.4", "20", "128", "128.1", "130"].map {
      "1.2.840.10008.5.1.4.1.1.\($0)"
    })

  private static func image(_ file: DICOMFile) -> Reading<Image> {
    let pixels: DICOMPixels
    switch DICOMPixels.read(file) {
    case .value(let value): pixels = value
    case .problem(let problem): return .problem(problem)
    }
    let root = file.root
    // Before anything of the stated size is allocated.
    let (needed, overflow) = pixels.frameByteCount.multipliedReportingOverflow(
      by: max(1, root.integer(.frameCount) ?? 1))
    // No image that is not empty shrinks more by compression than this.
    let most = file.pixelByteCount ?? (1 << 26 + 4096 * file.byteCount)
    guard !overflow, most >= needed else {
      return .problem("it has fewer pixels than its rows, columns and frames")
    }
    let frames: Reading<[DICOMFrame]>
    if root.itemCount(.perFrameGroups) > 0 {
      frames = FunctionalGroups(root, pixels).frames()
    } else if (root.integer(.frameCount) ?? 1) > 1 {
      return .problem("an image of several frames that does not tell their positions")
    } else {
      frames = singleFrame(root, pixels)
    }
    switch frames {
    case .problem(let problem): return .problem(problem)
    case .value(let frames):
      let uptake = root.text(.modality) == "PT" ? UptakeFacts(root) : nil
      return .value(Image(pixels: pixels, frames: frames, uptake: uptake))
    }
  }

  private static func singleFrame(
    _ root: DICOMItem, _ pixels: DICOMPixels
  ) -> Reading<[DICOMFrame]> {
    let plane: DICOMPlane
    switch DICOMPlane.read(position: [root], orientation: [root], measures: [root]) {
    case .value(let value): plane = value
    case .problem(let problem): return .problem(problem)
    }
    let scaling = philipsScaling(root, root, nil)
    let frame = DICOMFrame(
      index: 0, tile: FrameTile(columns: pixels.columns, rows: pixels.rows), plane: plane,
      slope: scaling?.slope ?? root.number(.rescaleSlope) ?? 1,
      intercept: scaling?.intercept ?? root.number(.rescaleIntercept) ?? 0,
      imageType: root.text(.imageType) ?? "",
      channel: DICOMFrame.ChannelKey(
        echoTime: root.number(.echoTime) ?? 0,
        temporalPosition: root.integer(.temporalPosition) ?? 0, bValue: bValue(root) ?? 0),
      order: DICOMFrame.FrameOrder(
        triggerTime: root.number(.triggerTime) ?? 0,
        acquisition: root.integer(.acquisitionNumber) ?? 0,
        instance: root.integer(.instanceNumber) ?? 0),
      thickness: DICOMItem.first([root], { $0.number(.sliceSpacing) }).flatMap { $0 > 0 ? $0 : nil }
        ?? root.number(.sliceThickness).flatMap { $0 > 0 ? $0 : nil })
    guard let mosaic = SiemensMosaic(root, frame) else { return .value([frame]) }
    return mosaic.tiles(of: frame)
  }

  /// The strength of diffusion weighting: of the standard, of Siemens, of GE, of Philips.
  private static func bValue(_ root: DICOMItem) -> Double? {
    if let value = root.number(.bValue) { return value }
    if let tag = root.privateTag("SIEMENS MR HEADER", 0x0019, 0x0c), let value = root.number(tag) {
      return value
    }
    if let tag = root.privateTag("GEMS_PARM_01", 0x0043, 0x39), let value = root.number(tag) {
      // GE adds a thousand million to mark images of several directions.
      return value.truncatingRemainder(dividingBy: 1e9)
    }
    return root.privateTag("Philips Imaging DD 001", 0x2001, 0x03).flatMap(root.number)
  }

  /// The precise values of Philips' MR: stored times rescale slope plus intercept are values for
  /// display, which an own slope turns to what was measured (Chenevert 2014,
  /// doi:10.1593/tlo.13811).
  ///
  /// - Parameter transformation: the item with the rescale slope, and so on.
  static func philipsScaling(
    _ root: DICOMItem, _ transformation: DICOMItem, _ frame: DICOMItem?
  ) -> (slope: Double, intercept: Double)? {
    guard root.text(.modality) == "MR",
      root.text(.manufacturer)?.lowercased().contains("philips") == true
    else { return nil }
    let slope = DICOMItem.first([frame, root]) { item in
      item.privateTag("Philips MR Imaging DD 001", 0x2005, 0x0e).flatMap(item.number)
    }
    guard let slope, slope != 0 else { return nil }
    let rescale = transformation.number(.rescaleSlope) ?? 1
    guard rescale != 0 else { return nil }
    let intercept = transformation.number(.rescaleIntercept) ?? 0
    return (1 / slope, intercept / (rescale * slope))
  }
}
