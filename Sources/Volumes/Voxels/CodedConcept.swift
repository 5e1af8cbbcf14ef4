/// A term with a code of a terminology, as DICOM writes it (PS3.3 8.8).
public struct CodedConcept: Sendable, Hashable, Codable {
  /// The code, at most 16 characters, such as "79654002".
  public var value: String
  /// The short name of the terminology, such as "SCT" for SNOMED CT.
  public var scheme: String
  /// What the code means, for people; at most 64 characters.
  public var meaning: String

  /// Makes a term.
  public init(_ value: String, _ scheme: String, _ meaning: String) {
    self.value = value
    self.scheme = scheme
    self.meaning = meaning
  }
}
