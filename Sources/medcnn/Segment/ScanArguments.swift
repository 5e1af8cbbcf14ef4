import ArgumentParser
import Foundation
import Segmentation
import VolumeIO

/// The ways in which a patient's scans can be given.
struct ScanArguments: ParsableArguments {
  /// A scan of any kind: NAME=FILE.
  struct Named: ExpressibleByArgument {
    let name: String
    let path: String

    init?(argument: String) {
      let parts = argument.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      name = String(parts[0])
      path = String(parts[1])
    }
  }

  /// A file and what it is: the name of a channel, or "scan" for a file with all channels.
  struct File {
    let role: String
    let path: String
    /// The channel's number in the model; nil for a file with all channels.
    let channel: Int?
  }

  @Argument(
    help: """
      A folder with images or DICOM series, a file with all channels, or files whose names tell \
      the kind.
      """,
    completion: .file())
  var paths: [String] = []

  @Option(help: ArgumentHelp("The T1-weighted scan.", valueName: "file"), completion: .file())
  var t1: String?

  @Option(
    help: ArgumentHelp("The T1-weighted scan after contrast agent.", valueName: "file"),
    completion: .file())
  var t1c: String?

  @Option(help: ArgumentHelp("The T2-weighted scan.", valueName: "file"), completion: .file())
  var t2: String?

  @Option(help: ArgumentHelp("The FLAIR scan.", valueName: "file"), completion: .file())
  var flair: String?

  @Option(
    name: .customLong("channel"),
    help: ArgumentHelp(
      "The scan for the model's channel of this name; repeatable.", valueName: "name=file"),
    completion: .file())
  var channels: [Named] = []

  /// The scans that were given by their kind.
  private var named: [(name: String, path: String)] {
    [("T1", t1), ("T1c", t1c), ("T2", t2), ("FLAIR", flair)].compactMap { name, path in
      path.map { (name, $0) }
    } + channels.map { ($0.name, $0.path) }
  }

  func validate() throws {
    guard !paths.isEmpty || !named.isEmpty else {
      throw ValidationError("Give scans: a folder, a file, or --t1 FILE and so on.")
    }
    guard paths.isEmpty || named.isEmpty else {
      throw ValidationError(
        "Give scans either by --t1 and so on or as a folder or files, not both.")
    }
    let names = named.map { $0.name.lowercased() }
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw ValidationError("The channel '\(twice)' is given twice.")
    }
  }

  /// The first path that was given.
  var first: String { paths.first ?? named.first?.path ?? "scan" }

  /// The files for a model: one for each of its channels in their order, but for optional ones that are
  /// not there, or one with all.
  ///
  /// - Throws: `SegmentationError.channels` where the scans are not what the model takes.
  func files(for model: Model) throws -> [File] {
    if !named.isEmpty { return try namedFiles(for: model) }
    var paths = self.paths
    var folder = "the files given"
    if paths.count == 1 {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: paths[0], isDirectory: &isFolder),
        isFolder.boolValue
      else {
        if DICOMFolder.isFolderOrDirectory(paths[0]) {
          return try dicomFiles(in: paths[0], for: model)
        }
        return [try singleFile(paths[0], for: model)]
      }
      folder = paths[0]
      do {
        paths = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
          URL(fileURLWithPath: folder).appendingPathComponent($0).relativePath
        }
      } catch {
        throw CommandError.unreadable(folder, reason: error.localizedDescription)
      }
    }
    let names = paths.map { URL(fileURLWithPath: $0).lastPathComponent }
    if self.paths.count == 1, !names.contains(where: ChannelMatcher.isImage) {
      return try dicomFiles(in: folder, for: model)
    }
    let order = try ChannelMatcher(channels: model.channels).match(
      fileNames: names, folder: folder)
    return files(order, for: model) { paths[$0] }
  }

  /// What a matcher found.
  private func files(_ order: [Int?], for model: Model, path: (Int) -> String) -> [File] {
    order.enumerated().compactMap { channel, index in
      index.map {
        File(role: model.channels[channel].name, path: path($0), channel: channel)
      }
    }
  }

  /// One file: the only channel, or all channels, or, where others may be absent, the channel that its
  /// name tells.
  private func singleFile(_ path: String, for model: Model) throws -> File {
    if model.channels.count == 1 {
      return File(role: model.channels[0].name, path: path, channel: 0)
    }
    guard model.channels.contains(where: \.isOptional),
      try ImageFile.readHeader(path).channels == 1
    else { return File(role: "scan", path: path, channel: nil) }
    let name = URL(fileURLWithPath: path).lastPathComponent
    let order = try ChannelMatcher(channels: model.channels).match(
      fileNames: [name], folder: "the files given")
    guard let file = files(order, for: model, path: { _ in path }).first else {
      preconditionFailure("a match has a file")
    }
    return file
  }

  /// The series of a DICOM folder or `DICOMDIR` whose descriptions tell the kind, or the only one.
  private func dicomFiles(in folder: String, for model: Model) throws -> [File] {
    let series = try DICOMFolder(folder).series.filter(\.isVolume)
    if model.channels.count == 1, series.count == 1 {
      return [File(role: model.channels[0].name, path: folder, channel: 0)]
    }
    let order = try ChannelMatcher(channels: model.channels).match(
      seriesDescriptions: series.map(\.description), folder: folder)
    return files(order, for: model) { "\(folder)#\(series[$0].label)" }
  }

  private func namedFiles(for model: Model) throws -> [File] {
    let names = model.channels.map(\.name)
    let given = Dictionary(
      named.map { ($0.name.lowercased(), $0.path) }, uniquingKeysWith: { first, _ in first })
    let missing = model.channels.filter { !$0.isOptional }.map(\.name)
      .filter { given[$0.lowercased()] == nil }
    let unknown = named.map(\.name).filter { name in
      !names.contains { $0.lowercased() == name.lowercased() }
    }
    guard missing.isEmpty, unknown.isEmpty else {
      let options = ["t1", "t1c", "t2", "flair"]
      let remedy =
        missing.isEmpty
        ? "leave out \(unknown.joined(separator: ", "))"
        : "give "
          + missing.map { name in
            options.contains(name.lowercased())
              ? "--\(name.lowercased()) FILE" : "--channel \(name)=FILE"
          }.joined(separator: " ") + ", or take a model for the scans that there are"
      throw SegmentationError.channels(
        found: named.map(\.name).joined(separator: ", "),
        expected: names.joined(separator: ", "), remedy: remedy)
    }
    return names.enumerated().compactMap { channel, name in
      given[name.lowercased()].map { File(role: name, path: $0, channel: channel) }
    }
  }
}

/// A number of bytes, such as 800M or 2G.
struct MemorySize: ExpressibleByArgument, CustomStringConvertible {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let units: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
    var digits = argument.uppercased()
    if digits.hasSuffix("B") { digits.removeLast() }
    if digits.hasSuffix("I") { digits.removeLast() }
    guard let unit = digits.last, let shift = units[unit],
      let number = Double(digits.dropLast()), number > 0
    else { return nil }
    let bytes = number * Double(1 << shift)
    guard bytes >= Double(1 << 20), bytes <= Double(1 << 46) else { return nil }
    self.bytes = Int(bytes)
  }

  var description: String {
    bytes % (1 << 30) == 0 ? "\(bytes >> 30)G" : "\(bytes >> 20)M"
  }

  var defaultValueDescription: String { description }
}
