"""python Tests/Oracles/radiomics/texture.py SHARED_DATA > Tests/RadiomicsTests/Golden/texture.csv
writes PyRadiomics' intensity and texture features of made regions, of settings and, from the folder
SHARED_DATA, of its own test cases; a line for each case and settings, a column for each feature.

Run in a virtual environment with numpy, SimpleITK and pyradiomics; the first line of the table says
which version of it computed the values. The made regions are also in
Tests/RadiomicsTests/Texture/PyRadiomicsTests.swift.
"""

import logging
import sys

import numpy as np
import radiomics
import SimpleITK as sitk
from radiomics import featureextractor
from shape import random_numbers

logging.disable(logging.CRITICAL)
HEADER = []
CLASSES = ["firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"]
DEFAULT = "binWidth=25"
MADE = [  # kind, size along x, y, z, spacing, seed
    ("noise", (7, 6, 5), (1.0, 1.0, 1.0), 1),
    ("blob", (15, 12, 9), (0.9, 1.1, 2.0), 2),
    ("sparse", (9, 10, 8), (0.75, 0.75, 3.0), 3),
    ("waves", (20, 17, 12), (0.5, 0.8, 1.0), 4),
    ("real", (9, 8, 7), (1.0, 1.0, 1.0), 5),
    ("plane", (14, 11, 1), (1.0, 1.0, 4.0), 6),
    ("flat", (5, 4, 3), (1.0, 2.0, 3.0), 7),
    ("two", (6, 5, 4), (1.0, 1.0, 1.0), 8),
    ("single", (9, 8, 7), (1.0, 1.0, 1.0), 9),
]
SETTINGS = [
    DEFAULT,
    "binWidth=7.5",
    "binCount=8",
    "binCount=5 force2D=1",
    "binWidth=25 force2D=1 force2Ddimension=1",
    "binWidth=25 force2D=1 force2Ddimension=2",
    "binWidth=25 weightingNorm=euclidean",
    "binWidth=25 weightingNorm=manhattan force2D=1",
    "binWidth=50 weightingNorm=infinity",
    "binWidth=50 weightingNorm=no_weighting",
    "binWidth=25 distances=1+2",
    "binWidth=40 distances=2 gldm_a=1 symmetricalGLCM=0 voxelArrayShift=300",
]
SINGLE_SETTINGS = ["binWidth=0.3", "binWidth=0.1", "binWidth=7", "binCount=7", "binCount=30"]
SCANS = [("brain1", 1), ("brain2", 1), ("breast1", 1), ("prostate", 1)]
SCAN_SETTINGS = [DEFAULT, "binCount=32 force2D=1", "binWidth=5 weightingNorm=euclidean"]


def made(kind, size, seed):
    """Intensities and mask."""
    nx, ny, nz = size
    shape = (nz, ny, nx)
    noise = random_numbers(seed, nx * ny * nz).reshape(shape)
    other = random_numbers(seed + 100, nx * ny * nz).reshape(shape)
    z, y, x = np.indices(shape)
    mask = np.ones(shape, bool)
    values = noise // 4 - 60
    if kind == "noise":
        mask = other < 700
    elif kind == "blob":
        axes = zip((x, y, z), size)
        mask = sum((2 * c + 1 - n) ** 2 / n**2 for c, n in axes) < 0.9
        values = (noise % 60) + 12 * (x // 3 + y // 4)
    elif kind == "sparse":
        mask = other < 60
    elif kind == "waves":
        values = ((x * x + 3 * y * z) % 400) - 100 + noise % 30
        mask = other < 930
    elif kind == "real":
        values = noise * 0.173 - 11.7
        mask = other < 800
    elif kind == "single":
        # Multiples of a bin's width, in single precision: at its edge or just off.
        values = ((noise % 61 - 23) * 0.1).astype(np.float32)
        mask = other < 800
    elif kind == "plane":
        mask = other < 850
    elif kind == "flat":
        values = np.full(shape, 37)
    elif kind == "two":
        values = 10 + 100 * (noise % 2)
    return values, mask


def parsed(text):
    settings = dict(item.split("=") for item in text.split())
    lists = {"distances": lambda v: [int(d) for d in v.split("+")], "weightingNorm": str}
    return {k: lists.get(k, lambda v: float(v) if "." in v else int(v))(v) for k, v in settings.items()}


def write(case, image, mask, text):
    settings = parsed(text)
    for flag in ("force2D", "symmetricalGLCM"):
        if flag in settings:
            settings[flag] = bool(settings[flag])
    extractor = featureextractor.RadiomicsFeatureExtractor(
        additionalInfo=False, minimumROIDimensions=1, **settings)
    extractor.disableAllFeatures()
    for name in CLASSES:
        extractor.enableFeatureClassByName(name)
    values = {name.removeprefix("original_"): float(value)
              for name, value in extractor.execute(image, mask).items()}
    if not HEADER:
        HEADER.extend(values)
        print("case,settings", *HEADER, sep=",")
    print(case, text, *(repr(values[name]) for name in HEADER), sep=",")


def main(shared):
    print(f"# PyRadiomics {radiomics.__version__}")
    for kind, size, spacing, seed in MADE:
        values, inside = made(kind, size, seed)
        # PyRadiomics takes no mask without background; it crops to the box in any case.
        image = sitk.GetImageFromArray(np.pad(values, 1))
        mask = sitk.GetImageFromArray(np.pad(inside, 1).astype(np.uint8))
        image.SetSpacing(spacing)
        mask.SetSpacing(spacing)
        case = f"{kind}/{'x'.join(map(str, size))}/{'x'.join(map(str, spacing))}/{seed}"
        settings = SETTINGS if kind in ("noise", "blob", "sparse") else SETTINGS[:4]
        for text in SINGLE_SETTINGS if kind == "single" else settings:
            write(case, image, mask, text)
    for name, label in SCANS:
        folder = f"{shared}/pyradiomics"
        files = (f"{name}_image.nrrd", f"{name}_label.nrrd")
        if name == "prostate":
            files = ("prostate_phantom_subvolume.nrrd", "prostate_phantom_subvolume-label.nrrd")
        image, mask = (sitk.ReadImage(f"{folder}/{file}") for file in files)
        for text in SCAN_SETTINGS:
            write(f"scan/{files[0]}/{files[1]}/{label}", image, mask, text)


if __name__ == "__main__":
    main(sys.argv[1])
