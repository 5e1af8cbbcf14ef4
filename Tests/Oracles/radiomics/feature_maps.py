#!/usr/bin/env python3
"""Writes samples of PyRadiomics' feature maps (voxel mode) as reference values.

    python Tests/Oracles/radiomics/feature_maps.py Tests/RadiomicsTests/Golden/feature_maps.json

In a virtual environment with PyRadiomics 3.0.1. A map that PyRadiomics could not compute, because an
eigenvalue was wanted of a matrix without pairs, is left out.
"""

import json
import sys

import numpy as np
import radiomics
import SimpleITK as sitk
from radiomics import featureextractor

radiomics.setVerbosity(60)
np.seterr(all="ignore")

# The made image and region; FeatureMapTests.swift makes the same.
SIZE = (12, 11, 9)
SPACING = (0.75, 1.0, 2.5)
k, j, i = np.meshgrid(*(np.arange(n) for n in SIZE[::-1]), indexing="ij")
WHOLE = (31 * i + 57 * j * j + 23 * k * k * i) % 211 - 60
WHOLE[(i + j > 14) & (k > 3)] = 40
MASK = ((i - 5) ** 2 + (j - 5) ** 2 + 2 * (k - 4) ** 2 < 9).astype(np.uint8)

CASES = {
    "default": dict(),
    "wide": dict(kernelRadius=2, maskedKernel=False, initValue=-3, binWidth=40),
    "planar": dict(force2D=True, force2Ddimension=1, gldm_a=1, binCount=8, weightingNorm="euclidean"),
}
CLASSES = ["firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm"]


def main():
    image, mask = sitk.GetImageFromArray(WHOLE.astype(np.int16)), sitk.GetImageFromArray(MASK)
    image.SetSpacing(SPACING)
    mask.SetSpacing(SPACING)
    result = {}
    for case, settings in CASES.items():
        extractor = featureextractor.RadiomicsFeatureExtractor(additionalInfo=False, **settings)
        extractor.disableAllFeatures()
        for name in CLASSES:
            extractor.enableFeatureClassByName(name)
        maps = {}
        for column, found in extractor.execute(image, mask, voxelBased=True).items():
            voxels = sitk.GetArrayFromImage(found).ravel()
            initial = settings.get("initValue", 0)
            if column.endswith("MCC") and (voxels == initial).all():
                continue
            maps[column] = [None if np.isnan(v) else float(v) for v in voxels[::11]]
        result[case] = maps
    with open(sys.argv[1], "w") as file:
        json.dump(result, file, separators=(",", ":"))


main()
