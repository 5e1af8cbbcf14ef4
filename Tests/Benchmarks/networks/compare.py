"""Whole networks on whole scans: medcnn beside PyTorch and OpenVINO, in one run.

    python compare.py --medcnn .build/release/medcnn [--scans DIR] [--checkpoint DIR] [NAME ...]

Needs a virtual environment with torch, openvino, onnx, nibabel and safetensors. NAMEs: checkpoint,
deepmedic, unet (all by default); `checkpoint` needs the folder of a DeepMedic checkpoint. Scans: a
folder of four MRI scans, or phantoms where none is given. medcnn's time is that of the whole command,
from reading the model and the scans to writing the labels, and what of it the segmentation takes,
weights packed and scans normalised; of a peer only the network's own.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nibabel
import numpy as np

import model_files

HERE = Path(__file__).parent


def measured(command):
    """Seconds and peak memory in MB of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    messages = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"failed: {' '.join(map(str, command))}\n{messages}")
    row = {"seconds": time.perf_counter() - start, "memory_mb": usage.ru_maxrss / 1024}
    if segmenting := re.search(r"segmented with .* in ([0-9.]+) s", messages):
        row["segmenting"] = float(segmenting[1])
    return row


def ours(options, model, scans, folder, *more):
    names = [f"--channel={name}={path}" for name, path in zip(model_files.MODALITIES, scans)]
    return measured(
        [options.medcnn, "segment", "--model", model, *names, "-o", folder / "ours.nii.gz",
         "--threads", options.threads, *more])


def peer(options, engine, model, scans, tile, margin, *more):
    command = [
        sys.executable, HERE / "peer.py", engine, model, "--scans", *scans, "--tile", *tile,
        "--margin", margin, "--threads", options.threads, *more]
    # This setting, where present, slows numpy down.
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    result = subprocess.run(
        [str(c) for c in command], env=environment, check=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    return json.loads(result.stdout.splitlines()[-1])


def report(work, rows):
    first = rows[0][1]
    segmenting = first["segmenting"]
    print(f"{work:<28}{'':<30}{'':>11}{'':>12}{'command':>10}{'segmenting':>12}")
    print(f"{'':<28}{'medcnn, segmenting':<30}{segmenting:>9.2f} s")
    for name, row in rows:
        print(
            f"{'':<28}{name:<30}{row['seconds']:>9.2f} s{row['memory_mb']:>9.0f} MB"
            f"{row['seconds'] / first['seconds']:>8.1f} x{row['seconds'] / segmenting:>10.1f} x",
            flush=True)


def same(a, b, brain):
    """The fraction of the brain's voxels with equal labels."""
    a, b = (np.asarray(nibabel.load(path).dataobj) for path in (a, b))
    return (a == b)[brain].mean()


def brain_of(scans):
    return np.any([np.asarray(nibabel.load(path).dataobj) != 0 for path in scans], axis=0)


def checkpoint(options, scans, folder):
    if not options.checkpoint:
        print("checkpoint: skipped, since no --checkpoint was given")
        return
    model, base = folder / "checkpoint.safetensors", Path(options.checkpoint)
    measured(
        [options.medcnn, "model", "import", "--deepmedic", base / "model.ckpt", "--config",
         base / "modelConfig.txt", "-o", model])
    labels = folder / "peer.nii.gz"
    rows = [("medcnn, the command", ours(options, model, scans, folder))]
    rows += [("torch, tiles of 27^3",
              peer(options, "torch", model, scans, [27] * 3, 41, "--labels", labels))]
    report("checkpoint, one brain", rows)
    equal = same(folder / "ours.nii.gz", labels, brain_of(scans))
    print(f"{'':<28}equal labels inside the brain: {100 * equal:.3f} %")


def deepmedic(options, scans, folder):
    model = folder / "deepmedic.safetensors"
    model_files.deepmedic(model)
    image = nibabel.load(scans[0])
    whole = folder / "whole.nii.gz"
    nibabel.save(nibabel.Nifti1Image(np.ones(image.shape, np.uint8), image.affine), whole)
    rows = [("medcnn, the command", ours(options, model, scans, folder, "--mask", whole))]
    for tile in ([60, 60, 60], [78, 120, 120]):
        row = peer(options, "openvino", model, scans, tile, 24, "--region", "all")
        rows.append((f"OpenVINO, tiles of {'x'.join(map(str, tile))}", row))
    report(f"DeepMedic, {'x'.join(map(str, image.shape))}", rows)


def unet(options, scans, folder):
    model = folder / "unet.safetensors"
    model_files.unet(model)
    crops = []
    for index, path in enumerate(scans):
        image = nibabel.load(path)
        data = np.asarray(image.dataobj, np.float32)
        low = [max(0, (n - 128) // 2) for n in data.shape]
        data = data[tuple(slice(o, o + 128) for o in low)]
        data = np.pad(data, [(0, 128 - n) for n in data.shape])
        crops.append(folder / f"crop{index}.nii.gz")
        nibabel.save(nibabel.Nifti1Image(data, image.affine), crops[-1])
    rows = [("medcnn, the command", ours(options, model, crops, folder))]
    for engine in ("openvino", "torch"):
        rows.append((engine, peer(options, engine, model, crops, [128] * 3, 0)))
    report("U-Net, 128^3", rows)


def main():
    work = {f.__name__: f for f in (checkpoint, deepmedic, unet)}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(work))
    parser.add_argument("--medcnn", default=".build/release/medcnn")
    parser.add_argument("--scans", help="a folder with t1n, t1c, t2w and t2f scans")
    parser.add_argument("--checkpoint", help="a folder with model.ckpt.* and modelConfig.txt")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if unknown := set(options.names) - set(work):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(work)}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        source = Path(options.scans) if options.scans else folder / "phantom"
        if not options.scans:
            measured(
                [options.medcnn, "phantom", "mri", "--size", "240x240x155", "--out", source])
        scans = []
        for suffix in ("t1n", "t1c", "t2w", "t2f"):
            found = sorted(source.glob(f"*{suffix}.nii.gz"))
            if len(found) != 1:
                raise SystemExit(f"{source} holds {len(found)} files named *{suffix}.nii.gz")
            scans.append(found[0])
        for name in options.names or work:
            work[name](options, scans, folder)


if __name__ == "__main__":
    main()
