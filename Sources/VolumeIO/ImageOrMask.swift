public import Parallel

/// What a path leads to: an image, or the masks of a DICOM object.
public enum ImageOrMask: Sendable {
  /// An image that has been read.
  case image(ImageFile)
  /// A segmentation or structure set, and what its folder's reader had to leave out.
  case mask(DICOMMask, warnings: [String])

  /// Reads an image of any known format, or what a DICOM object says of its masks.
  ///
  /// In a folder with DICOM files or a `DICOMDIR`, `FOLDER#SERIES` or the options name one of several
  /// series; else it is the only series of images, or the only segmentation or structure set.
  ///
  /// - Parameters:
  ///   - dicom: what is wanted of DICOM images.
  ///   - prefersMasks: whether the only mask of a folder is taken where it has images, too.
  ///   - workers: the threads that read files and convert samples.
  /// - Throws: ``VolumeIOError`` as ``ImageFile/read(_:dicom:workers:)`` does.
  public static func read(
    _ path: String, dicom: DICOMOptions = DICOMOptions(), prefersMasks: Bool = false,
    workers: Workers = .all
  ) throws(VolumeIOError) -> ImageOrMask {
    let (path, series) = DICOMPaths.divided(path)
    let dicom = dicom.with(series: series)
    if DICOMPaths.isFolder(path) {
      return try read(
        DICOMFolder(path, workers: workers), dicom, prefersMasks: prefersMasks, workers)
    }
    return try read(
      InputFile(path: path), dicom: dicom, prefersMasks: prefersMasks, workers: workers)
  }

  static func read(
    _ file: InputFile, dicom: DICOMOptions, prefersMasks: Bool, workers: Workers
  ) throws(VolumeIOError) -> ImageOrMask {
    switch try ImageFile.parse(file) {
    case .parsed(let image):
      return .image(ImageFile(volume: try image.volume(workers: workers), header: image.header))
    case .dicom(let source):
      let stamp = FileStamp(source)
      let file = try DICOMFile(source)
      if let mask = try DICOMMask(file, source) { return .mask(mask, warnings: []) }
      return try read(
        DICOMFolder(file, source, stamp, workers: workers), dicom, prefersMasks: prefersMasks,
        workers)
    }
  }

  private static func read(
    _ folder: DICOMFolder, _ dicom: DICOMOptions, prefersMasks: Bool, _ workers: Workers
  ) throws(VolumeIOError) -> ImageOrMask {
    switch try folder.choice(dicom, prefersMasks: prefersMasks) {
    case .series(let series):
      return .image(try folder.read(series, options: dicom, workers: workers))
    case .mask(let file):
      guard let mask = try DICOMMask.read(file.path) else {
        throw .unreadable(
          path: file.path, reason: "it changed while it was read; read it again once it is complete"
        )
      }
      return .mask(mask, warnings: folder.damageWarnings(for: nil))
    }
  }

  /// The masks, or nil for an image.
  public var mask: DICOMMask? {
    if case .mask(let mask, _) = self { mask } else { nil }
  }

  /// The frame of reference and the series; nil for what is not DICOM.
  public var space: DICOMSpace? {
    switch self {
    case .image(let image): image.header.space
    case .mask(let mask, _): mask.space
    }
  }

  /// As an image, whose channels are the layers of masks.
  ///
  /// - Throws: ``VolumeIOError`` as ``DICOMMask/segments(_:on:workers:)`` does.
  public func image(_ workers: Workers) throws(VolumeIOError) -> ImageFile {
    switch self {
    case .image(let image): return image
    case .mask(let mask, _): return try ImageFile(mask.segments(workers: workers))
    }
  }
}
