import Basics
import ArgumentParser
import ConvNet

/// Which cases are held out.
enum HeldOut: ExpressibleByArgument {
  /// Those of another table.
  case table(String)
  /// A fraction of the cases.
  case fraction(Double)
  /// One of several equal parts, counted from 1: a fold of a cross-validation.
  case part(Int, of: Int)

  init?(argument: String) {
    if let fraction = Double(argument) {
      guard 0..<1 ~= fraction else { return nil }
      self = .fraction(fraction)
      return
    }
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    if numbers.count == 2, let part = numbers[0], let count = numbers[1] {
      guard count >= 2, 1...count ~= part else { return nil }
      self = .part(part, of: count)
    } else {
      self = .table(argument)
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .table(let path): path
    case .fraction(let fraction): fraction.short
    case .part(let part, let count): "\(part)/\(count)"
    }
  }

  /// The numbers of the cases held out, in an order that follows from the seed; none of a table.
  func indices(of count: Int, seed: UInt64) -> Set<Int> {
    var random = SplitMix(seed: seed, keys: -4)
    let shuffled = (0..<count).shuffled(using: &random)
    switch self {
    case .table: return []
    case .fraction(let fraction):
      return Set(shuffled.prefix(Int((fraction * Double(count)).rounded())))
    case .part(let part, let parts):
      return Set(shuffled[count * (part - 1) / parts..<count * part / parts])
    }
  }
}
