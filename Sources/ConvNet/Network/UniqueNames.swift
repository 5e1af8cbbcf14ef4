extension Set<String> {
  /// Adds a name, followed by a number where it is there already, and returns what was added.
  mutating func insertUnique(_ wanted: String) -> String {
    var name = wanted
    var number = 2
    while !insert(name).inserted {
      name = "\(wanted).\(number)"
      number += 1
    }
    return name
  }
}
