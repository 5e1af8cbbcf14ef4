/// What can go wrong in a command beside what the libraries report.
enum CommandError: Error, CustomStringConvertible {
  case unwritableFolder(String, reason: String)
  case noFiniteVoxels(path: String)

  var description: String {
    switch self {
    case .unwritableFolder(let path, let reason):
      "\(path): the folder cannot be made: \(reason)"
    case .noFiniteVoxels(let path):
      "\(path): no voxel holds a number"
    }
  }
}
