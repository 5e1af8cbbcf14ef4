/// How an image goes on beyond its borders, for filters that reach there (IBSI-2, "boundary
/// condition").
public enum Boundary: String, Sendable, Hashable, CaseIterable, Codable {
  /// With zeros.
  case zero
  /// With the value of the nearest voxel.
  case nearest
  /// As if the image were repeated.
  case periodic
  /// As in a mirror half a voxel beyond the border (... b a | a b ...).
  case mirror

  /// The index within `0..<count` that stands for another, or nil for none.
  func index(of position: Int, count: Int) -> Int? {
    if 0..<count ~= position { return position }
    switch self {
    case .zero: return nil
    case .nearest: return position < 0 ? 0 : count - 1
    case .periodic:
      let rest = position % count
      return rest < 0 ? rest + count : rest
    case .mirror:
      let rest = position % (2 * count)
      let place = rest < 0 ? rest + 2 * count : rest
      return place < count ? place : 2 * count - 1 - place
    }
  }
}
