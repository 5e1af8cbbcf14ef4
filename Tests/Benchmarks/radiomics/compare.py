"""python Tests/Benchmarks/radiomics/compare.py --medcnn .build/release/medcnn
times the features of two regions of a 256x256x128 scan, and maps of features of a small region: the whole
program, which reads files, against the whole call of each library, whose scan and mask are in memory
already. Prints Markdown.

Run in a virtual environment with numpy, SimpleITK, pyradiomics 3.0.1, and for flash_radiomics 1.0.0 also
scikit-learn, which it needs but does not ask for.
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

CLASSES = ("firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm")
ORIGINAL = {"Original": {}}
FILTERED = ORIGINAL | {"LoG": {"sigma": [1.0, 3.0]}, "Wavelet": {}}
# Title, radius of the region in voxels, image types, whether maps are wanted.
CASES = {
    "small": ("all classes", 28.9, ORIGINAL, False),
    "large": ("all classes", 50.3, ORIGINAL, False),
    "filters": ("with LoG of 1 and 3 mm and wavelets", 28.9, FILTERED, False),
    "large-filters": ("with LoG of 1 and 3 mm and wavelets", 50.3, FILTERED, False),
    "voxel": ("maps of all classes, kernels of 27 voxels", 9, ORIGINAL, True),
}
# A program's peak is not below that of the process it was forked from: the process must be small.
LAUNCHER = """
import os, sys, time
start = time.perf_counter()
child = os.fork()
if not child:
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - start, usage.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""
LIBRARY = """
import logging, sys, time
logging.disable(logging.CRITICAL)
import numpy as np
np.seterr(all="ignore")
import SimpleITK as sitk
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads({threads})
from {name} import featureextractor
extractor = featureextractor.RadiomicsFeatureExtractor()
extractor.enabledImagetypes = {types!r}
if {maps}:
    extractor.enabledFeatures.pop("shape")
scan, mask = sitk.ReadImage({scan!r}), sitk.ReadImage({mask!r})
times = []
for _ in range({repeats}):
    start = time.perf_counter()
    result = extractor.execute(scan, mask, **({{"voxelBased": True}} if {maps} else {{}}))
    times.append(time.perf_counter() - start)
    assert len(result) > 90
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(min(times), peak / 1024)
"""


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


def measured(command, threads):
    """The seconds and megabytes that a command prints, or None and why."""
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        return None, (done.stderr.strip().splitlines() or ["no message"])[-1]
    return tuple(map(float, done.stdout.split()[-2:]))


def library(name, scan, mask, types, maps, threads, repeats):
    code = LIBRARY.format(**locals())
    return measured([sys.executable, "-c", code], threads)


def program(path, scan, mask, types, maps, threads, repeats):
    with tempfile.TemporaryDirectory() as folder:
        arguments = [os.path.abspath(path), "features", scan, mask, "--threads", str(threads), "-q"]
        if types != ORIGINAL or maps:
            params = os.path.join(folder, "params.json")
            classes = CLASSES if maps else CLASSES + ("shape",)
            with open(params, "w") as file:
                json.dump({"imageType": types, "featureClass": dict.fromkeys(classes)}, file)
            arguments += ["-p", params]
        if maps:
            arguments += ["--voxel", "--out-dir", os.path.join(folder, "maps")]
        else:
            arguments += ["--format", "csv", "--out", os.path.join(folder, "table.csv")]
        command = [sys.executable, "-S", "-c", LAUNCHER, *arguments]
        return min(measured(command, threads) for _ in range(repeats))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--medcnn", default=".build/release/medcnn")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", default="radiomics,flash_radiomics")
    parser.add_argument("cases", nargs="*", default=list(CASES), help=", ".join(CASES))
    options = parser.parse_args()
    print("| case | program | s | MB | times medcnn's time | times its memory |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        scan, mask = os.path.join(folder, "scan.nii"), os.path.join(folder, "mask.nii")
        sitk.WriteImage(sitk.GetImageFromArray(made_scan()), scan)
        for case in options.cases:
            title, radius, types, maps = CASES[case]
            voxels = made_mask(radius)
            sitk.WriteImage(sitk.GetImageFromArray(voxels), mask)
            title = f"{voxels.sum()} voxels, {title}"
            common = (scan, mask, types, maps, options.threads)
            ours = program(options.medcnn, *common, options.repeats)
            if ours[0] is None:
                sys.exit(f"{options.medcnn}: {ours[1]}")
            print(f"| {title} | medcnn | {ours[0]:.3f} | {ours[1]:.0f} | | |", flush=True)
            for peer in filter(None, options.peers.split(",")):
                peers = library(peer, *common, 1 if maps else options.repeats)
                if peers[0] is None:
                    print(f"| {title} | {peer} | {peers[1]} | | | |", flush=True)
                    continue
                print(f"| {title} | {peer} | {peers[0]:.3f} | {peers[1]:.0f} "
                      f"| {peers[0] / ours[0]:.1f} | {peers[1] / ours[1]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
