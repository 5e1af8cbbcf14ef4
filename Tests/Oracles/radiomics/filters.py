#!/usr/bin/env python3
"""Writes samples of PyRadiomics' filtered images as reference values.

    python Tests/Oracles/radiomics/filters.py Tests/RadiomicsTests/Golden/filters.json

In a virtual environment with PyRadiomics 3.0.1, PyWavelets 1.9, scikit-image 0.26, SimpleITK 2.5, trimesh
and SciPy 1.14 (the last that still has what the 3D local binary patterns import).
"""

import json
import logging
import sys

import numpy as np
import SimpleITK as sitk
from radiomics import imageoperations as io

logging.getLogger("radiomics").setLevel(logging.ERROR)

# The made image and region; FilterTests.swift makes the same.
SIZE = (12, 11, 9)
SPACING = (0.75, 1.0, 2.5)
k, j, i = np.meshgrid(*(np.arange(n) for n in SIZE[::-1]), indexing="ij")
WHOLE = (31 * i + 57 * j * j + 23 * k * k * i) % 211 - 60
WHOLE[(i + j > 14) & (k > 3)] = 40
MASK = ((i - 5) ** 2 + (j - 5) ** 2 + 2 * (k - 4) ** 2 < 18).astype(np.uint8)

TYPES = {"int16": WHOLE.astype(np.int16), "uint16": (WHOLE + 60).astype(np.uint16),
         "uint8": (WHOLE + 100).astype(np.uint8),
         "float32": (WHOLE * np.float32(0.37)).astype(np.float32)}

CASES = [
    ("log", "LoG", dict(sigma=[1.0, 2.5])),
    ("wavelet-coif1", "Wavelet", dict()),
    ("wavelet-db3-1-2", "Wavelet", dict(wavelet="db3", start_level=1, level=2)),
    ("wavelet-bior2.2-plane", "Wavelet", dict(wavelet="bior2.2", force2D=True, force2Ddimension=1)),
    ("wavelet-rbio3.7", "Wavelet", dict(wavelet="rbio3.7")),
    ("wavelet-sym7", "Wavelet", dict(wavelet="sym7")),
    ("wavelet-dmey", "Wavelet", dict(wavelet="dmey")),
    ("square", "Square", dict()),
    ("squareroot", "SquareRoot", dict()),
    ("logarithm", "Logarithm", dict()),
    ("exponential", "Exponential", dict()),
    ("gradient", "Gradient", dict()),
    ("gradient-voxels", "Gradient", dict(gradientUseSpacing=False)),
    ("lbp2", "LBP2D", dict()),
    ("lbp2-default", "LBP2D", dict(lbp2DRadius=2, lbp2DSamples=12, lbp2DMethod="default", force2Ddimension=1)),
    ("lbp2-ror", "LBP2D", dict(lbp2DRadius=1.5, lbp2DSamples=9, lbp2DMethod="ror", force2Ddimension=2)),
    ("lbp2-nri", "LBP2D", dict(lbp2DMethod="nri_uniform")),
    ("lbp2-var", "LBP2D", dict(lbp2DMethod="var")),
    ("lbp3", "LBP3D", dict()),
    ("lbp3-4", "LBP3D", dict(lbp3DLevels=4, lbp3DIcosphereRadius=2.2, lbp3DIcosphereSubdivision=2)),
]


def main():
    mask = sitk.GetImageFromArray(MASK)
    mask.SetSpacing(SPACING)
    result = {}
    for type_name, array in TYPES.items():
        image = sitk.GetImageFromArray(array)
        image.SetSpacing(SPACING)
        for case, image_type, settings in CASES:
            images = []
            for filtered, name, _ in getattr(io, f"get{image_type}Image")(image, mask, **settings):
                voxels = sitk.GetArrayFromImage(filtered)
                voxels = voxels[MASK == 1][::9] if image_type == "LBP3D" else voxels.ravel()[::59]
                # Numbers that JSON does not have become null.
                values = [None if np.isnan(v) else float(v) for v in voxels]
                images.append({"name": name, "voxels": values})
            result[f"{type_name} {case}"] = images
    with open(sys.argv[1], "w") as file:
        json.dump(result, file, separators=(",", ":"))


main()
