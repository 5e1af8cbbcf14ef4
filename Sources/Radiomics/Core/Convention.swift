/// Whose conventions features follow where the field's two standards differ.
public enum Convention: String, Sendable, CaseIterable, Codable {
  /// PyRadiomics': kurtosis is not in excess, bins start at multiples of their width, meshes are made
  /// at half between voxel centres from the mask alone.
  case pyradiomics
  /// The Image Biomarker Standardisation Initiative's reference manual (arXiv 1612.07003).
  case ibsi
}
