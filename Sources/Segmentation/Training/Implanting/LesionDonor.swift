public import Volumes

/// Where a lesion comes from that is put into another brain.
public enum LesionDonor: Sendable {
  /// A patient whose lesion is carved out with its intensities. The scans are in the host's order.
  case patient(LabelledScans)
  /// Outlines alone, and the brain that they were drawn in; the intensities are made up.
  case outlines(LabelMap, brain: Mask)

  var labels: LabelMap {
    switch self {
    case .patient(let scans): scans.labels
    case .outlines(let labels, _): labels
    }
  }
}
