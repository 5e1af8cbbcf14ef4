import DICOMShim
public import Parallel
public import Volumes

/// A DICOM object that holds masks.
public enum DICOMMask: Sendable {
  /// A segmentation.
  case segmentation(DICOMSegmentation)
  /// A structure set.
  case structureSet(StructureSet)

  /// Reads what a file says of its masks, or nil for a file of another kind or a folder.
  ///
  /// - Throws: ``VolumeIOError`` for a file that cannot be read, or is damaged.
  public static func read(_ path: String) throws(VolumeIOError) -> DICOMMask? {
    guard DICOMPaths.divided(path).series == nil, !DICOMPaths.isFolder(path) else { return nil }
    let file = try InputFile(path: path)
    guard DICOMSource.isDICOM(try file.bytes(0..<132)) else { return nil }
    let source = DICOMSource(path: path)
    return try DICOMMask(try DICOMFile(source), source)
  }

  /// Reads masks from memory; `name` is what errors call them.
  ///
  /// - Throws: ``VolumeIOError`` as ``read(_:)`` does.
  public static func read(bytes: [UInt8], name: String) throws(VolumeIOError) -> DICOMMask? {
    let source = DICOMSource(path: name, bytes: bytes)
    guard DICOMSource.isDICOM(Array(bytes.prefix(132))) else { return nil }
    return try DICOMMask(try DICOMFile(source), source)
  }

  /// Nil for a file of another kind.
  init?(_ file: DICOMFile, _ source: DICOMSource) throws(VolumeIOError) {
    let objectClass = file.root.text(.objectClass) ?? file.meta.text(.mediaStorageClass) ?? ""
    if DICOMSegmentation.classes.contains(objectClass) {
      self = .segmentation(try DICOMSegmentation(file, source))
    } else if objectClass == StructureSet.objectClass {
      self = .structureSet(try StructureSet(file))
    } else {
      return nil
    }
  }

  /// The path that was read.
  public var path: String {
    switch self {
    case .segmentation(let segmentation): segmentation.path
    case .structureSet(let structures): structures.path
    }
  }

  /// The UIDs of the series that it was made from.
  public var referencedSeries: [String] {
    switch self {
    case .segmentation(let segmentation): segmentation.referencedSeries
    case .structureSet(let structures): structures.referencedSeries
    }
  }

  /// All or chosen masks as voxels.
  ///
  /// - Parameter grid: the grid that they are to be on; a segmentation's own where nil.
  /// - Throws: ``VolumeIOError`` as ``DICOMSegmentation/segments(_:on:workers:)`` and
  ///   ``StructureSet/segments(_:on:workers:)`` do, and for a structure set without a grid.
  public func segments(
    _ options: MaskOptions = MaskOptions(), on grid: Geometry? = nil, workers: Workers = .all
  ) throws(VolumeIOError) -> SegmentSet {
    switch self {
    case .segmentation(let segmentation):
      return try segmentation.segments(options, on: grid, workers: workers)
    case .structureSet(let structures):
      guard let grid else {
        let series = structures.referencedSeries.first.map { "series \($0)" } ?? "the series"
        throw .unsupported(
          path: structures.path, found: "contours, which have no grid of their own",
          remedy: "name the image that they were drawn on (\(series)) with --like")
      }
      return try structures.segments(options, on: grid, workers: workers)
    }
  }

  /// The frames of reference of its positions and the series that it was made from.
  public var space: DICOMSpace {
    let frames: Set<String> =
      switch self {
      case .segmentation(let segmentation): Set([segmentation.frameOfReference].compactMap { $0 })
      case .structureSet(let structures): structures.framesOfReference
      }
    return DICOMSpace(framesOfReference: frames, series: Set(referencedSeries))
  }

  /// The header of an image on whose grid masks are to be. Of a folder with several series it is that
  /// of the series that the masks refer to, unless another is chosen.
  ///
  /// - Throws: ``VolumeIOError`` where the image cannot be read or chosen.
  public func header(
    ofImage path: String, dicom: DICOMOptions = DICOMOptions()
  ) throws(VolumeIOError) -> ImageHeader {
    var dicom = dicom
    let isChosen = dicom.series != nil || DICOMPaths.divided(path).series != nil
    if !isChosen, DICOMFolder.isFolderOrDirectory(path) {
      let folder = try DICOMFolder(path)
      let uids = Set(referencedSeries)
      let referenced = folder.series.filter { $0.isVolume && uids.contains($0.uid) }
      if referenced.count == 1 { dicom.series = referenced[0].label }
      return try folder.readHeader(folder.chosen(dicom), options: dicom)
    }
    return try ImageFile.readHeader(path, dicom: dicom)
  }
}
