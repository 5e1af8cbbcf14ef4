internal import Basics

/// A table of texts with named columns, from which survival data are read.
public struct SurvivalTable: Sendable {
  /// What columns mean.
  public struct Roles: Sendable {
    /// The column with the time of the event or of the end of observation.
    public var time: String
    /// The column that tells whether the event happened.
    public var event: String
    /// The value of `event` that means an event; 0/1, no/yes and false/true are understood where nil.
    public var eventValue: String?
    /// The column with the time at which observation began.
    public var entry: String?
    /// The column with case weights.
    public var weights: String?
    /// Columns whose values together make strata.
    public var strata: [String] = []
    /// The column whose equal values mark cases that are not independent.
    public var cluster: String?
    /// The column with known parts of the linear predictor.
    public var offset: String?
    /// The covariates; all columns without another role where nil.
    public var covariates: [String]?
    /// Columns of numbers that are names of categories.
    public var categories: Set<String> = []

    /// Roles of the two columns that must be there.
    public init(time: String, event: String) {
      (self.time, self.event) = (time, event)
    }
  }

  /// What is done with rows that lack a value.
  public enum MissingValues: Sendable {
    /// The first is an error.
    case refused
    /// Such rows are left out.
    case dropped
  }

  /// Data and the rows they came from.
  public struct Reading: Sendable {
    /// The cases.
    public let data: SurvivalData
    /// The row of each case, from 0.
    public let rows: [Int]
    /// What each stratum is called, by its number.
    public let strata: [String]
  }

  /// The names of the columns.
  public let columns: [String]
  /// The values of each row, one for each column, without spaces around.
  public let rows: [[String]]

  /// - Parameter csv: lines of values separated by commas; the first names the columns.
  /// - Throws: where it is no such text, names repeat, or rows have different numbers of values.
  public init(csv: String) throws(SurvivalError) {
    guard let records = CSV.records(of: csv) else {
      throw .unreadableTable(found: "a quoted value that does not end", expected: "a closing quote")
    }
    let trimmed = records.filter { $0 != [""] }.map { $0.map(SurvivalTable.trimmed) }
    guard let header = trimmed.first else {
      throw .unreadableTable(found: "no line", expected: "a line with the columns' names")
    }
    guard trimmed.count > 1 else {
      throw .unreadableTable(found: "no row below the names", expected: "a row for each case")
    }
    var seen = Set<String>()
    for name in header where !seen.insert(name).inserted {
      throw .unusableColumn(name: name, found: "occurs twice", remedy: "rename one")
    }
    for (index, row) in trimmed.dropFirst().enumerated() where row.count != header.count {
      throw .unreadableTable(
        found: "\(row.count) values in row \(index + 1)",
        expected: "\(header.count), as the first line has names")
    }
    columns = header
    rows = Array(trimmed.dropFirst())
  }

  private static func trimmed(_ text: String) -> String {
    guard text.first == " " || text.last == " " || text.first == "\t" || text.last == "\t" else {
      return text
    }
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }

  /// The values of a column.
  public func values(of name: String) throws(SurvivalError) -> [String] {
    guard let index = columns.firstIndex(of: name) else {
      throw .noColumn(name: name, columns: columns)
    }
    return rows.map { $0[index] }
  }

  /// Whether a text stands for a value that is not known.
  public static func isMissing(_ text: String) -> Bool {
    ["", "NA", "N/A", "na", "NaN", "nan", "NULL", "null", "."].contains(text)
  }

  /// The data of these columns.
  ///
  /// Numbers are taken as they are. A column with other texts makes a column of 0 and 1 for each of its
  /// values but the first in alphabetical order, named by the column and the value (R's treatment
  /// contrasts).
  public func data(
    _ roles: Roles, missing: MissingValues = .refused
  ) throws(SurvivalError) -> Reading {
    let taken =
      [roles.time, roles.event]
      + [roles.entry, roles.weights, roles.cluster, roles.offset]
      .compactMap(\.self) + roles.strata
    let wanted = roles.covariates ?? columns.filter { !taken.contains($0) && !$0.isEmpty }
    for name in wanted where name == roles.time || name == roles.event {
      throw .unusableColumn(
        name: name, found: "is the outcome", remedy: "it cannot be a covariate too")
    }
    var kept = Array(rows.indices)
    for name in taken + wanted {
      let column = try values(of: name)
      guard let row = kept.first(where: { SurvivalTable.isMissing(column[$0]) }) else { continue }
      guard missing == .dropped else {
        throw .unusableValue(
          column: name, row: row + 1, found: column[row].isEmpty ? "no value" : column[row],
          expected: "a value; fill it in, leave the column out, or drop such rows")
      }
      kept.removeAll { SurvivalTable.isMissing(column[$0]) }
    }
    guard !kept.isEmpty else { throw .tooFew(what: "complete rows", found: 0, expected: 1) }
    let event = try events(roles, rows: kept)
    let (strata, stratumNames) = try groups(of: roles.strata, rows: kept)
    let clusters = try groups(of: roles.cluster.map { [$0] } ?? [], rows: kept).numbers
    var (names, covariates): ([String], [[Double]]) = ([], [])
    for name in wanted {
      let coded = try coding(name, rows: kept, isCategory: roles.categories.contains(name))
      names += coded.map(\.name)
      covariates += coded.map(\.values)
    }
    let data = try SurvivalData(
      entry: optionalNumbers(roles.entry, rows: kept), time: numbers(roles.time, rows: kept),
      event: event, weights: optionalNumbers(roles.weights, rows: kept), strata: strata,
      clusters: clusters, offset: optionalNumbers(roles.offset, rows: kept),
      covariates: names.isEmpty ? nil : Covariates(names: names, columns: covariates))
    return Reading(data: data, rows: kept, strata: stratumNames)
  }

