import Basics
import Radiomics

/// The features of one region, with what tells it from others.
struct FeatureRow: Sendable {
  /// Columns before the features: files, label, and what the table of cases has.
  let identity: [(name: String, text: String)]
  /// What PyRadiomics tells beside the features, by column.
  let diagnostics: [ParameterValue.Entry]
  let values: [Extraction.Value]

  init(
    _ identity: [(name: String, text: String)], _ diagnostics: [ParameterValue.Entry],
    _ values: [Extraction.Value]
  ) {
    self.identity = identity
    self.diagnostics = diagnostics
    self.values = values
  }

  /// Why features have no value.
  var reasons: String {
    values.compactMap { value in value.feature.reason.map { "\(value.column): \($0)" } }
      .joined(separator: "; ")
  }
}

/// How a table is written.
struct FeatureTableStyle: Sendable {
  enum Format: String, CaseIterable, Sendable { case csv, json, txt }

  var format = Format.txt
  /// A line for each feature instead of one for each region.
  var isLong = false
  /// Whether there is a column that says why features have no value.
  var hasReasons = false

  /// The table of some rows as text, with its last newline.
  func text(_ rows: [FeatureRow]) -> String {
    switch format {
    case .csv: isLong ? long(rows) : FeatureBatch.table(rows.map(cells))
    case .json: json(rows)
    case .txt: lines(rows)
    }
  }

  /// The columns of a row.
  func cells(_ row: FeatureRow) -> [(name: String, text: String)] {
    var cells = row.identity
    for entry in row.diagnostics {
      cells.append((entry.key, FeatureTableStyle.cell(entry.value)))
    }
    for value in row.values { cells.append((value.column, value.feature.value.pythonText)) }
    if hasReasons { cells.append(("Reasons", row.reasons)) }
    return cells
  }

  /// A line a feature.
  private func long(_ rows: [FeatureRow]) -> String {
    let names = rows.first?.identity.map(\.name) ?? []
    var text =
      CSV.line(names + ["ImageType", "Class", "Feature", "Value"] + (hasReasons ? ["Reason"] : []))
      + "\n"
    for row in rows {
      for value in row.values {
        let feature = value.feature
        text +=
          CSV.line(
            row.identity.map(\.text)
              + [value.image, value.family, feature.name, feature.value.pythonText]
              + (hasReasons ? [feature.reason ?? ""] : [])) + "\n"
      }
    }
    return text
  }

  /// `NAME: VALUE`; rows apart by an empty line.
  private func lines(_ rows: [FeatureRow]) -> String {
    rows.map { row in cells(row).map { "\($0.name): \($0.text)\n" }.joined() }.joined(
      separator: "\n")
  }

  /// One object of names and values, or a list of such.
  private func json(_ rows: [FeatureRow]) -> String {
    let objects = rows.map { row -> ParameterValue in
      var entries = row.identity.map { ParameterValue.Entry($0.name, .text($0.text)) }
      entries += row.diagnostics
      for value in row.values { entries.append(.init(value.column, .number(value.feature.value))) }
      if hasReasons { entries.append(.init("Reasons", .text(row.reasons))) }
      return .map(entries)
    }
    return (objects.count == 1 ? objects[0] : .list(objects)).json() + "\n"
  }

  /// As PyRadiomics writes it: what is a list there is a tuple, and text is bare.
  private static func cell(_ value: ParameterValue) -> String {
    switch value {
    case .text(let text): text
    case .list(let values): "(" + values.map(\.description).joined(separator: ", ") + ")"
    default: value.description
    }
  }
}
