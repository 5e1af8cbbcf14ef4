"""python Tests/Oracles/radiomics/shape.py > Tests/RadiomicsTests/Golden/shape.csv
writes PyRadiomics' shape features of made masks, a line each: kind, size, spacing, seed, feature, value.

Run in a virtual environment with numpy, SimpleITK and pyradiomics 3.0.1. `made_mask` is also in
Tests/RadiomicsTests/MadeRegion.swift.
"""

import logging

import numpy as np
import SimpleITK as sitk
from radiomics import shape, shape2D

logging.disable(logging.CRITICAL)

CASES = [  # kind, size along x, y, z, spacing, seed
    ("noise", (7, 6, 5), (1.0, 1.0, 1.0), 1),
    ("noise", (9, 8, 7), (0.7, 1.3, 2.5), 2),
    ("sparse", (9, 10, 8), (0.9765625, 0.9765625, 3.0), 3),
    ("sparse", (14, 3, 11), (2.0, 1.0, 0.5), 4),
    ("blob", (30, 26, 20), (0.9, 1.1, 2.0), 5),
    ("blob", (41, 37, 33), (1.0, 1.0, 1.0), 6),
    ("full", (4, 3, 2), (1.0, 2.0, 3.0), 7),
    ("full", (1, 1, 2), (1.0, 2.0, 3.0), 8),
    ("plane", (12, 9, 1), (0.8, 1.25, 4.0), 9),
    ("plane", (20, 20, 1), (1.0, 1.0, 4.0), 10),
]


def random_numbers(seed, count):
    state = seed
    numbers = []
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        numbers.append((state >> 33) % 1000)
    return np.array(numbers)


def made_mask(kind, size, seed):
    nx, ny, nz = size
    noise = random_numbers(seed, nx * ny * nz).reshape(nz, ny, nx)
    if kind in ("noise", "plane"):
        return noise < 500
    if kind == "sparse":
        return noise < 80
    if kind == "full":
        return noise >= 0
    z, y, x = np.indices((nz, ny, nx))
    ellipsoid = sum((2 * c + 1 - n) ** 2 / n**2 for c, n in ((x, nx), (y, ny), (z, nz)))
    return (ellipsoid < 0.9) & (noise < 950)


def main():
    print("kind,nx,ny,nz,sx,sy,sz,seed,feature,value")
    for kind, size, spacing, seed in CASES:
        voxels = made_mask(kind, size, seed).astype(np.uint8)
        # As the extractor does it: the volume depends a little on where the box begins.
        box = tuple(slice(c.min(), c.max() + 1) for c in np.nonzero(voxels))
        mask = sitk.GetImageFromArray(voxels[box])
        mask.SetSpacing(spacing)
        classes = [("shape", shape.RadiomicsShape(mask, mask))]
        if size[2] == 1:
            classes.append(("shape2D", shape2D.RadiomicsShape2D(mask, mask, force2D=True)))
        for name, features in classes:
            for feature in features.featureNames:
                features.enableFeatureByName(feature)
            for feature, value in features.execute().items():
                numbers = [kind, *size, *spacing, seed, f"{name}_{feature}", repr(float(value))]
                print(",".join(map(str, numbers)))


if __name__ == "__main__":
    main()
