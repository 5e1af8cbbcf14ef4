/// What a caller wants of DICOM images beyond what the files say.
public struct DICOMOptions: Sendable, Hashable {
  /// The series to read from a folder with several: its number in the list, the number or the UID
  /// of the series, or its description, in which `*` and `?` stand for any characters and one.
  public var series: String?
  /// Fills slices that are missing by interpolation between their neighbours and takes the first of
  /// those that are there twice, instead of refusing the series.
  public var allowMissing: Bool
  /// The standardised uptake value to turn PET images to.
  public var uptake: UptakeValue?

  /// By default the only series, complete, with its values as they are.
  public init(series: String? = nil, allowMissing: Bool = false, uptake: UptakeValue? = nil) {
    self.series = series
    self.allowMissing = allowMissing
    self.uptake = uptake
  }

  /// The same with another series, if one is given.
  func with(series: String?) -> DICOMOptions {
    var options = self
    options.series = series ?? options.series
    return options
  }
}
