/// Numbers that describe cases: a matrix of rows (cases) by columns (covariates), kept column by column.
public struct Covariates: Sendable, Equatable {
  /// What each column is called; no two the same.
  public let names: [String]
  /// How many cases there are.
  public let rows: Int
  /// All values, one column after another; finite.
  public let values: [Double]

  /// How many covariates there are.
  public var count: Int { names.count }

  /// No covariates of so many cases.
  public init(rows: Int) {
    (names, self.rows, values) = ([], rows, [])
  }

  /// - Parameter columns: one list for each name, all as long.
  /// - Throws: where names repeat, lengths differ, or a value is not finite.
  public init(names: [String], columns: [[Double]]) throws(SurvivalError) {
    guard columns.count == names.count else {
      throw .differentCounts(what: "columns", found: columns.count, expected: names.count)
    }
    let rows = columns.first?.count ?? 0
    var seen = Set<String>()
    for (name, column) in zip(names, columns) {
      guard seen.insert(name).inserted else {
        throw .unusableColumn(name: name, found: "occurs twice", remedy: "rename one")
      }
      guard column.count == rows else {
        throw .differentCounts(what: "column \"\(name)\"", found: column.count, expected: rows)
      }
      if let row = column.firstIndex(where: { !$0.isFinite }) {
        throw .unusableValue(
          column: name, row: row + 1, found: "\(column[row])", expected: "a finite number")
      }
    }
    self.names = names
    self.rows = rows
    values = Array(columns.joined())
  }

  private init(names: [String], rows: Int, values: [Double]) {
    (self.names, self.rows, self.values) = (names, rows, values)
  }

  /// The values of a column, in the order of the cases.
  public subscript(column index: Int) -> ArraySlice<Double> {
    values[index * rows..<(index + 1) * rows]
  }

  /// The value of a case.
  public subscript(row: Int, column: Int) -> Double { values[column * rows + row] }

  /// Some cases, in the order given.
  public func selecting(rows chosen: [Int]) -> Covariates {
    var selected: [Double] = []
    selected.reserveCapacity(chosen.count * count)
    for column in 0..<count { for row in chosen { selected.append(self[row, column]) } }
    return Covariates(names: names, rows: chosen.count, values: selected)
  }

  /// The mean of each column, weighted by case; 0 where there is no case.
  func means(weights: [Double]? = nil) -> [Double] {
    (0..<count).map { column in
      var (sum, total) = (0.0, 0.0)
      for (row, value) in self[column: column].enumerated() {
        let weight = weights?[row] ?? 1
        sum += weight * value
        total += weight
      }
      return total > 0 ? sum / total : 0
    }
  }

  /// Columns less `centers` and divided by `scales`.
  func standardized(centers: [Double], scales: [Double]) -> Covariates {
    var values = values
    for column in 0..<count {
      for row in column * rows..<(column + 1) * rows {
        values[row] = (values[row] - centers[column]) / scales[column]
      }
    }
    return Covariates(names: names, rows: rows, values: values)
  }

  /// The sum over columns of each value times its column's coefficient: one number a case.
  func times(_ coefficients: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: rows)
    for column in 0..<min(count, coefficients.count) where coefficients[column] != 0 {
      let coefficient = coefficients[column]
      let start = column * rows
      for row in 0..<rows { result[row] += coefficient * values[start + row] }
    }
    return result
  }
}
