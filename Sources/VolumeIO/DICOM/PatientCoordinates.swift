import Volumes

extension SIMD3<Double> {
  /// DICOM's left, posterior and superior as right, anterior and superior, or the other way: the
  /// only place where signs change.
  var exchangingLPSAndRAS: SIMD3<Double> { SIMD3(0 - x, 0 - y, z) }
}

extension DICOMPlane {
  /// The grid of slices of which the first lies in this plane.
  ///
  /// - Parameter step: from a slice to the next, in DICOM's millimetres.
  func geometry(
    columns: Int, rows: Int, slices: Int, step: SIMD3<Double>
  ) throws(VolumeError) -> Geometry {
    try Geometry(
      size: SIMD3(columns, rows, slices),
      affine: Affine(
        i: (alongRow * spacing.x).exchangingLPSAndRAS,
        j: (alongColumn * spacing.y).exchangingLPSAndRAS, k: step.exchangingLPSAndRAS,
        origin: position.exchangingLPSAndRAS))
  }
}
