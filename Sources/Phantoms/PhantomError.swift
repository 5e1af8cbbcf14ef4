/// What can be wrong with the parameters of a phantom.
public enum PhantomError: Error, Sendable, Equatable {
  /// A parameter outside its range.
  case invalidParameter(name: String, found: String, expected: String)
  /// The brain has no room for so many lesions.
  case noRoom(placed: Int, wanted: Int)
}

extension PhantomError: CustomStringConvertible {
  /// One line: what was found, what was expected, and the remedy.
  public var description: String {
    switch self {
    case .invalidParameter(let name, let found, let expected):
      "a phantom's \(name) cannot be \(found); give \(expected)"
    case .noRoom(let placed, let wanted):
      "only \(placed) of \(wanted) lesions found a place in the brain; ask for fewer, or take "
        + "another seed"
    }
  }
}
