#!/usr/bin/env python
"""Times reading a 240x240x155 int16 .nii.gz to float32, beside nibabel.

    python Tests/Benchmarks/reading/compare.py [SCAN]

in a virtual environment with nibabel and numpy, from the package root. Without SCAN a head of noise
is made. Both read in one process, from a warm cache, in turns; the best of the times counts.
"""
import os
import sys
import tempfile
import time

import nibabel as nib
import numpy as np

import program

def make(path):
    """A ball of smooth noise, of which about a sixth of the voxels are not zero, as in a brain."""
    shape = (240, 240, 155)
    random = np.random.default_rng(1)
    data = random.normal(1000, 120, shape)
    grid = np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij", sparse=True)
    data[sum(axis**2 for axis in grid) > 0.45] = 0
    nib.Nifti1Image(data.astype(np.int16), np.diag([-1, -1, 1, 1])).to_filename(path)


def nibabel_times(path, count):
    times = []
    for _ in range(count):
        start = time.perf_counter()
        nib.load(path).get_fdata(dtype=np.float32)
        times.append((time.perf_counter() - start) * 1e3)
    return times


program.build()
with tempfile.TemporaryDirectory() as folder:
    scan = sys.argv[1] if len(sys.argv) > 1 else os.path.join(folder, "scan.nii.gz")
    if len(sys.argv) < 2:
        make(scan)
    peers, one, two = [], [], []
    for _ in range(3):
        peers += nibabel_times(scan, 3)
        one += program.times(scan, 4, 1)
        two += program.times(scan, 4, 2)
    print(f"nibabel           {min(peers):6.1f} ms")
    for threads, times in [(1, one), (2, two)]:
        print(f"medcnn, {threads} threads {min(times):6.1f} ms, {min(times) / min(peers):.2f} of nibabel's")
