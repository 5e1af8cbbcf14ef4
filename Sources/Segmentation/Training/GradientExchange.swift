/// What lets several processes train one network, each on its own part of every batch: after each
/// back-propagation they exchange what they found, and all take the same step.
public protocol GradientExchange: Sendable {
  /// The number of this process, from 0.
  var rank: Int { get }
  /// The number of processes.
  var count: Int { get }

  /// Replaces arrays by their means over all processes, in an order of summation that is the same in
  /// each run. All processes call it with the same names and lengths.
  func average(_ arrays: inout [String: [Float]]) throws
}

/// The exchange of one process by itself, which has nothing to exchange.
public struct SingleProcess: GradientExchange {
  /// 0.
  public let rank = 0
  /// 1.
  public let count = 1

  /// Makes it.
  public init() {}

  /// Leaves the arrays as they are.
  public func average(_ arrays: inout [String: [Float]]) {}
}
