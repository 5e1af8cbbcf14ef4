public import Foundation
import VolumeIO

/// Where an output comes from, for the JSON file beside it.
///
/// Equal inputs and parameters give equal text: there are no time stamps, and files are known by
/// their names without folders and by their digests.
public struct Provenance: Sendable, Hashable, Codable {
  /// A file that went into an output.
  public struct Input: Sendable, Hashable, Codable {
    /// What it was used as, such as a channel's name or "mask".
    public var role: String
    /// Its name without folders.
    public var file: String
    /// The digest of its bytes, as 64 hexadecimal digits.
    public var sha256: String

    /// Makes a record.
    public init(role: String, file: String, sha256: String) {
      self.role = role
      self.file = file
      self.sha256 = sha256
    }

    /// Reads the file and makes its record.
    ///
    /// - Throws: the error of Foundation where the file cannot be read.
    public init(role: String, contentsOf url: URL) throws {
      let handle = try FileHandle(forReadingFrom: url)
      defer { try? handle.close() }
      var digest = SHA256()
      while let bytes = try handle.read(upToCount: 1 << 20), !bytes.isEmpty {
        digest.update(bytes)
      }
      self.init(role: role, file: url.lastPathComponent, sha256: digest.hexadecimal())
    }
  }

  /// The program's name.
  public var program: String
  /// The program's version.
  public var version: String
  /// The subcommand and its arguments; paths are cut to their last component.
  public var command: [String]
  /// The files that were read.
  public var inputs: [Input]
  /// The parameters in effect, those left at their defaults included.
  public var parameters: [String: JSONValue]
  /// The model, where one was used.
  public var model: ModelCard?
  /// What the user was warned of.
  public var warnings: [String]
  /// The numbers that the command reported.
  public var results: JSONValue?

  /// Makes a record.
  ///
  /// - Parameter arguments: as given to the program, without its name.
  public init(
    program: String = "medcnn", version: String, arguments: [String], inputs: [Input],
    parameters: [String: JSONValue], model: ModelCard? = nil, warnings: [String] = [],
    results: JSONValue? = nil
  ) {
    self.program = program
    self.version = version
    command = arguments.map(Provenance.withoutFolders)
    self.inputs = inputs
    self.parameters = parameters
    self.model = model
    self.warnings = warnings
    self.results = results
  }

  /// Writes the record as JSON, beside the target first and then in one step in its place.
  ///
  /// - Throws: ``SegmentationError/unwritable(path:reason:)``.
  public func write(to url: URL) throws(SegmentationError) {
    do {
      let text = try JSONValue(encoding: self).formatted()
      try Data(text.utf8).write(to: url, options: .atomic)
    } catch {
      throw .unwritable(path: url.relativePath, reason: error.localizedDescription)
    }
  }

  /// `--out=a/b` becomes `--out=b`, and `a/b` becomes `b`.
  private static func withoutFolders(_ argument: String) -> String {
    guard argument.contains("/") else { return argument }
    let option = argument.hasPrefix("-") ? argument.prefix { $0 != "=" } : ""
    let path = argument.dropFirst(option.isEmpty ? 0 : option.count + 1)
    let last = path.split(separator: "/").last.map(String.init) ?? String(path)
    return option.isEmpty ? last : "\(option)=\(last)"
  }
}
