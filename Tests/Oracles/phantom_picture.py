"""Draws docs/phantoms.png: a row of scans and truth for each of several synthesised cases.

    swift build -c release --product medcnn
    python Tests/Oracles/phantom_picture.py --medcnn .build/release/medcnn -o docs/phantoms.png

in a virtual environment with nibabel and matplotlib.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import nibabel
import numpy as np

SCANS = ["t1n", "t1c", "t2w", "t2f"]
CASES = [
    ("glioma", 46, []),
    ("ms", 41, ["--lesions", "60"]),
    ("infarct", 42, []),
    ("glioma", 61, ["--skull"]),
    ("glioma", 47, ["--randomize-contrast", "1"]),
]


def read(path):
    return np.asarray(nibabel.as_closest_canonical(nibabel.load(path)).dataobj).astype(float)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--medcnn", required=True)
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()
    figure, axes = plt.subplots(len(CASES), 5, figsize=(10, 2.35 * len(CASES)))
    with tempfile.TemporaryDirectory() as folder:
        for row, (kind, seed, options) in zip(axes, CASES):
            size = "190,224,190" if "--skull" in options else "160,192,144"
            subprocess.run(
                [arguments.medcnn, "phantom", "mri", "--kind", kind, "--seed", str(seed),
                 "--size", size, "--spacing", "1", "--name", "case", "--out", folder, "--quiet",
                 *options], check=True, stdout=subprocess.DEVNULL)
            labels = read(Path(folder) / "case-seg.nii.gz")
            k = (labels > 0).sum((0, 1)).argmax()
            for axis, name in zip(row, SCANS):
                scan = read(Path(folder) / f"case-{name}.nii.gz")
                top = np.percentile(scan[scan > 0.02 * scan.max()], 99.3)
                axis.imshow(scan[:, :, k].T, origin="lower", cmap="gray", vmin=0, vmax=top)
            row[4].imshow(
                np.ma.masked_equal(labels[:, :, k], 0).T, origin="lower", cmap="tab10", vmin=0,
                vmax=9, interpolation="nearest")
            for axis in row:
                axis.axis("off")
            row[4].set_facecolor("black")
    figure.patch.set_facecolor("black")
    plt.subplots_adjust(0, 0, 1, 1, 0.01, 0.01)
    figure.savefig(arguments.output, dpi=56, facecolor="black")


if __name__ == "__main__":
    main()
