extension DICOMTag {
  // Segmentations (PS3.3 C.8.20).
  static let planePositionOnSlide = DICOMTag(0x0048, 0x021a)
  static let totalMatrixColumns = DICOMTag(0x0048, 0x0006)

  // Codes (PS3.3 8.8).

  // Structure sets (PS3.3 C.8.8).
}
