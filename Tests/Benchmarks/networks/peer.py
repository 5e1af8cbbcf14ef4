"""Times a peer on the network of a model file over a scan, and prints one JSON object.

    python peer.py ENGINE MODEL --scans A [B ...] --tile Z Y X --margin N [--region brain|all]

ENGINE is torch or openvino. The scan is cut into output tiles; each is fed with `margin` voxels more
on every side, continued by edge values. Only the network's time counts: not reading, not compiling.
"""

import argparse
import json
import resource
import tempfile
import time

import nibabel
import numpy as np
import torch

from torch_network import Network

torch.set_grad_enabled(False)


def engine(name, model, shape, threads):
    """A function from an array (channels, z, y, x) to the network's output."""
    network = Network(model).eval()
    torch.set_num_threads(threads)
    if name == "torch":
        return lambda tile: network(torch.from_numpy(tile[None])).numpy()[0]
    import openvino

    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        torch.onnx.export(
            network, (torch.zeros(1, *shape),), file.name, opset_version=17, dynamo=False)
        del network
        core = openvino.Core()
        settings = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
        compiled = core.compile_model(core.read_model(file.name), "CPU", settings)
    return lambda tile: compiled(tile[None])[0][0]


def standardised(scan):
    """The z-score of the voxels that are not zero, inside mean +- 3 sd and the 5 to 95 % quantiles."""
    inside = scan != 0
    values = scan[inside].astype(np.float64)
    low, high = np.quantile(values, [0.05, 0.95])
    mean, sd = values.mean(), values.std()
    kept = values[(values >= max(low, mean - 3 * sd)) & (values <= min(high, mean + 3 * sd))]
    return np.where(inside, (scan - kept.mean()) / kept.std(), 0).astype(np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=["torch", "openvino"])
    parser.add_argument("model")
    parser.add_argument("--scans", nargs="+", required=True)
    parser.add_argument("--tile", nargs=3, type=int, required=True)
    parser.add_argument("--margin", type=int, required=True)
    parser.add_argument("--region", choices=["brain", "all"], default="brain")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--labels", help="write the classes as NIfTI, for a comparison of results")
    options = parser.parse_args()

    files = [nibabel.load(path) for path in options.scans]
    scans = np.stack([np.asarray(f.dataobj, np.float32).transpose(2, 1, 0) for f in files])
    brain = (scans != 0).any(0)
    scans = np.stack([standardised(scan) for scan in scans])
    size, tile, margin = brain.shape, options.tile, options.margin
    over = [(-n) % t for n, t in zip(size, tile)]
    padded = np.pad(scans, [(0, 0)] + [(margin, margin + o) for o in over], mode="edge")
    shape = (len(scans), *[t + 2 * margin for t in tile])
    run = engine(options.engine, options.model, shape, options.threads)

    labels = np.zeros(size, np.uint8)
    seconds, tiles = 0.0, 0
    corners = [range(0, n, t) for n, t in zip(size, tile)]
    for z in corners[0]:
        for y in corners[1]:
            for x in corners[2]:
                place = tuple(slice(o, o + t) for o, t in zip((z, y, x), tile))
                if options.region == "brain" and not brain[place].any():
                    continue
                block = tuple(slice(o, o + n) for o, n in zip((z, y, x), shape[1:]))
                image = np.ascontiguousarray(padded[(slice(None), *block)])
                if tiles == 0:
                    run(image)  # first-use costs are not counted
                start = time.perf_counter()
                output = run(image)
                seconds += time.perf_counter() - start
                tiles += 1
                part = labels[place]
                n = part.shape
                labels[place] = output[:, : n[0], : n[1], : n[2]].argmax(0)
    labels[~brain] = 0
    if options.labels:
        image = nibabel.Nifti1Image(labels.transpose(2, 1, 0), files[0].affine)
        nibabel.save(image, options.labels)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "tiles": tiles, "memory_mb": memory}))


if __name__ == "__main__":
    main()
