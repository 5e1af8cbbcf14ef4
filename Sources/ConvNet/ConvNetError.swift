/// What can be wrong with a network, its weights, or a file that holds them.
public enum ConvNetError: Error, Sendable, Equatable {
  /// The description contradicts itself.
  case invalidNetwork(node: String, reason: String)
  /// A weight that the description needs is not there.
  case missingWeight(name: String, expected: [Int])
  /// A weight of another shape than the description needs.
  case weightShape(name: String, found: [Int], expected: [Int])
  /// An input that the network cannot take.
  case invalidInput(found: String, expected: String)
  /// A file that cannot be read.
  case unreadable(path: String, reason: String)
  /// A file that breaks its format's rules.
  case malformed(path: String, reason: String)
  /// A valid file with something that this program does not know.
  case unsupported(path: String, found: String, remedy: String)
  /// A file that cannot be written.
  case unwritable(path: String, reason: String)
}

extension ConvNetError: CustomStringConvertible {
  /// One line: what was found, what was expected, and the remedy.
  public var description: String {
    func shape(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "x") }
    return switch self {
    case .invalidNetwork(let node, let reason): "network node \"\(node)\": \(reason)"
    case .missingWeight(let name, let expected):
      "weight \"\(name)\" (\(shape(expected))) is missing"
    case .weightShape(let name, let found, let expected):
      "weight \"\(name)\" has the shape \(shape(found)) where the network needs \(shape(expected))"
    case .invalidInput(let found, let expected):
      "the network was given \(found); it takes \(expected)"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .malformed(let path, let reason): "\(path): damaged file: \(reason)"
    case .unsupported(let path, let found, let remedy): "\(path): \(found); \(remedy)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
