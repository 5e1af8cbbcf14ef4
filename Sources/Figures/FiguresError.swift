/// What can go wrong with a picture.
public enum FiguresError: Error, Sendable, Equatable {
  /// The scan and the labels have different grids.
  case differentGrids(scan: String, labels: String)
  /// The picture could not be written.
  case unwritable(path: String, reason: String)
}

extension FiguresError: CustomStringConvertible {
  /// One line: what was found, what was expected, and the remedy.
  public var description: String {
    switch self {
    case .differentGrids(let scan, let labels):
      "cannot draw labels on \(labels) over a scan on \(scan); bring them to one grid"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
