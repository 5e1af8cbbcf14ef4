public import Parallel
public import Volumes

/// The series that DICOM outputs belong to: its patient, its study, its place and its images.
public struct DICOMReference: Sendable {
  /// The path of the series.
  public let path: String
  /// The grid of the series as it is read.
  public let geometry: Geometry
  /// The modality, such as CT, MR or PT.
  public let modality: String
  /// What of the series could not be read, in words.
  public let warnings: [String]
  let studyUID: String
  let seriesUID: String
  let frameOfReference: String
  /// A file of the series.
  let first: DICOMSource
  /// The images of each slice of the grid.
  let slices: [[Image]]

  /// An image that others refer to.
  struct Image: Sendable, Hashable {
    let objectClass: String
    let uid: String
    /// The number of the frame, from 1, of a multi-frame image.
    let frame: Int?
  }

  /// All images, each object once, in the order of the slices.
  var objects: [Image] {
    var seen: Set<String> = []
    return slices.joined().compactMap { image in
      guard seen.insert(image.uid).inserted else { return nil }
      return Image(objectClass: image.objectClass, uid: image.uid, frame: nil)
    }
  }

  /// Reads the headers of the series in a folder, or of one file; `FOLDER#SERIES` names one of
  /// several.
  ///
  /// - Throws: ``VolumeIOError`` for a path without a series that can be read as a volume, or with
  ///   several of which none is chosen.
  public init(
    _ path: String, options: DICOMOptions = DICOMOptions(), workers: Workers = .all
  ) throws(VolumeIOError) {
    let (path, name) = DICOMPaths.divided(path)
    let options = options.with(series: name)
    let folder = try DICOMFolder(path, workers: workers)
    let series = try folder.chosen(options)
    let header = try folder.readHeader(series, options: options)
    (geometry, warnings) = (header.geometry, header.warnings)
    let stack: SliceStack
    do {
      stack = try SliceStack(
        series.slices, series.instances, allowMissing: options.allowMissing)
    } catch {
      throw .unsupported(path: path, found: error.found, remedy: error.remedy)
    }
    var classes: [Int: String] = [:]
    for index in Set(series.slices.map(\.instance)) {
      let file = try DICOMFile(series.instances[index].source)
      guard let objectClass = file.root.text(.objectClass) ?? file.meta.text(.mediaStorageClass)
      else {
        throw .malformed(path: file.path, reason: "it does not tell its SOP class (0008,0016)")
      }
      classes[index] = objectClass
    }
    slices = stack.taps.map { tap in
      stack.places[tap.fraction > 0.5 ? tap.above : tap.below].map { slice in
        let instance = series.instances[slice.instance]
        guard case .value(let image) = instance.image else { preconditionFailure() }
        return Image(
          objectClass: classes[slice.instance]!, uid: instance.uid,
          frame: image.frames.count > 1 ? slice.frame.index + 1 : nil)
      }
    }
    first = series.instances[stack.places[0][0].instance].source
    let root = try DICOMFile(first).root
    guard let study = root.text(.studyUID), let uid = root.text(.seriesUID) else {
      throw .malformed(
        path: first.path, reason: "it does not tell its study (0020,000D) or series (0020,000E)")
    }
    (studyUID, seriesUID) = (study, uid)
    // Images with a place and without a frame of reference have one of their own.
    frameOfReference = root.text(.frameOfReferenceUID) ?? DICOMUID.new()
    modality = series.modality
    self.path = path
  }

  /// Refuses voxels on another grid than the series'; their axes may have another order.
  ///
  /// - Throws: ``VolumeIOError/unsupported(path:found:remedy:)``.
  public func checkGrid(of given: Geometry) throws(VolumeIOError) {
    try check(given.reoriented(to: geometry.orientation), given)
  }

  /// Brings labels to the voxel axes of the series.
  ///
  /// - Throws: ``VolumeIOError/unsupported(path:found:remedy:)`` where their grid is another one.
  func aligned(_ labels: LabelMap) throws(VolumeIOError) -> LabelMap {
    let turned = labels.reoriented(to: geometry.orientation)
    try check(turned.geometry, labels.geometry)
    return turned
  }

  /// Brings probabilities to the voxel axes of the series.
  func aligned(_ volume: Volume) throws(VolumeIOError) -> Volume {
    let turned = volume.reoriented(to: geometry.orientation)
    try check(turned.geometry, volume.geometry)
    return turned
  }

  private func check(_ turned: Geometry, _ given: Geometry) throws(VolumeIOError) {
    guard turned.matches(geometry) else {
      throw .unsupported(
        path: path, found: "a series on another grid (\(geometry)) than the labels (\(given))",
        remedy: "give the series that was segmented, or bring the labels to its grid with "
          + "\"medcnn convert LABELS OUT --like \(path)\"")
    }
  }
}
