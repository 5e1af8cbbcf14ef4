"""python Tests/Oracles/radiomics/extraction.py > Tests/RadiomicsTests/Golden/extraction.csv
writes PyRadiomics' features and diagnostics of a made scan, a line each: case, column, value.

Run in a virtual environment with numpy, SimpleITK and pyradiomics 3.0.1. The scan and the cases are also
in Tests/RadiomicsTests/ExtractionTests.swift.
"""

import csv
import logging
import sys

import numpy as np
import SimpleITK as sitk
from radiomics import featureextractor

from shape import made_mask, random_numbers

logging.disable(logging.CRITICAL)

CASES = {
    "default": ({}, np.int16),
    "spline": ({"resampledPixelSpacing": [1.5, 1.5, 1.5], "binWidth": 10}, np.int16),
    "double": ({"resampledPixelSpacing": [2, 2, 2], "padDistance": 2}, np.int16),
    "linear": ({"resampledPixelSpacing": [1.2, 0, 1], "interpolator": "sitkLinear",
                "binCount": 20}, np.float32),
    "nearest": ({"resampledPixelSpacing": [2, 2, 2], "interpolator": "sitkNearestNeighbor"},
                np.int16),
    "normalised": ({"normalize": True, "normalizeScale": 100, "removeOutliers": 1.5,
                    "resampledPixelSpacing": [2, 2, 0], "binWidth": 5, "voxelArrayShift": 300,
                    "force2D": True}, np.int16),
    "sigma": ({"resegmentRange": [-1.2, 1.5], "resegmentMode": "sigma"}, np.int16),
    "relative": ({"resegmentRange": [0.1], "resegmentMode": "relative", "resegmentShape": True},
                 np.float32),
    "absolute": ({"resegmentRange": [-50, 90], "preCrop": True, "gldm_a": 3, "distances": [1, 2],
                  "symmetricalGLCM": False, "weightingNorm": "euclidean"}, np.int16),
}


def made_scan(dtype):
    nx, ny, nz = 24, 22, 18
    z, y, x = np.indices((nz, ny, nx))
    noise = random_numbers(21, nx * ny * nz).reshape(nz, ny, nx)
    values = (x * 7 + y * 5 + z * 11) % 97 + noise // 5 - 100
    scan = sitk.GetImageFromArray(values.astype(dtype))
    inner = made_mask("blob", (18, 16, 12), 22)
    labels = np.zeros((nz, ny, nx), dtype=np.uint8)
    labels[3:15, 3:19, 2:20] = inner
    mask = sitk.GetImageFromArray(labels)
    for image in (scan, mask):
        image.SetSpacing((1.0, 1.0, 2.0))
        image.SetOrigin((-12.3, 7.7, 41.5))
    return scan, mask


def main():
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["case", "column", "value"])
    for name, (settings, dtype) in CASES.items():
        scan, mask = made_scan(dtype)
        result = featureextractor.RadiomicsFeatureExtractor(**settings).execute(scan, mask)
        for column, value in result.items():
            if "Versions" in column or "Configuration" in column:
                continue
            if isinstance(value, tuple):
                value = " ".join(repr(float(v)) for v in value)
            elif not isinstance(value, str):
                value = repr(float(value))
            writer.writerow([name, column, value])


if __name__ == "__main__":
    main()
