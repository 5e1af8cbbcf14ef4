#!/usr/bin/env python
"""Gives every file of pydicom's test data to medcnn: each is read with pydicom's values, or refused in
one line; none makes it trap, hang, or say more than that.

    python Tests/Oracles/dicom_corpus.py .build/release/medcnn [--all]

in a virtual environment with pydicom, pydicom-data, numpy, nibabel, pylibjpeg, pylibjpeg-libjpeg,
pylibjpeg-openjpeg and pyjpegls. Prints the files that were refused (with --all those that were read,
too) and a table of the counts; exits 1 where a file does not behave.
"""
import collections
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import warnings

import nibabel as nib
import numpy as np
import pydicom

warnings.simplefilter("ignore")
LIMIT = 20
medcnn = sys.argv[1]
roots = [
    pathlib.Path(importlib.util.find_spec(name).origin).parent / folder
    for name, folder in [("pydicom", "data"), ("data_store", "data")]
]
faults = []


def run(command, *arguments):
    """Runs a command; returns its exit status and its last line of errors."""
    name = f"{command} {pathlib.Path(arguments[0]).name}"
    try:
        done = subprocess.run(
            [medcnn, command, *map(str, arguments)], capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        faults.append(f"{name}: not done after {LIMIT} s")
        return 1, "hangs"
    lines = done.stderr.splitlines()
    if done.returncode not in (0, 1, 3):
        faults.append(f"{name}: ends with {done.returncode}: {lines[-1:]}")
    if done.returncode == 1 and (len(lines) != 1 or not lines[0].startswith("error: ")):
        faults.append(f"{name}: not one line of error: {lines}")
    if done.returncode == 0 and any(not line.startswith("wrote ") for line in lines):
        faults.append(f"{name}: messages without an error: {lines}")
    return done.returncode, lines[-1] if lines else ""


def expected(path):
    """Stored values times slope plus intercept, frame by frame; None where pydicom does not read."""
    try:
        ds = pydicom.dcmread(path, force=True)
        stored = ds.pixel_array.astype(np.float64)
    except Exception:
        return None
    if ds.get("Modality") == "CT" and "PixelPaddingValue" in ds:
        # What is padding gets the lowest of the other values.
        padding = stored == ds.PixelPaddingValue
        stored[padding] = stored[~padding].min()
    if "PerFrameFunctionalGroupsSequence" not in ds:
        return [stored * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))]
    result = []
    for frame, own in zip(stored, ds.PerFrameFunctionalGroupsSequence):
        group = (own.get("PixelValueTransformationSequence") or
                 ds.SharedFunctionalGroupsSequence[0].get("PixelValueTransformationSequence"))
        slope, intercept = (group[0].RescaleSlope, group[0].RescaleIntercept) if group else (1, 0)
        result.append(frame * float(slope) + float(intercept))
    return result


def same(path, image):
    """Whether the values are pydicom's, frames in any order; None where pydicom does not read."""
    frames = expected(path)
    if frames is None:
        return None
    volume = nib.load(image).get_fdata()
    slices = volume.reshape(*volume.shape[:2], -1, order="F").transpose(2, 1, 0)
    key = lambda frame: frame.astype(np.float32).tobytes()
    return sorted(map(key, frames)) == sorted(map(key, slices))


def kind(path, scratch):
    """What medcnn makes of a file."""
    image = scratch / "image.nii.gz"
    image.unlink(missing_ok=True)
    info, _ = run("info", path)
    status, message = run("convert", path, image)
    if status == 0:
        verdict = same(path, image)
        if verdict is False:
            faults.append(f"{path.name}: other values than pydicom's")
        return {True: "read, values as pydicom's", False: "read, other values",
                None: "read, pydicom does not"}[verdict], ""
    # A directory has several series, and contours have no grid.
    if info == 0 and path.name.upper() != "DICOMDIR" and "--like" not in message:
        faults.append(f"{path.name}: info takes it, convert does not")
    reason = message.partition(f"{path}: ")[2] or message
    if "without an image" in message:
        return "no image", reason
    if "not an image file" in message or "is empty" in message:
        return "not DICOM", reason
    return "refused", reason


counts = collections.Counter()
with tempfile.TemporaryDirectory() as folder:
    scratch = pathlib.Path(folder)
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.is_dir():
                run("info", path)
                out = scratch / "all"
                run("convert", path, f"{out}/")
                counts["folders"] += 1
                continue
            if path.suffix in (".py", ".pyc"):
                continue
            what, reason = kind(path, scratch)
            counts[what] += 1
            if reason or "--all" in sys.argv:
                print(f"{path.relative_to(root)}: {what}{': ' if reason else ''}{reason}")
print()
for what, count in sorted(counts.items()):
    print(f"{count:4} {what}")
print("\n".join(["", f"{len(faults)} faults"] + faults))
sys.exit(1 if faults else 0)
