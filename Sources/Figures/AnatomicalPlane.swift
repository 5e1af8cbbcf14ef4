/// The three cuts through a body, shown as radiologists look at them: the patient's right side is
/// at the left, and a sagittal cut looks to the left.
public enum AnatomicalPlane: String, Sendable, CaseIterable {
  /// Across the body's long axis.
  case axial
  /// Parallel to the forehead.
  case coronal
  /// Parallel to the midline.
  case sagittal

  /// The world axis (0 right, 1 anterior, 2 superior) against which a row of pixels runs.
  var horizontal: Int { self == .sagittal ? 1 : 0 }

  /// The world axis against which a column of pixels runs, from the top.
  var vertical: Int { self == .axial ? 1 : 2 }

  /// The world axis that the plane is across.
  var normal: Int { 3 - horizontal - vertical }

  /// Where the left, right, upper and lower edge of the picture are.
  var letters: (left: String, right: String, top: String, bottom: String) {
    switch self {
    case .axial: ("R", "L", "A", "P")
    case .coronal: ("R", "L", "S", "I")
    case .sagittal: ("A", "P", "S", "I")
    }
  }
}
