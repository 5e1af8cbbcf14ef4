/// What people should know about a model before they rely on it.
public struct ModelCard: Sendable, Hashable, Codable {
  /// A short name, such as "glioma-deepmedic".
  public var name: String
  /// The model's own version.
  public var version: String
  /// What it segments, in one or two sentences.
  public var description: String
  /// The scans and labels that it was trained on.
  public var trainingData: String?
  /// How accurate it is, on what, and how that was measured.
  public var accuracy: String?
  /// Where it should not be used, and how it fails.
  public var limitations: String?
  /// The terms of the weights.
  public var license: String?
  /// The publication to cite.
  public var citation: String?

  /// Makes a card.
  public init(
    name: String, version: String, description: String, trainingData: String? = nil,
    accuracy: String? = nil, limitations: String? = nil, license: String? = nil,
    citation: String? = nil
  ) {
    self.name = name
    self.version = version
    self.description = description
    self.trainingData = trainingData
    self.accuracy = accuracy
    self.limitations = limitations
    self.license = license
    self.citation = citation
  }
}
