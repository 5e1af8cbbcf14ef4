"""python Tests/Benchmarks/radiomics/compare.py --medcnn .build/release/medcnn
times all feature classes of two regions of a 256x256x128 scan: the whole program against the whole call
of each library, whose scan and mask are in memory already.

Run in a virtual environment with numpy, SimpleITK, pyradiomics 3.0.1 and flash_radiomics 1.0.0.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import SimpleITK as sitk

RADII = {"100k voxels": 28.9, "532k voxels": 50.3}


def made_scan():
    random = np.random.default_rng(1)
    scan = random.normal(0, 60, (128, 256, 256)).astype(np.float32)
    # Neighbours are alike, as in tissue.
    for axis in range(3):
        scan = (scan + np.roll(scan, 1, axis) + np.roll(scan, -1, axis)) / 2
    return scan.astype(np.int16)


def made_mask(radius):
    z, y, x = np.indices((128, 256, 256))
    wave = radius * (1 + 0.05 * np.sin(0.3 * (x - 128)) * np.cos(0.2 * (y - 128)))
    return ((x - 128) ** 2 + (y - 128) ** 2 + (z - 64) ** 2 < wave**2).astype(np.uint8)


def best(repeats, run):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def library(name, scan, mask, repeats, types):
    """Runs in a process of its own, for its memory."""
    code = f"""
import logging, resource, sys, time
logging.disable(logging.CRITICAL)
import SimpleITK as sitk
from {name} import featureextractor
extractor = featureextractor.RadiomicsFeatureExtractor()
extractor.enabledImagetypes = {types!r}
scan, mask = sitk.ReadImage({scan!r}), sitk.ReadImage({mask!r})
times = []
for _ in range({repeats}):
    start = time.perf_counter()
    extractor.execute(scan, mask)
    times.append(time.perf_counter() - start)
print(min(times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if done.returncode:
        return None
    return tuple(map(float, done.stdout.split()))


def program(path, scan, mask, threads, repeats, types):
    arguments = [path, "features", scan, mask, "--threads", str(threads), "-q", "--format", "csv"]
    with tempfile.TemporaryDirectory() as folder:
        if types != {"Original": {}}:
            params = os.path.join(folder, "params.json")

            with open(params, "w") as file:
                json.dump({"imageType": types, "featureClass": {
                    name: None for name in ("firstorder", "glcm", "gldm", "glrlm", "glszm",
                                            "ngtdm", "shape")}}, file)
            arguments += ["-p", params]
        seconds = best(repeats, lambda: subprocess.run(arguments, check=True, capture_output=True))
        child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        usage = os.wait4(child.pid, 0)[2]
    return seconds, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--medcnn", default=".build/release/medcnn")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--filters", action="store_true", help="with wavelet and two LoG images")
    options = parser.parse_args()
    types = {"Original": {}}
    if options.filters:
        types |= {"LoG": {"sigma": [1.0, 3.0]}, "Wavelet": {}}
    with tempfile.TemporaryDirectory() as folder:
        scan = os.path.join(folder, "scan.nii")
        sitk.WriteImage(sitk.GetImageFromArray(made_scan()), scan)
        for name, radius in RADII.items():
            mask = os.path.join(folder, "mask.nii")
            voxels = made_mask(radius)
            sitk.WriteImage(sitk.GetImageFromArray(voxels), mask)
            ours, memory = program(
                options.medcnn, scan, mask, options.threads, options.repeats, types)
            print(f"{name} ({voxels.sum()}): medcnn {ours:.3f} s, {memory:.0f} MB")
            for peer in ("radiomics", "flash_radiomics"):
                result = library(peer, scan, mask, options.repeats, types)
                if result is None:
                    print(f"  {peer}: failed")
                else:
                    print(f"  {peer}: {result[0]:.3f} s, {result[1]:.0f} MB, "
                          f"{result[0] / ours:.1f} times as long")


if __name__ == "__main__":
    main()
