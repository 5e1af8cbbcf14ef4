/// A computed feature: its name within its family, and its value.
public struct Feature: Sendable, Equatable {
  /// The name without image type and family, such as `JointEntropy`.
  public let name: String
  /// The value; NaN where the definition gives none for this region.
  public let value: Double
  /// Why there is no value, where ``value`` is NaN.
  public let reason: String?

  /// A feature that has a value.
  public init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
    reason = value.isNaN ? "not defined for this region" : nil
  }

  /// A feature that the definition gives no value for.
  public init(_ name: String, undefined reason: String) {
    self.name = name
    value = .nan
    self.reason = reason
  }
}
