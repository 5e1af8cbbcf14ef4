/// Tells from the names of files which channel of a model each one is.
///
/// A name is cut into words at everything that is neither a letter nor a digit, ignoring case and
/// the extension. A file belongs to the channel with the pattern of the most words that are all in
/// its name, so `sub-01_ce-gadolinium_T1w` is "ce+t1w" (T1c) rather than "t1w" (T1), and
/// `T2_FLAIR` is FLAIR. Names that speak of a mask or a segmentation are left out. Where no name
/// has a channel's words, nnU-Net's numbers count: `case_0000` is the first channel. What a number alone
/// stands for differs between data sets: for optional channels all numbers must be there.
public struct ChannelMatcher: Sendable {
  /// The channels, in the model's order.
  public let channels: [Channel]

  /// Makes a matcher.
  public init(channels: [Channel]) {
    self.channels = channels
  }

  /// The index in `fileNames` of each channel's file, in the order of the channels; nil for an optional
  /// channel that has none.
  ///
  /// - Parameters:
  ///   - fileNames: names without folders.
  ///   - folder: how messages call the place.
  /// - Throws: ``SegmentationError/channels(found:expected:remedy:)`` where a channel that is needed has
  ///   no file, or one has several, or a file could be several channels, or none is any.
  public func match(fileNames: [String], folder: String) throws(SegmentationError) -> [Int?] {
    let images = fileNames.indices.filter { ChannelMatcher.isImage(fileNames[$0]) }
    return try match(
      names: fileNames, images: images, folder: folder, remedy: ("name the files:", "FILE"))
  }

  /// The index in `descriptions` of each channel's series, in the order of the channels; nil for an
  /// optional channel that has none.
  ///
  /// - Parameters:
  ///   - descriptions: those of the series of a DICOM folder.
  ///   - folder: its path.
  /// - Throws: ``SegmentationError/channels(found:expected:remedy:)`` where a channel that is needed has
  ///   no series, or one has several, or a series could be several channels, or none is any.
  public func match(
    seriesDescriptions descriptions: [String], folder: String
  ) throws(SegmentationError) -> [Int?] {
    try match(
      names: descriptions, images: Array(descriptions.indices), folder: folder,
      remedy: ("name the series by their numbers in \"medcnn info\":", "'\(folder)#NUMBER'"))
  }

  /// - Parameters:
  ///   - images: those of the names that may be channels.
  ///   - remedy: how messages say what to do, and what stands for a name.
  private func match(
    names fileNames: [String], images: [Int], folder: String, remedy: (String, String)
  ) throws(SegmentationError) -> [Int?] {
    let images = images.filter {
      ChannelMatcher.nonImageWords.isDisjoint(with: ChannelMatcher.words(of: fileNames[$0]))
    }
    var candidates = [[Int]](repeating: [], count: channels.count)
    for index in images {
      for channel in bestChannels(for: Set(ChannelMatcher.words(of: fileNames[index]))) {
        candidates[channel].append(index)
      }
    }
    if candidates.allSatisfy(\.isEmpty) {
      for index in images {
        guard let word = ChannelMatcher.words(of: fileNames[index]).last, word.count == 4,
          let number = Int(word), candidates.indices.contains(number)
        else { continue }
        candidates[number].append(index)
      }
      if candidates.contains(where: \.isEmpty) { candidates = candidates.map { _ in [] } }
    }
    let isClear = zip(channels, candidates).allSatisfy { channel, files in
      files.count == 1 || (files.isEmpty && channel.isOptional)
    }
    let found = candidates.reduce(0) { $0 + $1.count }
    guard isClear, found > 0, Set(candidates.joined()).count == found else {
      throw error(
        fileNames: fileNames, images: images, candidates: candidates, folder: folder,
        remedy: remedy)
    }
    return candidates.map(\.first)
  }

  /// The channels whose longest matching pattern is the longest of all.
  private func bestChannels(for words: Set<String>) -> [Int] {
    let lengths = channels.map { channel in
      channel.patterns.map { pattern -> Int in
        let wanted = ChannelMatcher.words(of: pattern)
        return wanted.allSatisfy(words.contains) ? wanted.count : 0
      }.max() ?? 0
    }
    guard let best = lengths.max(), best > 0 else { return [] }
    return lengths.indices.filter { lengths[$0] == best }
  }

  private func error(
    fileNames: [String], images: [Int], candidates: [[Int]], folder: String,
    remedy: (String, String)
  ) -> SegmentationError {
    let file = images.count == 1 && remedy.1 == "FILE" ? fileNames[images[0]] : remedy.1
    let options = channels.map { "--\($0.name.lowercased()) \(file)" }
    if channels.allSatisfy(\.isOptional), !images.isEmpty, candidates.allSatisfy(\.isEmpty) {
      let names = images.map { fileNames[$0] }.sorted()
      return .channels(
        found: names.prefix(12).joined(separator: ", ")
          + (names.count == 1 ? ", whose name does" : ", whose names do")
          + " not tell what kind of scan it is",
        expected: "any of \(channels.map(\.name).joined(separator: ", "))",
        remedy: "say it: \(options.joined(separator: " or "))")
    }
    func list(_ indices: some Sequence<Int>) -> String {
      let names = indices.map { fileNames[$0] }.sorted()
      let shown = names.prefix(12).joined(separator: ", ")
      return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
    }
    let found: String
    if images.isEmpty {
      found = fileNames.isEmpty ? "no files" : "no image among \(list(fileNames.indices))"
    } else {
      let parts = zip(channels, candidates).compactMap { channel, files -> String? in
        if files.count == 1 || (files.isEmpty && channel.isOptional) { return nil }
        return files.isEmpty ? "none for \(channel.name)" : "\(list(files)) for \(channel.name)"
      }
      let doubles = images.filter { image in candidates.count { $0.contains(image) } > 1 }
      let unclear = doubles.isEmpty ? [] : ["\(list(doubles)) for several channels"]
      found = (parts + unclear).joined(separator: ", ") + " among \(list(images))"
    }
    return .channels(
      found: "in \(folder) \(found)",
      expected: "one image for "
        + (channels.contains(where: \.isOptional) ? "any of " : "each of ")
        + channels.map(\.name).joined(separator: ", "),
      remedy: "\(remedy.0) \(options.joined(separator: " "))")
  }

  /// The words of a file name in lower case, without its extension.
  static func words(of name: String) -> [String] {
    var stem = name.lowercased()
    for ending in [".gz"] + imageEndings where stem.hasSuffix(ending) {
      stem.removeLast(ending.count)
    }
    return stem.split { !($0.isLetter || $0.isNumber) }.map(String.init)
  }

  /// Whether a name ends as those of images do.
  public static func isImage(_ name: String) -> Bool {
    let lowered = name.lowercased()
    guard !lowered.hasPrefix(".") else { return false }
    return imageEndings.contains { lowered.hasSuffix($0) || lowered.hasSuffix($0 + ".gz") }
      // The voxels of a pair belong to its header.
      && !lowered.hasSuffix(".img") && !lowered.hasSuffix(".img.gz")
  }

  private static let imageEndings = [".nii", ".nrrd", ".nhdr", ".mha", ".mhd", ".hdr", ".img"]

  private static let nonImageWords: Set<String> = [
    "mask", "brainmask", "seg", "dseg", "probseg", "segmentation", "label", "labels", "labelmap",
    "truth", "groundtruth", "gt", "lesion", "lesions", "consensus", "reference", "probabilities",
  ]
}
