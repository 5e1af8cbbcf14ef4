import Parallel

/// What is told during the work, and the warnings of it for the record beside the table.
struct FeatureMessages: Sendable {
  let console: Console
  private let told = Locked<Set<String>>([])

  init(_ console: Console) { self.console = console }

  func warn(_ texts: [String]) {
    console.warn(texts)
    told.withLock { $0.formUnion(texts) }
  }

  /// All warnings, in an order that does not depend on that of the work.
  var warnings: [String] { told.withLock { $0.sorted() } }
}
