extension Deidentifier {
  /// De-identifies all DICOM files in a folder and the folders in it.
  ///
  /// Results are named by numbers, since names of files may tell patients: a folder for each series
  /// and a file for each object. Files of other kinds are left out, and so are directories.
  ///
  /// - Parameters:
  ///   - target: the folder that is made; it appears whole or not at all.
  ///   - progress: is told the fraction of files that are done.
  ///   - failed: is told of each file that cannot be de-identified; the others are.
  /// - Throws: ``VolumeIOError`` for a folder without DICOM files, and a place that is not free.
  public mutating func writeFolder(
    _ folder: String, to target: String, progress: (Double) -> Void = { _ in },
    failed: (VolumeIOError) -> Void
  ) throws(VolumeIOError) {
    let paths = try DICOMPaths.files(in: folder)
    var copy = self
    try AtomicFolder.write(to: target) { place throws(VolumeIOError) in
      var numbers: [String: (series: Int, files: Int)] = [:]
      for (index, path) in paths.enumerated() {
        progress(Double(index) / Double(paths.count))
        do throws(VolumeIOError) {
          guard DICOMSource.isDICOM(try InputFile(path: path).bytes(0..<132)) else {
            copy.report.leftOut += 1
            continue
          }
          try copy.add(path, to: place, &numbers)
        } catch {
          failed(error)
        }
      }
      guard copy.report.files > 0 else {
        throw .unsupported(
          path: folder, found: "no DICOM file that can be de-identified",
          remedy: "name a folder with DICOM files")
      }
    }
    self = copy
  }

  /// Writes a file as the next one of its series.
  private mutating func add(
    _ path: String, to place: String, _ numbers: inout [String: (series: Int, files: Int)]
  ) throws(VolumeIOError) {
    let file = try DICOMFile(DICOMSource(path: path))
    guard !Deidentifier.isDirectory(file) else {
      report.leftOut += 1
      return
    }
    let series = file.root.text(.seriesUID) ?? path
    let number = numbers[series] ?? (numbers.count + 1, 0)
    let name = "\(place)/series-\(DICOMDocument.digits(number.series, 3))"
    try AtomicFolder.make(name)
    try write(file, to: "\(name)/\(DICOMDocument.digits(number.files + 1, 4)).dcm")
    numbers[series] = (number.series, number.files + 1)
  }
}

extension DICOMDocument {
  /// A number with zeros before it.
  static func digits(_ number: Int, _ count: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, count - digits.count)) + digits
  }
}
