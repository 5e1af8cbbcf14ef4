import VolumeIO

/// Centring and scaling of a scan's intensities (PyRadiomics' `normalize`).
enum Normalisation {
  /// Subtracts the mean of all voxels, divides by their standard deviation, cuts outliers and scales.
  ///
  /// - Throws: ``RadiomicsError/unusableRegion(found:expected:)`` for a scan of one intensity or with
  ///   intensities that are not finite.
  static func normalised(
    _ scan: Image, scale: Double, outliers: Double?
  ) throws(RadiomicsError) -> Image {
    let count = Double(scan.intensities.count)
    let mean = scan.intensities.reduce(0, +) / count
    let squares = scan.intensities.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / (count - 1)).squareRoot()
    guard deviation > 0, deviation.isFinite else {
      throw .unusableRegion(
        found: "a scan whose intensities are all the same or not all finite",
        expected: "intensities with a standard deviation, or no normalisation")
    }
    let factor = 1 / deviation
    let limit = outliers ?? .infinity
    let values = scan.intensities.map { min(max(($0 - mean) * factor, -limit), limit) * scale }
    return Image(geometry: scan.geometry, intensities: values, storedType: .float64)
  }
}