  private func optionalNumbers(
    _ name: String?, rows: [Int]
  ) throws(SurvivalError) -> [Double]? {
    guard let name else { return nil }
    return try numbers(name, rows: rows)
  }

  /// A column of numbers.
  private func numbers(_ name: String, rows: [Int]) throws(SurvivalError) -> [Double] {
    let column = try values(of: name)
    var numbers: [Double] = []
    for row in rows {
      guard let number = Double(column[row]), number.isFinite else {
        throw .unusableValue(
          column: name, row: row + 1, found: "\"\(column[row])\"", expected: "a finite number")
      }
      numbers.append(number)
    }
    return numbers
  }

  private func events(_ roles: Roles, rows: [Int]) throws(SurvivalError) -> [Bool] {
    let column = try values(of: roles.event)
    let found = Set(rows.map { column[$0] }).sorted()
    if let value = roles.eventValue {
      guard found.contains(value) || found.count == 1 else {
        throw .unusableColumn(
          name: roles.event, found: "has no value \"\(value)\"",
          remedy: "name one of \(found.prefix(10).joined(separator: ", "))")
      }
      return rows.map { column[$0] == value }
    }
    func meaning(_ text: String) -> Bool? {
      switch text.lowercased() {
      case "1", "1.0", "true", "yes": true
      case "0", "0.0", "false", "no": false
      default: nil
      }
    }
    guard found.allSatisfy({ meaning($0) != nil }) else {
      throw .unusableColumn(
        name: roles.event, found: "has the values \(found.prefix(10).joined(separator: ", "))",
        remedy: "name the one that means an event (--event-value)")
    }
    return rows.map { meaning(column[$0])! }
  }

  /// Numbers of the combinations of values, in alphabetical order; nil without columns.
  public func groups(
    of names: [String], rows: [Int]
  ) throws(SurvivalError) -> (numbers: [Int]?, names: [String]) {
    guard !names.isEmpty else { return (nil, []) }
    var keys = [[String]](repeating: [], count: rows.count)
    for name in names {
      let column = try values(of: name)
      for (index, row) in rows.enumerated() { keys[index].append("\(name)=\(column[row])") }
    }
    let joined = keys.map { $0.joined(separator: ", ") }
    let distinct = Set(joined).sorted(by: SurvivalTable.precedes)
    let numbers = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
    return (joined.map { numbers[$0]! }, distinct)
  }

  /// Numbers by size where both are numbers, else texts by their bytes.
  static func precedes(_ a: String, _ b: String) -> Bool {
    if let x = Double(a), let y = Double(b), x != y { return x < y }
    return a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  private func coding(
    _ name: String, rows: [Int], isCategory: Bool
  ) throws(SurvivalError) -> [(name: String, values: [Double])] {
    let column = try values(of: name)
    if !isCategory, rows.allSatisfy({ Double(column[$0]) != nil }) {
      return [(name, try numbers(name, rows: rows))]
    }
    let levels = Set(rows.map { column[$0] }).sorted(by: SurvivalTable.precedes)
    guard levels.count > 1 else {
      throw .unusableColumn(
        name: name, found: "has the one value \"\(levels[0])\"", remedy: "leave it out")
    }
    // A category with about as many values as cases tells who a case is, not what it is like.
    guard levels.count <= max(2, rows.count / 3) else {
      let text = rows.first { Double(column[$0]) == nil } ?? rows[0]
      throw .unusableColumn(
        name: name,
        found: "has \(levels.count) different values in \(rows.count) rows, such as "
          + "\"\(column[text])\" in row \(text + 1)",
        remedy: "correct it, or leave it out if it names the cases")
    }
    return levels.dropFirst().map { level in
      (name + level, rows.map { column[$0] == level ? 1 : 0 })
    }
  }
}
