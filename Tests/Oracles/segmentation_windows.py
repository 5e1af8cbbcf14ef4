"""Golden values of overlapping windows, from a plain implementation of nnU-Net's rules with PyTorch.

Run as: python Tests/Oracles/segmentation_windows.py Tests/SegmentationTests/Golden
in a virtual environment with numpy, scipy and torch. The image is x[n] = ((n * 7919) mod 1013) / 500 - 1
in the order (z, y, x); the network is one 3x3x3 convolution with zero padding, one input and two
outputs, whose n-th weight is ((n * 104729) mod 997) / 997 - 0.5, without bias.
"""

import itertools
import json
import sys

import numpy as np
import torch
from scipy.ndimage import gaussian_filter


def steps(size, patch, step):
    target = patch * step
    count = int(np.ceil((size - patch) / target)) + 1
    if count == 1:
        return [0]
    return [int(np.round((size - patch) / (count - 1) * i)) for i in range(count)]


def gaussian(patch, scale):
    if scale is None:
        return np.ones(patch, np.float32)
    image = np.zeros(patch)
    image[tuple(n // 2 for n in patch)] = 1
    image = gaussian_filter(image, [n * scale for n in patch], mode="constant", cval=0, truncate=20)
    image = (image / image.max()).astype(np.float32)
    image[image == 0] = image[image > 0].min()
    return image


def run(size, patch, step, scale, mirror):
    n = np.arange(np.prod(size))
    image = torch.tensor((((n * 7919) % 1013) / 500 - 1).astype(np.float32).reshape(1, 1, *size))
    w = np.arange(54)
    weight = torch.tensor((((w * 104729) % 997) / 997 - 0.5).astype(np.float32).reshape(2, 1, 3, 3, 3))

    def network(x):
        return torch.nn.functional.conv3d(x, weight, padding=1)

    total = torch.zeros(2, *size)
    weights = torch.zeros(size)
    g = torch.tensor(gaussian(patch, scale))
    axes = [a + 2 for a in mirror]
    for low in itertools.product(*[steps(s, p, step) for s, p in zip(size, patch)]):
        where = tuple(slice(l, l + p) for l, p in zip(low, patch))
        window = image[(slice(None), slice(None)) + where]
        subsets = [c for r in range(len(axes) + 1) for c in itertools.combinations(axes, r)]
        mean = sum(torch.flip(network(torch.flip(window, c)), c) for c in subsets) / len(subsets)
        total[(slice(None),) + where] += (mean * g)[0]
        weights[where] += g
    return (total / weights).flatten().numpy()


rows = []
for case in (
    dict(size=[13, 9, 16], patch=[8, 9, 6], step=0.5, gaussian=0.125, mirror=[0, 1, 2]),
    dict(size=[13, 9, 16], patch=[5, 4, 7], step=0.7, gaussian=None, mirror=[]),
    dict(size=[10, 12, 11], patch=[8, 8, 8], step=1.0, gaussian=0.1, mirror=[1]),
):
    output = run(tuple(case["size"]), tuple(case["patch"]), case["step"], case["gaussian"], case["mirror"])
    shown = list(range(0, len(output), 37))
    positions = [steps(s, p, case["step"]) for s, p in zip(case["size"], case["patch"])]
    rows.append(case | {"positions": positions, "shown": shown, "values": [round(float(output[i]), 7) for i in shown]})
with open(sys.argv[1] + "/windows.json", "w") as stream:
    stream.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
