/// The settings of a DeepMedic configuration by key; it remembers which were asked for.
///
/// `None` counts as not given.
struct DeepMedicKeys {
  private let settings: PythonAssignments
  private let path: String
  private var known: Set<String> = [
    // What concerns only the training or the place of files.
    "folderForOutput", "batchSizeTrain", "batchSizeVal", "batchSizeInfer", "batchSize",
    "convWeightsInit", "initializeClassic0orDelving1",
  ]

  init(_ settings: PythonAssignments, path: String) {
    self.settings = settings
    self.path = path
  }

  /// Marks keys that have no effect on this network.
  mutating func ignore(_ keys: [String]) { known.formUnion(keys) }

  /// A line for each key that nobody asked for.
  func unused() -> [String] {
    settings.names.filter { !known.contains($0) }.map {
      "the setting \"\($0)\" is unknown; ignored"
    }
  }

  // MARK: Values

  /// The value that a key must have.
  func required<Value>(_ key: String, _ value: Value?) throws(ConvNetError) -> Value {
    guard let value else {
      throw .malformed(path: path, reason: "the required setting \"\(key)\" is missing")
    }
    return value
  }

  mutating func string(_ key: String) throws(ConvNetError) -> String? {
    switch value(key) {
    case nil: return nil
    case .string(let text)?: return text
    case _?: throw wrong(key, "a string")
    }
  }

  mutating func strings(_ key: String) throws(ConvNetError) -> [String]? {
    guard let items = try list(key) else { return nil }
    var strings: [String] = []
    for item in items {
      guard case .string(let text) = item else { throw wrong(key, "a list of strings") }
      strings.append(text)
    }
    return strings
  }

  mutating func boolean(_ key: String) throws(ConvNetError) -> Bool? {
    switch value(key) {
    case nil: return nil
    case .boolean(let flag)?: return flag
    case .integer(let number)?: return number != 0
    case _?: throw wrong(key, "True or False")
    }
  }

  mutating func integer(_ key: String) throws(ConvNetError) -> Int? {
    switch value(key) {
    case nil: return nil
    case .integer(let number)?: return number
    case _?: throw wrong(key, "a whole number")
    }
  }

  /// A number of things, at least one.
  mutating func count(_ key: String) throws(ConvNetError) -> Int? {
    guard let literal = value(key) else { return nil }
    return try count(literal, of: key)
  }

  mutating func counts(_ key: String) throws(ConvNetError) -> [Int]? {
    guard let items = try list(key) else { return nil }
    return try counts(items, of: key)
  }

  /// A list of lists; a plain list stands for a list of one.
  mutating func countLists(_ key: String) throws(ConvNetError) -> [[Int]]? {
    guard let items = try list(key) else { return nil }
    guard case .list? = items.first else { return [try counts(items, of: key)] }
    var lists: [[Int]] = []
    for item in items {
      guard case .list(let inner) = item else { throw wrong(key, "lists of whole numbers") }
      lists.append(try counts(inner, of: key))
    }
    return lists
  }

  mutating func rates(_ key: String) throws(ConvNetError) -> [Float]? {
    guard let items = try list(key) else { return nil }
    var rates: [Float] = []
    for item in items {
      switch item {
      case .integer(0): rates.append(0)
      case .real(let rate) where (0..<1).contains(rate): rates.append(Float(rate))
      default: throw wrong(key, "rates from 0 to below 1")
      }
    }
    return rates
  }

  mutating func triple(_ key: String) throws(ConvNetError) -> Triple? {
    guard let items = try list(key) else { return nil }
    return try triple(items, of: key)
  }

  mutating func triples(_ key: String) throws(ConvNetError) -> [Triple]? {
    guard let items = try list(key) else { return nil }
    var triples: [Triple] = []
    for item in items {
      guard case .list(let inner) = item else { throw wrong(key, "lists of three whole numbers") }
      triples.append(try triple(inner, of: key))
    }
    return triples
  }

  /// A list of triples; one triple stands for a list of one.
  mutating func tripleOrTriples(_ key: String) throws(ConvNetError) -> [Triple]? {
    if case .list? = try list(key)?.first { return try triples(key) }
    return try triple(key).map { [$0] }
  }

  /// A kind of padding for each layer, in capitals; nil in the list for no padding.
  mutating func padding(_ key: String) throws(ConvNetError) -> [String?]? {
    guard let items = try list(key) else { return nil }
    var kinds: [String?] = []
    for item in items {
      switch item {
      case .none: kinds.append(nil)
      case .string(let kind): kinds.append(kind.uppercased())
      default: throw wrong(key, "names of paddings")
      }
    }
    return kinds
  }

  // MARK: Refusals

  mutating func refuseLowerRank(_ key: String) throws(ConvNetError) {
    guard try counts(key) ?? [] == [] else {
      throw unsupported(
        "\"\(key)\" asks for layers of lower rank", remedy: "only full kernels are known")
    }
  }

  mutating func refusePadding(_ key: String) throws(ConvNetError) {
    guard try padding(key)?.allSatisfy({ $0 == nil || $0 == "VALID" }) ?? true else {
      throw unsupported("\"\(key)\" asks for padding", remedy: "pathways must be VALID")
    }
  }

  func unsupported(_ found: String, remedy: String) -> ConvNetError {
    .unsupported(path: path, found: found, remedy: remedy)
  }

  func wrong(_ key: String, _ expected: String) -> ConvNetError {
    .malformed(path: path, reason: "the setting \"\(key)\" must be \(expected)")
  }

  // MARK: Parts

  private mutating func value(_ key: String) -> PythonLiteral? {
    known.insert(key)
    guard let value = settings.values[key], value != .none else { return nil }
    return value
  }

  private mutating func list(_ key: String) throws(ConvNetError) -> [PythonLiteral]? {
    switch value(key) {
    case nil: return nil
    case .list(let items)?: return items
    case _?: throw wrong(key, "a list")
    }
  }

  private func count(_ literal: PythonLiteral, of key: String) throws(ConvNetError) -> Int {
    // No real network is near the limit; it keeps sizes computed from these numbers in range.
    guard case .integer(let number) = literal, (1...1 << 16).contains(number) else {
      throw wrong(key, "a whole number from 1 to 65536 (or a list of such)")
    }
    return number
  }

  private func counts(_ items: [PythonLiteral], of key: String) throws(ConvNetError) -> [Int] {
    var counts: [Int] = []
    for item in items { counts.append(try count(item, of: key)) }
    return counts
  }

  private func triple(_ items: [PythonLiteral], of key: String) throws(ConvNetError) -> Triple {
    let numbers = try counts(items, of: key)
    guard numbers.count == 3 else { throw wrong(key, "three whole numbers") }
    return Triple(numbers[2], numbers[1], numbers[0])
  }
}
