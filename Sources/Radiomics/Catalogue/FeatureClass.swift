/// A family of features, by the name that it has in columns of tables.
public enum FeatureClass: String, Sendable, CaseIterable, Codable {
  /// Statistics of intensities.
  case firstOrder = "firstorder"
  /// The shape of the morphological mask in space.
  case shape
  /// The shape of the morphological mask in its slice.
  case shape2D
  /// Grey-level co-occurrence matrix.
  case glcm
  /// Grey-level run-length matrix.
  case glrlm
  /// Grey-level size-zone matrix.
  case glszm
  /// Grey-level dependence matrix; IBSI's neighbouring grey-level dependence matrix.
  case gldm
  /// Neighbourhood grey-tone difference matrix.
  case ngtdm
  /// Grey-level distance-zone matrix.
  case gldzm
  /// Histogram of grey levels.
  case histogram
  /// Intensity-volume histogram.
  case intensityVolumeHistogram = "ivh"
  /// Means of small spheres.
  case localIntensity = "localintensity"
}
