/// What keeps a survival analysis from being done.
public enum SurvivalError: Error, Sendable, Equatable {
  /// A text that is no table.
  case unreadableTable(found: String, expected: String)
  /// A column that is asked for and does not exist.
  case noColumn(name: String, columns: [String])
  /// A value of a table; the row counts from 1, without the header.
  case unusableValue(column: String, row: Int, found: String, expected: String)
  /// A column as a whole cannot be used.
  case unusableColumn(name: String, found: String, remedy: String)
  /// Lists of different lengths.
  case differentCounts(what: String, found: Int, expected: Int)
  /// Too few cases or events.
  case tooFew(what: String, found: Int, expected: Int)
  /// A covariate that follows from others.
  case collinear(column: String, others: [String])
  /// A coefficient that grows without end: the covariate orders the events perfectly.
  case monotoneLikelihood(column: String)
  /// Iterations that did not come to rest.
  case notConverged(what: String, iterations: Int)
  /// A setting has a value that cannot be used.
  case invalidSetting(name: String, found: String, expected: String)
  /// A quantity that these data do not define.
  case undefined(what: String, reason: String)
}

extension SurvivalError: CustomStringConvertible {
  /// One line: what was found, what was expected, and the remedy.
  public var description: String {
    switch self {
    case .unreadableTable(let found, let expected): "the table has \(found); expected \(expected)"
    case .noColumn(let name, let columns):
      "no column \"\(name)\"; the table has \(columns.prefix(20).joined(separator: ", "))"
        + (columns.count > 20 ? " and \(columns.count - 20) more" : "")
    case .unusableValue(let column, let row, let found, let expected):
      "column \"\(column)\", row \(row): found \(found), expected \(expected)"
    case .unusableColumn(let name, let found, let remedy):
      "column \"\(name)\" \(found); \(remedy)"
    case .differentCounts(let what, let found, let expected):
      "\(what): \(found) values where \(expected) are expected"
    case .tooFew(let what, let found, let expected):
      "\(found) \(what) where at least \(expected) are needed"
    case .collinear(let column, let others):
      "column \"\(column)\" "
        + (others.isEmpty
          ? "does not vary among the cases at risk"
          : "follows from \(others.map { "\"\($0)\"" }.joined(separator: ", "))")
        + "; leave it out or add a ridge penalty"
    case .monotoneLikelihood(let column):
      "the coefficient of \"\(column)\" grows without end, because the covariate (with the others) "
        + "orders the events perfectly; leave it out, merge its rare levels, or add a ridge penalty"
    case .notConverged(let what, let iterations):
      "\(what) did not converge in \(iterations) iterations; look for outliers and nearly collinear "
        + "columns, or add a penalty"
    case .invalidSetting(let name, let found, let expected):
      "\(name): found \(found), expected \(expected)"
    case .undefined(let what, let reason): "\(what) is not defined: \(reason)"
    }
  }
}
