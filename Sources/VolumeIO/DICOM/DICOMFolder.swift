import Foundation
public import Parallel
import Synchronization

/// The volumes in a folder of DICOM files, or in one file, whose headers have been read.
public struct DICOMFolder: Sendable {
  /// The path that was scanned.
  public let path: String
  /// The volumes, in the order of their series' numbers.
  public let series: [DICOMSeries]
  /// What is wrong with files that look like DICOM and cannot be read.
  public let damaged: [VolumeIOError]

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
  /// - Throws: ``VolumeIOError`` as ``ImageFile/read(_:dicom:workers:)`` does.
  public static func files(
    at path: String, _ options: DICOMOptions = DICOMOptions()
  ) throws(VolumeIOError) -> [String] {
    let (path, series) = DICOMPaths.divided(path)
    guard isFolderOrDirectory(path) else { return [path] }
    return try DICOMFolder(path).chosen(options.with(series: series)).paths
  }

  /// Reads the headers of all DICOM files in a folder and the folders in it, of those that a
  /// `DICOMDIR` names, or of one file.
  ///
  /// - Parameter workers: the threads that read files.
  /// - Throws: ``VolumeIOError`` for a path that cannot be read or has no DICOM images.
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
    self.init(path: source.path, [instance], damaged: [])
  }

  private init(path: String, _ instances: [DICOMInstance], damaged: [VolumeIOError]) {
    self.path = path
    self.damaged = damaged
    series = DICOMSeries.group(instances)
  }

  /// - Parameter isComplete: whether all files are known to be DICOM.
  private init(
    _ path: String, _ sources: [DICOMSource], workers: Workers, isComplete: Bool
  ) throws(VolumeIOError) {
    typealias Outcome = Result<DICOMInstance?, VolumeIOError>
    let outcomes = workers.map(sources.count) { index -> Outcome in
      do throws(VolumeIOError) {
        let source = sources[index]
        let start = try InputFile(path: source.path).bytes(0..<132)
        if start.count < 132, start.allSatisfy({ $0 == 0 }) {
          // A slice that is still being copied must not be taken for no slice.
          throw .malformed(path: source.path, reason: "it ends before its header; copy it again")
        }
        if !isComplete, !DICOMSource.isDICOM(start) { return .success(nil) }
        return .success(try DICOMInstance.read(source))
      } catch {
        return .failure(error)
      }
    }
    var instances: [DICOMInstance] = []
    var damaged: [VolumeIOError] = []
    for outcome in outcomes {
      switch outcome {
      case .success(let instance): if let instance { instances.append(instance) }
      case .failure(let error): damaged.append(error)
      }
    }
    guard !instances.isEmpty else {
      if let error = damaged.first { throw error }
      throw .unsupported(
        path: path, found: "a folder without DICOM images",
        remedy: "name one with CT, MR or PET images, or an image file")
    }
    self.init(path: path, instances, damaged: damaged)
  }

  /// The only volume, or the one that the options name.
  ///
  /// - Throws: ``VolumeIOError/unsupported(path:found:remedy:)`` where none or several fit.
  public func chosen(_ options: DICOMOptions) throws(VolumeIOError) -> DICOMSeries {
    let volumes = series.filter(\.isVolume)
    guard let wanted = options.series else {
      guard volumes.count == 1 else {
        if let only = series.first, volumes.isEmpty {
          throw .unsupported(
            path: path, found: only.problem ?? "no volume",
            remedy: "name CT, MR or PET images with their place in the patient")
        }
        throw .unsupported(
          path: path, found: "\(volumes.count) series: \(DICOMFolder.list(volumes))",
          remedy: "choose one as '\(path)#NUMBER' or with --series; \"medcnn info\" lists them")
      }
      return volumes[0]
    }
    let tests: [(DICOMSeries) -> Bool] = [
      { $0.label == wanted }, { $0.uid == wanted }, { $0.number.map(String.init) == wanted },
      { $0.description.lowercased() == wanted.lowercased() },
      { fnmatch(wanted.lowercased(), $0.description.lowercased(), 0) == 0 },
    ]
    for test in tests {
      let found = series.filter(test)
      if found.count == 1 { return found[0] }
      if found.count > 1 {
        throw .unsupported(
          path: path,
          found: "\(found.count) series for '\(wanted)': \(DICOMFolder.list(found))",
          remedy: "choose one by its number in this list")
      }
    }
    throw .unsupported(
      path: path, found: "no series '\(wanted)' among \(DICOMFolder.list(series))",
      remedy: "choose one by its number in this list, its UID or its description")
  }

  /// A few series in a sentence.
  private static func list(_ series: [DICOMSeries]) -> String {
    let names = series.prefix(8).map { series in
      series.description.isEmpty
        ? "\(series.label) (\(series.modality))"
        : "\(series.label) (\(series.modality), \(series.description))"
    }
    return names.joined(separator: ", ") + (series.count > 8 ? ", ..." : "")
  }
}
