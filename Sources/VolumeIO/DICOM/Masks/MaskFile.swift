/// A segmentation or structure set in a DICOM folder.
public struct MaskFile: Sendable {
  /// Its path.
  public let path: String
  /// What chooses it, and no series of images: the series' number, or `u` where it has none, with a
  /// point and a place where that is taken.
  public internal(set) var label: String
  /// The UID of its series.
  public let uid: String
  /// The number of its series.
  public let number: Int?
  /// The description of its series; empty where there is none.
  public let description: String
  /// SEG or RTSTRUCT.
  public let modality: String
  /// The number of segments or ROIs.
  public let partCount: Int

  /// Nil for another kind of file.
  init?(_ file: DICOMFile) {
    let root = file.root
    switch root.text(.objectClass) ?? file.meta.text(.mediaStorageClass) ?? "" {
    case let objectClass where DICOMSegmentation.classes.contains(objectClass):
      modality = "SEG"
      // The background of a label map is no segment.
      partCount = root.items(.segments).count { $0.integer(.segmentNumber) != 0 }
    case StructureSet.objectClass:
      modality = "RTSTRUCT"
      partCount = root.itemCount(.structureSetRegions)
    default: return nil
    }
    path = file.path
    uid = root.text(.seriesUID) ?? ""
    number = root.integer(.seriesNumber)
    description = root.text(.seriesDescription)?.onOneLine ?? ""
    label = ""
  }

  /// In the order of their series' numbers, with labels that no series of images has.
  static func labelled(_ files: [MaskFile], beside series: [DICOMSeries]) -> [MaskFile] {
    func name(_ number: Int?) -> String { number.map(String.init) ?? "u" }
    var files = files.sorted {
      ($0.number ?? .max, $0.uid, $0.path) < ($1.number ?? .max, $1.uid, $1.path)
    }
    for index in files.indices {
      let number = files[index].number
      let taken = series.count { $0.number == number }
      let twins = files.indices.filter { files[$0].number == number }
      files[index].label =
        taken + twins.count == 1
        ? name(number) : "\(name(number)).\(taken + twins.firstIndex(of: index)! + 1)"
    }
    return files
  }
}
