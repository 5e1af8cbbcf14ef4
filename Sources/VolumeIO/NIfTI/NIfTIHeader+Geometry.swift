import CNIfTI
import Foundation
import Volumes

extension NIfTIHeader {
  /// The affine to RAS+ millimetres, with the fields it comes from, or why there is none.
  ///
  /// The sform is taken where its code is set, else the qform where its code is set, else, as
  /// nibabel does it, the spacing with the first axis to the left and the world's origin in the
  /// middle of the grid.
  func affine(size: SIMD3<Int>) -> Result<Affine, HeaderFault> {
    if fields.sform_code != 0 {
      let (x, y, z) = (fields.srow_x, fields.srow_y, fields.srow_z)
      let affine = Affine(
        i: [x.0, y.0, z.0], j: [x.1, y.1, z.1], k: [x.2, y.2, z.2], origin: [x.3, y.3, z.3])
      return .success(inMillimetres(affine))
    }
    var spacing = SIMD3<Double>.zero
    for axis in 0..<3 {
      let value = abs(pixdim(axis + 1))
      // Writers of single slices often leave their thickness open.
      spacing[axis] = value == 0 && size[axis] == 1 ? 1 : value
      guard spacing[axis].isFinite, spacing[axis] > 0 else {
        return .failure(
          HeaderFault("a voxel spacing (pixdim[\(axis + 1)]) of \(value), which is no length"))
      }
    }
    if fields.qform_code != 0 {
      let handedness = pixdim(0) < 0 ? -1.0 : 1.0
      let m = nifti_quatern_to_dmat44(
        fields.quatern_b, fields.quatern_c, fields.quatern_d, fields.qoffset_x, fields.qoffset_y,
        fields.qoffset_z, spacing.x, spacing.y, spacing.z, handedness
      ).m
      let affine = Affine(
        i: [m.0.0, m.1.0, m.2.0], j: [m.0.1, m.1.1, m.2.1], k: [m.0.2, m.1.2, m.2.2],
        origin: [m.0.3, m.1.3, m.2.3])
      return .success(inMillimetres(affine))
    }
    let centre = SIMD3<Double>(size &- SIMD3(1, 1, 1)) / 2 * spacing
    var affine = Affine(spacing: spacing, origin: -centre)
    affine.i.x = -spacing.x
    affine.origin.x = centre.x
    return .success(inMillimetres(affine))
  }

  private func inMillimetres(_ affine: Affine) -> Affine {
    guard millimetres != 1 else { return affine }
    return Affine(
      i: affine.i * millimetres, j: affine.j * millimetres, k: affine.k * millimetres,
      origin: affine.origin * millimetres)
  }

  /// Sets sform, qform and spacing for a grid, in millimetres.
  ///
  /// The qform cannot hold shear; where the affine has any, the qform is the nearest rotation and
  /// its code is 0, so that no reader prefers it to the sform.
  mutating func setGeometry(_ geometry: Geometry, code: Int32) {
    let affine = geometry.affine
    fields.srow_x = (affine.i.x, affine.j.x, affine.k.x, affine.origin.x)
    fields.srow_y = (affine.i.y, affine.j.y, affine.k.y, affine.origin.y)
    fields.srow_z = (affine.i.z, affine.j.z, affine.k.z, affine.origin.z)
    fields.sform_code = code
    var matrix = nifti_dmat44()
    matrix.m.0 = fields.srow_x
    matrix.m.1 = fields.srow_y
    matrix.m.2 = fields.srow_z
    matrix.m.3 = (0, 0, 0, 1)
    nifti_dmat44_to_quatern(
      matrix, &fields.quatern_b, &fields.quatern_c, &fields.quatern_d, &fields.qoffset_x,
      &fields.qoffset_y, &fields.qoffset_z, &fields.pixdim.1, &fields.pixdim.2, &fields.pixdim.3,
      &fields.pixdim.0)
    fields.qform_code = 1
    fields.sform_code = 0
    let byQform = try? self.affine(size: geometry.size).get()
    fields.sform_code = code
    let deviation =
      byQform.map { qform in
        (0..<3).map { axis in
          let difference = qform[axis] - affine[axis]
          return (difference * difference).sum().squareRoot()
            / (affine[axis] * affine[axis]).sum().squareRoot()
        }.max() ?? 0
      } ?? .infinity
    fields.qform_code = deviation <= 1e-5 ? code : 0
    fields.xyzt_units = fields.xyzt_units & ~0x07 | NIFTI_UNITS_MM
  }
}

/// What is wrong with a header, before the file is named.
struct HeaderFault: Error {
  let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}
