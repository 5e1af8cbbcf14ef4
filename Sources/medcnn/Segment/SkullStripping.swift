import ArgumentParser

/// When the brain is found before the lesions.
enum SkullStripping: String, ExpressibleByArgument, CaseIterable {
  /// Where the scans show more than a brain.
  case auto
  case always
  case never
}
