/// What can go wrong in a command beside what the libraries report.
enum CommandError: Error, CustomStringConvertible {
  case noPatch(String)
  case folderForFile(String)
  case labelCount(found: Int, expected: Int)
  case notAVolume(String, size: String)
  case notFinite(String, count: Int)
  case severalChannels(String, count: Int)
  case noReference(String)
  case notFractional(String)
  case unreadable(String, reason: String)
  case unusable(String, reason: String)
  case unwritableFolder(String, reason: String)
  case checkpoint(String, exists: Bool)

  var description: String {
    switch self {
    case .noPatch(let path):
      "\(path): the network takes images of any size; give the window's extent, such as --patch 128"
    case .folderForFile(let path):
      "\(path): a folder, which only the series of a DICOM folder are written to; name a file"
    case .labelCount(let found, let expected):
      "\(found) labels are named where the network has \(expected) beside the background; give "
        + "--label VALUE=NAME once for each, in the order of the outputs"
    case .notAVolume(let path, let size):
      "\(path): an image of one slice (\(size) voxels); segmentation takes whole volumes"
    case .notFinite(let path, let count):
      "\(path): \(count) samples are NaN or infinite; look at the image, and if they are background, "
        + "make them 0 with \"medcnn convert --nan-to-zero\""
    case .severalChannels(let path, let count):
      "\(path): \(count) channels; choose one with --channel"
    case .noReference(let path):
      "\(path): no DICOM series that the result could belong to; give --reference FOLDER with the "
        + "series on whose grid it lies"
    case .notFractional(let path):
      "\(path): no fractional DICOM segmentation; leave out --fractions"
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason)"
    case .unusable(let path, let reason):
      "\(path): \(reason)"
    case .unwritableFolder(let path, let reason):
      "\(path): the folder cannot be made: \(reason)"
    case .checkpoint(let path, let exists):
      exists
        ? "\(path): a training that can go on; give --resume, remove it, or name another model"
        : "\(path): no checkpoint to go on from; leave out --resume to begin"
    }
  }
}
