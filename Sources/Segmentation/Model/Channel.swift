/// One image that a model takes, and how it is recognised and prepared.
public struct Channel: Sendable, Hashable, Codable {
  /// The name by which people call it, such as "T1c"; it names the command's option too.
  public var name: String
  /// What file names say when they mean this channel: each pattern is one or more words joined by
  /// "+", and a name matches when it has all of them. See ``ChannelMatcher``.
  public var patterns: [String]
  /// How intensities are brought to the scale that the network was trained on.
  public var normalization: Normalization
  /// Whether the network does without this image, seeing 0 in its place; nil for no.
  public var optional: Bool?

  /// Makes a channel.
  ///
  /// - Parameter patterns: the words of file names; those of ``standardPatterns(for:)`` where nil.
  public init(
    name: String, patterns: [String]? = nil, normalization: Normalization, optional: Bool? = nil
  ) {
    self.name = name
    self.patterns = patterns ?? Channel.standardPatterns(for: name)
    self.normalization = normalization
    self.optional = optional
  }

  /// Whether the network does without this image.
  public var isOptional: Bool { optional ?? false }

  /// The words that BraTS (2013 to 2024), BIDS, TCIA and the usual scanners' exports use for a kind
  /// of scan; the name itself where it is not one of T1, T1c, T2, FLAIR, PD, DWI, ADC and CT.
  public static func standardPatterns(for name: String) -> [String] {
    switch name.lowercased() {
    case "t1": ["t1", "t1n", "t1w", "t1pre", "mprage"]
    case "t1c":
      [
        "t1c", "t1ce", "t1gd", "t1post", "t1cw", "t1km", "t1wce", "ce+t1w", "ce+t1", "gd+t1",
        "post+t1", "post+t1w", "contrast+t1", "contrast+t1w",
      ]
    case "t2": ["t2", "t2w", "t2n"]
    case "flair": ["flair", "fla", "t2f", "t2flair", "t2+flair", "t2w+flair", "flairw"]
    case "pd": ["pd", "pdw"]
    case "dwi": ["dwi"]
    case "adc": ["adc"]
    case "ct": ["ct"]
    case let other: [ChannelMatcher.words(of: other).joined(separator: "+")]
    }
  }
}
