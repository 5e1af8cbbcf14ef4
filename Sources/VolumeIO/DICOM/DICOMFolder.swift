import Foundation
public import Parallel
import Synchronization

/// The volumes in a folder of DICOM files, or in one file, whose headers have been read.
public struct DICOMFolder: Sendable {
  /// The path that was scanned.
  public let path: String
  /// The volumes, in the order of their series' numbers.
  public let series: [DICOMSeries]
  /// The segmentations and structure sets, in the order of their series' numbers.
  public let masks: [MaskFile]
  /// The files that look like DICOM and cannot be read.
  public let damaged: [DamagedFile]

  /// Whether a path is that of a folder or a `DICOMDIR`, which may hold several volumes.
  public static func isFolderOrDirectory(_ path: String) -> Bool {
    DICOMPaths.isFolder(path) || path.split(separator: "/").last?.uppercased() == "DICOMDIR"
  }

  /// Whether a path is that of a folder, or of a file that begins as DICOM does.
  public static func isDICOM(_ path: String) -> Bool {
    if DICOMPaths.isFolder(path) { return true }
    guard let start = try? InputFile(path: path).bytes(0..<132) else { return false }
    return DICOMSource.isDICOM(start)
  }

  /// The files that a path is read from: those of the series of a folder or a `DICOMDIR`, or the
  /// path itself.
  ///
  /// - Parameter prefersMasks: as of ``ImageOrMask/read(_:dicom:prefersMasks:workers:)``.
  /// - Throws: ``VolumeIOError`` as ``ImageFile/read(_:dicom:workers:)`` does.
  public static func files(
    at path: String, _ options: DICOMOptions = DICOMOptions(), prefersMasks: Bool = false
  ) throws(VolumeIOError) -> [String] {
    let (path, series) = DICOMPaths.divided(path)
    guard isFolderOrDirectory(path) else { return [path] }
    switch try DICOMFolder(path).choice(options.with(series: series), prefersMasks: prefersMasks) {
    case .series(let series): return series.paths
    case .mask(let mask): return [mask.path]
    }
  }

  /// Reads the headers of all DICOM files in a folder and the folders in it, of those that a
  /// `DICOMDIR` names, or of one file.
  ///
  /// - Parameter workers: the threads that read files.
  /// - Throws: ``VolumeIOError`` for a path that cannot be read or has no DICOM images or masks.
  public init(_ path: String, workers: Workers = .all) throws(VolumeIOError) {
    if DICOMPaths.isFolder(path) {
      let sources = try DICOMPaths.files(in: path).map { DICOMSource(path: $0) }
      try self.init(path, sources, workers: workers, isComplete: false)
    } else {
      let source = DICOMSource(path: path)
      let stamp = FileStamp(source)
      try self.init(try DICOMFile(source), source, stamp, workers: workers)
    }
  }

  /// Reads the headers of one file, or of those that it names as a directory.
  ///
  /// - Parameter stamp: taken before the file was opened.
  init(
    _ file: DICOMFile, _ source: DICOMSource, _ stamp: FileStamp?, workers: Workers
  ) throws(VolumeIOError) {
    if let paths = try DICOMPaths.referenced(by: file) {
      guard source.bytes == nil else {
        throw .unsupported(
          path: source.path, found: "a DICOMDIR", remedy: "it can only be read from a disk")
      }
      try self.init(
        source.path, paths.map { DICOMSource(path: $0) }, workers: workers, isComplete: true)
      return
    }
    guard let instance = try DICOMInstance.read(file, source, stamp) else {
      let modality = file.root.text(.modality).map { " of modality \($0)" } ?? ""
      throw .unsupported(
        path: source.path, found: "a DICOM object\(modality) without an image of intensities",
        remedy: "name a file or folder with CT, MR or PET images")
    }
    self.init(path: source.path, [instance], [], damaged: [])
  }

  private init(
    path: String, _ instances: [DICOMInstance], _ masks: [MaskFile], damaged: [DamagedFile]
  ) {
    self.path = path
    self.damaged = damaged
    series = DICOMSeries.group(instances)
    self.masks = MaskFile.labelled(masks, beside: series)
  }

  /// - Parameter isComplete: whether all files are known to be DICOM.
  private init(
    _ path: String, _ sources: [DICOMSource], workers: Workers, isComplete: Bool
  ) throws(VolumeIOError) {
    let outcomes = workers.map(sources.count) { index -> Outcome in
      do throws(VolumeIOError) {
        let source = sources[index]
        let start = try InputFile(path: source.path).bytes(0..<132)
        if start.count < 132, start.allSatisfy({ $0 == 0 }) {
          // A slice that is still being copied must not be taken for no slice.
          throw .malformed(path: source.path, reason: "it ends before its header; copy it again")
        }
        if !isComplete, !DICOMSource.isDICOM(start) { return .other }
        // Taken before, so that a change meanwhile is noticed.
        let stamp = FileStamp(source)
        let file = try DICOMFile(source)
        if let mask = MaskFile(file) { return .mask(mask) }
        return try DICOMInstance.read(file, source, stamp).map(Outcome.image) ?? .other
      } catch {
        return .damaged(DamagedFile(sources[index].path, error))
      }
    }
    var instances: [DICOMInstance] = []
    var masks: [MaskFile] = []
    var damaged: [DamagedFile] = []
    for outcome in outcomes {
      switch outcome {
      case .image(let instance): instances.append(instance)
      case .mask(let mask): masks.append(mask)
      case .damaged(let file): damaged.append(file)
      case .other: break
      }
    }
    guard !instances.isEmpty || !masks.isEmpty else {
      if let file = damaged.first { throw file.error }
      throw .unsupported(
        path: path, found: "a folder without DICOM images",
        remedy: "name one with CT, MR or PET images, or an image file")
    }
    self.init(path: path, instances, masks, damaged: damaged)
  }

  /// What a file in a folder is.
  private enum Outcome: Sendable {
    case image(DICOMInstance)
    case mask(MaskFile)
    case damaged(DamagedFile)
    case other
  }
}
