#!/usr/bin/env python
"""Compares what medcnn and dcm2niix make of DICOM folders: the same grids to 1e-3 mm, the same values.

    python Tests/Oracles/dicom_dcm2niix.py .build/release/medcnn FOLDER...

in a virtual environment with nibabel and numpy, with dcm2niix on the path. Each folder holds one
series, such as those of Tests/VolumeIOTests/Resources/dicom. The programs order rows and slices
otherwise: voxels are compared at their places in the patient. Prints a line for each folder; exits 1
where they differ other than as is known of dcm2niix 1.0.20220720.
"""
import pathlib
import subprocess
import sys
import tempfile

import nibabel as nib
import numpy as np


# Differences among the made series, by the names of their folders.
KNOWN = {
    "int8": "dcm2niix takes signed bytes for unsigned ones",
    "inverted": "dcm2niix leaves MONOCHROME1 as it is",
    "padded": "dcm2niix leaves padding as it is",
    "rescaled": "dcm2niix leaves the bits above the stored ones",
    "tilted": "dcm2niix writes the series as it is, too, and rounds to a row at slices' edges",
    "localiser": "two volumes, of which one would have to be chosen",
}


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def canonical(path):
    image = nib.as_closest_canonical(nib.load(path))
    values = np.asarray(image.dataobj, np.float64)
    while values.ndim > 3 and values.shape[-1] == 1:
        values = values[..., 0]
    return image.affine, values


def corners(affine, shape):
    index = np.array(np.meshgrid(*[(0, n - 1) for n in shape[:3]])).reshape(3, -1)
    return affine[:3, :3] @ index + affine[:3, 3:]


def compare(folder, scratch):
    ours = scratch / "ours.nii.gz"
    done = run(sys.argv[1], "convert", folder, ours)
    if done.returncode != 0:
        return f"medcnn: {done.stderr.strip()}"
    # Philips' precise values; no compression.
    run("dcm2niix", "-p", "y", "-z", "n", "-b", "n", "-f", "theirs_%s", "-o", scratch, folder)
    images = sorted(scratch.glob("theirs*.nii"))
    if not images:
        return "dcm2niix: no image"
    affine, values = canonical(ours)
    channels = [values[..., c] for c in range(values.shape[3])] if values.ndim == 4 else [values]
    results = []
    for path in images:
        other_affine, other = canonical(path)
        other = [other[..., c] for c in range(other.shape[3])] if other.ndim == 4 else [other]
        if other[0].shape != channels[0].shape:
            results.append(f"{path.name}: size {other[0].shape}, not {channels[0].shape}")
            continue
        distance = np.linalg.norm(
            corners(affine, values.shape) - corners(other_affine, values.shape), axis=0).max()
        # Each of the other program's volumes is one of the channels.
        gaps = [min(np.abs(a - b).max() for a in channels) for b in other]
        scale = max(np.abs(channels).max(), 1e-30)
        good = distance <= 1e-3 and max(gaps) <= 1e-6 * scale
        results.append(
            f"{'good' if good else 'OTHER'}, corners {distance:.1e} mm, values {max(gaps):.1e} "
            f"of {scale:.3g}")
    return "; ".join(results)


status = 0
for folder in map(pathlib.Path, sys.argv[2:]):
    with tempfile.TemporaryDirectory() as scratch:
        line = compare(folder, pathlib.Path(scratch))
    known = KNOWN.get(folder.name)
    status |= not line.startswith("good") and known is None
    print(f"{folder}: {line}" + (f" (known: {known})" if known else ""))
sys.exit(status)
