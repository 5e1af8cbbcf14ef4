/// What can go wrong in a command beside what the libraries report.
enum CommandError: Error, CustomStringConvertible {
  case noModel
  case unreadable(String, reason: String)
  case unwritableFolder(String, reason: String)

  var description: String {
    switch self {
    case .noModel:
      "no model is given and none is installed; give --model FILE: one that \"medcnn model import\" "
        + "made, or, for synthesised brains only, Samples/models/phantom-brain.safetensors"
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .unwritableFolder(let path, let reason):
      "\(path): the folder cannot be made: \(reason)"
    }
  }
}
