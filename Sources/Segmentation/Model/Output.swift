/// What a network's output means.
public struct Output: Sendable, Hashable, Codable {
  /// What is applied to the network's output to make it a probability.
  public enum Activation: String, Sendable, Hashable, Codable {
    /// Nothing: the network ends with it.
    case none
    /// Over the channels.
    case softmax
    /// Of each channel.
    case sigmoid
  }

  /// How probabilities become labels.
  public enum Decision: String, Sendable, Hashable, Codable {
    /// Each output channel is a class; the largest wins, the first among equals.
    case argmax
    /// Each output channel is a class, the first of them the background. Where the probability of all the
    /// others together exceeds `threshold`, the largest of them wins: what is a lesion is so even where it
    /// is unsure of which kind.
    case foreground
    /// Each output channel is a region, and regions may contain each other: where its probability
    /// exceeds `threshold` the voxel gets its value, later channels over earlier ones.
    case regions
  }

  /// Applied to the network's output.
  public var activation: Activation
  /// How probabilities become labels.
  public var decision: Decision
  /// The probability above which a voxel belongs to a region, or to any class; not for argmax.
  public var threshold: Double?
  /// The label value that each output channel stands for; 0 is the background.
  public var values: [UInt16]
  /// Connected components (26 neighbours, all labels together) of less than so many millilitres are
  /// taken for false and become background; 0 where nil.
  public var smallestLesion: Double?

  /// Makes a description.
  public init(
    activation: Activation, decision: Decision, threshold: Double? = nil, values: [UInt16],
    smallestLesion: Double? = nil
  ) {
    self.activation = activation
    self.decision = decision
    self.threshold = threshold
    self.values = values
    self.smallestLesion = smallestLesion
  }
}
