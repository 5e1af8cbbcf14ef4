/// The kinds of image file that are read; all but DICOM are written.
public enum ImageFormat: String, Sendable, Hashable, CaseIterable, Codable {
  /// NIfTI-1: `.nii`, `.nii.gz`, or the pair `.hdr` and `.img`.
  case nifti1 = "NIfTI-1"
  /// NIfTI-2, with the same suffixes.
  case nifti2 = "NIfTI-2"
  /// NRRD: `.nrrd`, or `.nhdr` with its data file; `.seg.nrrd` for segmentations.
  case nrrd = "NRRD"
  /// MetaImage: `.mha`, or `.mhd` with its data file.
  case metaImage = "MetaImage"
  /// DICOM: a file, a folder of slices, or a `DICOMDIR`.
  case dicom = "DICOM"
}
