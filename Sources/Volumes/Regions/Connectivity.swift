/// Which voxels are neighbours.
public enum Connectivity: Int, Sendable, CaseIterable {
  /// The 6 that share a face.
  case faces = 6
  /// The 18 that share a face or an edge.
  case edges = 18
  /// The 26 that share a face, an edge or a corner.
  case corners = 26

  /// How far along x two voxels may lie apart whose rows lie `dy` and `dz` (-1, 0 or 1) apart, or
  /// nil where such voxels are no neighbours.
  func reach(_ dy: Int, _ dz: Int) -> Int? {
    let steps = abs(dy) + abs(dz)
    let most =
      switch self {
      case .faces: 1
      case .edges: 2
      case .corners: 3
      }
    return steps > most ? nil : min(1, most - steps)
  }
}
