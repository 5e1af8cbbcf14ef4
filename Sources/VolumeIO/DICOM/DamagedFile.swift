import Foundation

/// A file in a DICOM folder that looks like DICOM and cannot be read.
public struct DamagedFile: Sendable {
  /// What is wrong with it.
  public let error: VolumeIOError
  /// The UID of its series, where the damage lies behind it.
  public let series: String?
  let path: String

  init(_ path: String, _ error: VolumeIOError) {
    self.path = path
    self.error = error
    series = DICOMFile.damagedSeries(path)
  }

  /// Whether it may be a slice of a series: it says so, or it does not tell its series and lies beside
  /// slices.
  func mayBelong(to series: DICOMSeries) -> Bool {
    if let uid = self.series { return uid == series.uid }
    func folder(_ path: String) -> Substring {
      path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    }
    return series.paths.contains { folder($0) == folder(path) }
  }
}
