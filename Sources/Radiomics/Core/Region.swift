public import VolumeIO
public import Volumes

/// What the features of one region of interest (ROI) are computed from: intensities and masks on the
/// box of voxels around it.
///
/// IBSI keeps two masks (§2.6): the morphological one is the shape as drawn; the intensity mask may
/// have lost voxels to resegmentation and outlier rules. Shape features see the first, all others the
/// second. The ROI does not reach beyond the box, but may touch its faces.
public struct Region: Sendable {
  /// The grid of the box.
  public let geometry: Geometry
  /// The intensity of each voxel of the box, in the ROI or not; the first voxel axis is fastest.
  public let intensities: [Double]
  /// Whether each voxel of the box is in the intensity mask.
  public let mask: [Bool]
  /// Whether each voxel of the box is in the morphological mask.
  public let shape: [Bool]
  /// The type in which the field's programs hold the intensities: PyRadiomics' bins are computed in
  /// single precision for an image in it.
  public let storedType: StoredType

  /// - Precondition: each array has `geometry.voxelCount` elements.
  public init(
    geometry: Geometry, intensities: [Double], mask: [Bool], shape: [Bool],
    storedType: StoredType = .float64
  ) {
    let count = geometry.voxelCount
    precondition(intensities.count == count && mask.count == count && shape.count == count)
    self.geometry = geometry
    self.intensities = intensities
    self.mask = mask
    self.shape = shape
    self.storedType = storedType
  }
}
