#!/usr/bin/env python
"""Checks that nibabel, SimpleITK, pynrrd and nifti_tool read what medcnn writes.

    python Tests/Oracles/volumeio_check_output.py .build/debug/medcnn

in a virtual environment with nibabel, SimpleITK, pynrrd and numpy, from the package root, with
Debian's nifti-bin installed. Every NIfTI file of VolumeIOTests is converted to every type and format
that holds its values and read back; exits 1 at the first difference.
"""
import pathlib
import subprocess
import sys
import tempfile

import nibabel as nib
import nrrd
import numpy as np
import SimpleITK as sitk

medcnn = sys.argv[1]
resources = pathlib.Path("Tests/VolumeIOTests/Resources")
flip = np.diag([-1, -1, 1, 1])
checks = 0


def convert(source, target, *options):
    subprocess.run(
        [medcnn, "convert", source, target, "--quiet", *options], check=True, capture_output=True
    )


def agree(name, what, found, expected, tolerance=0.0):
    global checks
    checks += 1
    if np.shape(found) != np.shape(expected) or not np.allclose(
        found, expected, rtol=tolerance, atol=tolerance
    ):
        print(f"{name}: {what} differs:\n{found}\n{expected}")
        sys.exit(1)


def nibabel_read(path):
    image = nib.load(path)
    data = np.asarray(image.dataobj).astype(np.float32)
    shape = data.shape[:3] + (1,) * (3 - data.ndim)
    return data.reshape(shape + (-1,), order="F"), image.affine


def itk_read(path):
    image = sitk.ReadImage(str(path))
    data = sitk.GetArrayFromImage(image)
    if image.GetNumberOfComponentsPerPixel() == 1:
        data = data[..., None]
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) @ np.diag(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return data.transpose(2, 1, 0, 3).astype(np.float32), flip @ affine


def nrrd_read(path):
    data, header = nrrd.read(str(path))
    affine = np.eye(4)
    affine[:3, :3] = header["space directions"][:3].T
    affine[:3, 3] = header["space origin"]
    return data.reshape(data.shape[:3] + (-1,)).astype(np.float32), flip @ affine


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    for source in sorted(resources.glob("*.nii*")):
        if source.name.startswith("refused"):
            continue
        data, affine = nibabel_read(source)
        # As the input is: the affine must be the same to the last bit.
        for suffix in ["nii", "nii.gz"]:
            target = folder / f"a.{suffix}"
            convert(source, target)
            found, found_affine = nibabel_read(target)
            agree(source.name, f"values in .{suffix}", found, data)
            agree(source.name, f"affine in .{suffix}", found_affine, affine)
            # Debian's nifti_tool knows NIfTI-1 alone.
            if nib.load(target).header["sizeof_hdr"] != 348:
                continue
            for check in ["-check_hdr", "-check_nim"]:
                report = subprocess.run(
                    ["nifti_tool", check, "-infiles", target], capture_output=True, text=True
                )
                if report.returncode or "IS GOOD" not in report.stdout:
                    print(source.name, report)
                    sys.exit(1)
                checks += 1
        for kind in "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64".split():
            if kind[0] != "f" and (
                (data != data.round()).any()
                or data.min() < np.iinfo(kind).min
                or data.max() >= float(np.iinfo(kind).max)
            ):
                continue
            convert(source, folder / "a.nii.gz", "--type", kind)
            agree(source.name, f"values as {kind}", nibabel_read(folder / "a.nii.gz")[0], data)
            assert nib.load(folder / "a.nii.gz").get_data_dtype() == kind
            # ITK does not take sheared grids.
            if source.name == "sform_and_qform.nii":
                continue
            for suffix, read in [
                ("nrrd", itk_read), ("nrrd", nrrd_read), ("nhdr", itk_read), ("nhdr", nrrd_read),
                ("mha", itk_read), ("mhd", itk_read),
            ]:
                target = folder / f"a.{suffix}"
                convert(source, target, "--type", kind)
                found, found_affine = read(target)
                agree(source.name, f"{kind} in .{suffix}", found, data)
                agree(source.name, f"affine in .{suffix}", found_affine, affine, 1e-6)

    # Label names: in the extension of Connectome Workbench, and as segments of 3D Slicer.
    convert(resources / "extensions.nii.gz", folder / "l.nii.gz", "--labels")
    extension = nib.load(folder / "l.nii.gz").header.extensions[0]
    assert extension.get_code() == 30 and b"necrosis &" in extension.content, extension
    convert(resources / "extensions.nii.gz", folder / "l.seg.nrrd", "--labels")
    header = nrrd.read_header(str(folder / "l.seg.nrrd"))
    names = {header[k] for k in header if k.startswith("Segment") and k.endswith("_Name")}
    assert {"necrosis & <core>", "oedema & more"} <= names, names

print(f"{checks} comparisons agree")
