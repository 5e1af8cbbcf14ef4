internal import Basics
internal import ConvNet
internal import Parallel
public import Phantoms
internal import Volumes

/// Brains that are synthesised while a network learns, as part of each batch.
///
/// Each has its number in the seed, so that it is the same whenever it is made again.
public struct PhantomCases: Sendable, Hashable {
  /// The part of the segments of each batch that show phantoms, from 0 to 1.
  public var fraction = 0.5
  /// The number of different brains.
  public var count = 1000
  /// The number of the first one.
  public var seed: UInt64 = 1
  /// How many are in use at a time; over an epoch all of these are replaced by others.
  public var inMemory = 10
  /// What each label of the phantoms (``Phantoms/BrainCase/labels``) becomes; those that are not listed
  /// stay as they are.
  public var labels: [UInt16: UInt16] = [:]
  /// What is synthesised; the modalities follow from the network's channels.
  public var settings = BrainGenerator.Settings()

  /// Half of the segments; set what is wanted.
  public init() {}

  /// What contradicts itself, or nil.
  var fault: String? {
    guard 0...1 ~= fraction else { return "the fraction of phantoms must be between 0 and 1" }
    guard 1...1_000_000 ~= count, 1...10_000 ~= inMemory else {
      return "count and inMemory of phantoms must be positive numbers"
    }
    do {
      _ = try BrainGenerator(settings)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// How many of the segments of a step show phantoms: over the steps the fraction is kept exactly.
  func segments(of batch: Int, step: Int) -> Int {
    func before(_ step: Int) -> Int {
      Int((Double(step) * Double(batch) * fraction).rounded(.down))
    }
    return min(batch, before(step + 1) - before(step))
  }

  /// The cases for a network with these channels.
  ///
  /// - Throws: ``SegmentationError/channels(found:expected:remedy:)`` for a channel that is none of the
  ///   modalities; `PhantomError`.
  func cases(channels: [Channel]) throws -> [TrainingCase] {
    var settings = settings
    settings.modalities = try channels.map { channel in
      guard
        let modality = BrainModality.allCases.first(where: {
          channel.patterns.contains($0.rawValue)
        })
      else {
        throw SegmentationError.channels(
          found: "the channel \(channel.name)", expected: "T1, T1c, T2 or FLAIR for phantoms",
          remedy: "leave out phantoms, or name the channels so")
      }
      return modality
    }
    let generator = try BrainGenerator(settings)
    let labels = labels
    return (0..<count).map { number in
      let seed = seed &+ UInt64(number)
      return TrainingCase(name: "phantom \(seed)") { workers in
        let made = try PhantomCases.make(generator, seed: seed, workers: workers)
        var map = made.labels
        map.voxels = map.voxels.map { labels[$0] ?? $0 }
        return LabelledScans(scans: made.channels, labels: map)
      }
    }
  }

  /// Now and then no lesion finds a place; then it is another brain.
  private static func make(
    _ generator: BrainGenerator, seed: UInt64, workers: Workers
  ) throws -> BrainCase {
    for attempt in 0..<20 {
      let random = SplitMix(seed: seed, keys: attempt)
      do {
        return try generator.makeCase(seed: attempt == 0 ? seed : random.seed, workers: workers)
      } catch PhantomError.noRoom {
        continue
      }
    }
    return try generator.makeCase(seed: seed, workers: workers)
  }
}

extension PhantomCases: Codable {
  private enum CodingKeys: String, CodingKey {
    case fraction, count, seed, inMemory, labels, settings
  }

  /// Takes the usual value for each key that is left out.
  ///
  /// - Throws: `DecodingError` for a value of the wrong kind.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func take<Value: Decodable>(_ value: inout Value, _ key: CodingKeys) throws {
      if let found = try values.decodeIfPresent(Value.self, forKey: key) { value = found }
    }
    try take(&fraction, .fraction)
    try take(&count, .count)
    try take(&seed, .seed)
    try take(&inMemory, .inMemory)
    try take(&settings, .settings)
    for (key, value) in try values.decodeIfPresent([String: UInt16].self, forKey: .labels) ?? [:] {
      guard let label = UInt16(key) else {
        throw DecodingError.dataCorruptedError(
          forKey: .labels, in: values, debugDescription: "'\(key)' is no label's number")
      }
      labels[label] = value
    }
  }

  /// Writes every key.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(fraction, forKey: .fraction)
    try values.encode(count, forKey: .count)
    try values.encode(seed, forKey: .seed)
    try values.encode(inMemory, forKey: .inMemory)
    try values.encode(settings, forKey: .settings)
    try values.encode(
      Dictionary(uniqueKeysWithValues: labels.map { ("\($0.key)", $0.value) }), forKey: .labels)
  }
}
