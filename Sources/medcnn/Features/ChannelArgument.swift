import ArgumentParser

/// A channel of the cases: its place, and the name that its columns begin with.
struct ChannelArgument: ExpressibleByArgument {
  /// What columns begin with, or nil for the only channel.
  let name: String?
  /// A file, the number of a channel of the scan, or a column of the table of cases.
  let place: String

  init?(argument: String) {
    guard let mark = argument.firstIndex(of: "=") else {
      name = Int(argument) == nil ? argument : nil
      place = argument
      guard name.map(ChannelArgument.isName) ?? !argument.isEmpty else { return nil }
      return
    }
    let name = String(argument[..<mark])
    place = String(argument[argument.index(after: mark)...])
    guard ChannelArgument.isName(name), !place.isEmpty else { return nil }
    self.name = name
  }

  /// Columns are taken apart at underscores.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-.".contains($0)) }
  }

  /// The number of a channel from 1, where the place is one.
  var number: Int? { Int(place) }
}

/// One scan of a case, or one channel of it.
struct ScanSource: Sendable {
  /// What columns begin with, or nil for the only channel.
  let name: String?
  let path: String
  /// The channel of a scan with several, from 1.
  let channel: Int?
}

/// The files of a case at one time.
struct CaseSource: Sendable {
  let scans: [ScanSource]
  let mask: String

  /// The paths of the scans, each once.
  var scanPaths: [String] {
    var seen: Set<String> = []
    return scans.map(\.path).filter { seen.insert($0).inserted }
  }

  var paths: [String] { scanPaths + [mask] }

  /// The columns that tell the files.
  func identity(prefix: String = "") -> [(name: String, text: String)] {
    scans.map { ("\(prefix)Image" + ($0.name.map { "_" + $0 } ?? ""), $0.path) }
      + [("\(prefix)Mask", mask)]
  }
}

/// Which channels of a case are measured.
struct ChannelChoice: Sendable {
  let arguments: [ChannelArgument]

  /// - Throws: `ValidationError` for channels that exclude each other.
  func validate() throws {
    if arguments.count > 1, arguments.contains(where: { $0.name == nil }) {
      throw ValidationError("Give each of several channels a name: --channel NAME=PLACE.")
    }
    let names = arguments.compactMap(\.name)
    if Set(names).count < names.count {
      throw ValidationError("--channel names a channel more than once.")
    }
    for argument in arguments {
      if let number = argument.number, number < 1 {
        throw ValidationError("--channel takes a number from 1, not \(number).")
      }
    }
  }

  /// Whether channels are files of their own, so that the only argument is the mask.
  var areFiles: Bool { arguments.contains { $0.number == nil } }

  /// The case that paths name: a scan and a mask, or the mask of channels with files of their own.
  ///
  /// - Throws: `ValidationError` for other paths.
  func source(_ paths: [String]) throws -> CaseSource {
    if areFiles {
      guard paths.count == 1 else {
        throw ValidationError(
          "Beside channels with files of their own give the mask alone, not \(paths.count) paths.")
      }
      for argument in arguments where argument.place == argument.name {
        throw ValidationError(
          "Say which file channel \(argument.place) is: --channel \(argument.place)=FILE.")
      }
      return CaseSource(
        scans: arguments.map {
          ScanSource(name: $0.name, path: $0.place, channel: nil)
        }, mask: paths[0])
    }
    guard paths.count == 2 else {
      throw ValidationError("Give a scan and a mask, or --cases FILE, or --list.")
    }
    guard !arguments.isEmpty else {
      return CaseSource(
        scans: [ScanSource(name: nil, path: paths[0], channel: nil)], mask: paths[1])
    }
    return CaseSource(
      scans: arguments.map { ScanSource(name: $0.name, path: paths[0], channel: $0.number) },
      mask: paths[1])
  }

  /// The case at the earlier time: a scan and a mask, or NAME=FILE for each channel and the mask.
  func baseline(_ paths: [String]) throws -> CaseSource {
    guard areFiles else { return try source(paths) }
    var files: [String: String] = [:]
    for path in paths.dropLast() {
      guard let argument = ChannelArgument(argument: path), let name = argument.name else {
        throw ValidationError("--baseline takes NAME=FILE for each channel, then the mask.")
      }
      files[name] = argument.place
    }
    guard let mask = paths.last, files.count == arguments.count,
      arguments.allSatisfy({ files[$0.name ?? ""] != nil })
    else { throw ValidationError("--baseline takes NAME=FILE for each channel, then the mask.") }
    return CaseSource(
      scans: arguments.map {
        ScanSource(name: $0.name, path: files[$0.name ?? ""] ?? "", channel: nil)
      },
      mask: mask)
  }
}
