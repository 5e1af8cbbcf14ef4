/// DeepMedic's `trainConfig` file, as far as it names the files of the cases.
///
/// What else is in it is passed over: how to train is in a plan of this program's own.
public struct DeepMedicTrainingFile: Sendable, Equatable {
  /// Lists of files: each list is a text file with one path a line, a line a case.
  public struct Lists: Sendable, Equatable {
    /// The list of each channel.
    public var channels: [String]
    /// The list of the true labels.
    public var labels: String?
    /// The list of the masks of the regions of interest.
    public var masks: String?
  }

  /// The cases to learn from.
  public var training: Lists
  /// The cases held out; nil where none are named.
  public var validation: Lists?

  /// Reads the file at a path: its lists are named as they are written there, relative to its folder.
  ///
  /// - Throws: ``ConvNetError``: it cannot be read, or the names of lists are no plain texts, or
  ///   `channelsTraining` is missing.
  public init(path: String) throws {
    try self.init(text: String(decoding: fileBytes(path), as: UTF8.self), path: path)
  }

  /// Reads the text of such a file; `path` is what errors speak of.
  ///
  /// - Throws: as ``init(path:)``.
  public init(text: String, path: String) throws {
    let kinds = ["Training", "Validation"]
    let wanted = Set(kinds.flatMap { ["channels\($0)", "gtLabels\($0)", "roiMasks\($0)"] })
    var keys = DeepMedicKeys(
      try PythonAssignments(text, path: path, onlyNames: wanted), path: path)
    func lists(_ kind: String) throws -> Lists? {
      guard let channels = try keys.strings("channels\(kind)"), !channels.isEmpty else {
        return nil
      }
      return Lists(
        channels: channels, labels: try keys.string("gtLabels\(kind)"),
        masks: try keys.string("roiMasks\(kind)"))
    }
    guard let training = try lists("Training") else {
      throw ConvNetError.malformed(
        path: path, reason: "it has no channelsTraining, a list of files that list the cases' scans"
      )
    }
    self.training = training
    validation = try lists("Validation")
  }
}
