"""Trains the sample model on synthesised brains and writes it as a model file.

    swift build -c release --product medcnn
    python Tests/Oracles/train_phantom_model.py --medcnn .build/release/medcnn \
        --work /tmp/phantoms --minutes 12 -o Samples/models/phantom-brain.safetensors

in a virtual environment with torch, nibabel and safetensors. The network is DeepMedic's in small
(Kamnitsas et al. 2017): a pathway of six valid 3x3x3 convolutions at the image's resolution, one of
six on every third voxel, joined and classified by 1x1x1 convolutions. Batch normalisation is folded
into the convolutions afterwards. Prints the Dice on phantoms that it was not trained on.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path

import nibabel
import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

SCANS = {"T1": "t1n", "T1c": "t1c", "T2": "t2w", "FLAIR": "t2f"}
LABELS = [(1, "necrotic core", [213, 94, 0]), (2, "oedema", [86, 180, 233]),
          (3, "enhancing tumour", [240, 228, 66])]
NORMAL = [8, 8, 12, 12, 16, 16]
SUBSAMPLED = [8, 8, 8, 8, 12, 12]
JOINED = 32
FACTOR = 3
# What the pathways cut off: the subsampled one sees 6 * 3 voxels beyond each side, and the block of
# three that begins at a voxel is sampled in its middle.
LOW, HIGH = 18, 19
LAYERS = 6


class Pathway(nn.Sequential):
    def __init__(self, channels, maps):
        layers = []
        for count in maps:
            layers += [nn.Conv3d(channels, count, 3, bias=False), nn.BatchNorm3d(count),
                       nn.PReLU(count, init=0.01)]
            channels = count
        super().__init__(*layers)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.normal = Pathway(4, NORMAL)
        self.subsampled = Pathway(4, SUBSAMPLED)
        self.joined = nn.Sequential(
            nn.Conv3d(NORMAL[-1] + SUBSAMPLED[-1], JOINED, 1, bias=False),
            nn.BatchNorm3d(JOINED), nn.PReLU(JOINED, init=0.01))
        self.classes = nn.Conv3d(JOINED, 4, 1)

    def forward(self, x):
        low, high = LOW - LAYERS, HIGH - LAYERS
        near = self.normal(x[:, :, low:-high, low:-high, low:-high])
        far = self.subsampled(x[:, :, 1::FACTOR, 1::FACTOR, 1::FACTOR])
        far = far.repeat_interleave(FACTOR, 2).repeat_interleave(FACTOR, 3)
        far = far.repeat_interleave(FACTOR, 4)
        far = far[:, :, :near.shape[2], :near.shape[3], :near.shape[4]]
        return self.classes(self.joined(torch.cat([near, far], 1)))


def folded(convolution, norm):
    """Weights and bias of a convolution with the batch normalisation that follows it."""
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weight = convolution.weight * scale.reshape(-1, 1, 1, 1, 1)
    return weight.detach(), (norm.bias - norm.running_mean * scale).detach()


def write_model(net, path, card):
    nodes, tensors = [], {}

    def node(name, inputs, op, **fields):
        nodes.append({"name": name, "operation": {"op": op, **fields}, "inputs": inputs})
        return name

    def convolution(name, source, weight, bias):
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = weight, bias
        return node(name, [source], "convolution", outputChannels=weight.shape[0],
                    kernel=list(weight.shape[2:]))

    def block(name, source, layers):
        for index in range(0, len(layers), 3):
            step = f"{name}{index // 3 + 1}"
            source = convolution(step, source, *folded(layers[index], layers[index + 1]))
            tensors[f"{step}.prelu.slope"] = layers[index + 2].weight.detach()
            source = node(f"{step}.prelu", [source], "prelu")
        return source

    near = node("normal", ["image"], "crop", low=[LOW - LAYERS] * 3, high=[HIGH - LAYERS] * 3)
    near = block("normal.", near, net.normal)
    far = node("subsampled.crop", ["image"], "crop", low=[1] * 3)
    far = node("subsampled", [far], "subsample", factors=[FACTOR] * 3)
    far = block("subsampled.", far, net.subsampled)
    far = node("subsampled.up", [far], "upsampleNearest", factors=[FACTOR] * 3)
    far = node("subsampled.cut", [far, near], "cropLike", centred=False)
    joined = node("join", [near, far], "concatenate")
    joined = block("joined.", joined, net.joined)
    convolution("classes", joined, net.classes.weight.detach(), net.classes.bias.detach())
    scheme = {"zScore": {"region": "mask", "zeroOutside": True}}
    patterns = {"T1": ["t1", "t1n", "t1w"], "T1c": ["t1c", "t1ce", "t1gd"],
                "T2": ["t2", "t2w"], "FLAIR": ["flair", "t2f", "t2+flair"]}
    metadata = {
        "medcnn": "1",
        "network": {"input": {"name": "image", "channels": 4}, "nodes": nodes,
                    "output": "classes"},
        "channels": [{"name": name, "patterns": patterns[name], "normalization": scheme}
                     for name in SCANS],
        "preprocessing": {"axes": "RAS", "spacing": [1, 1, 1]},
        "inference": {"streamed": {"alignment": FACTOR}},
        "output": {"activation": "softmax", "decision": "argmax", "values": [0, 1, 2, 3]},
        "labels": [{"value": value, "name": name, "color": color}
                   for value, name, color in LABELS],
        "card": card,
    }
    texts = {key: value if isinstance(value, str) else json.dumps(value)
             for key, value in metadata.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, texts)


def load(medcnn, folder, seed, lesions):
    name = folder / f"phantom-{seed}"
    if not Path(f"{name}-seg.nii.gz").exists():
        subprocess.run([medcnn, "phantom", "mri", "--seed", str(seed), "--lesions", str(lesions),
                        "--out", folder, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    ras = lambda suffix: nibabel.as_closest_canonical(nibabel.load(f"{name}-{suffix}.nii.gz"))
    scans = [np.asarray(ras(suffix).dataobj, np.float32) for suffix in SCANS.values()]
    mask = np.any([scan != 0 for scan in scans], 0)
    image = np.zeros((4, *mask.shape), np.float32)
    for channel, scan in enumerate(scans):
        values = scan[mask].astype(np.float64)
        image[channel][mask] = (values - values.mean()) / values.std()
    labels = np.asarray(ras("seg").dataobj).astype(np.int64)
    # To the order (channel, z, y, x).
    return (torch.from_numpy(image.transpose(0, 3, 2, 1).copy()),
            torch.from_numpy(labels.transpose(2, 1, 0).copy()),
            torch.from_numpy(mask.transpose(2, 1, 0).copy()))


def padded(image):
    # Beyond its border the image goes on as its edge, as at inference.
    pad = [LOW, HIGH] * 3
    return nn.functional.pad(image[None], pad, mode="replicate")[0]


class Sampler:
    """Patches around lesion voxels, each label alike, and around any voxel of the brain."""

    def __init__(self, cases, size, random):
        self.size, self.random, self.cases = size, random, []
        for image, labels, mask in cases:
            places = [np.flatnonzero(labels.numpy() == value) for value in (1, 2, 3)]
            places = [place for place in places if len(place)]
            self.cases.append((padded(image), labels, places, np.flatnonzero(mask.numpy())))

    def patch(self):
        image, labels, places, brain = self.cases[self.random.integers(len(self.cases))]
        if places and self.random.random() < 0.5:
            place = places[self.random.integers(len(places))]
        else:
            place = brain
        center = np.unravel_index(place[self.random.integers(len(place))], labels.shape)
        start = [int(np.clip(c - self.random.integers(self.size), 0, n - self.size))
                 for c, n in zip(center, labels.shape)]
        reach = self.size + LOW + HIGH
        x = image[:, start[0]:start[0] + reach, start[1]:start[1] + reach,
                  start[2]:start[2] + reach]
        y = labels[start[0]:start[0] + self.size, start[1]:start[1] + self.size,
                   start[2]:start[2] + self.size]
        x = x * float(self.random.normal(1, 0.05)) + torch.from_numpy(
            self.random.normal(0, 0.05, (4, 1, 1, 1)).astype(np.float32))
        return x, y

    def batch(self, count):
        x, y = zip(*(self.patch() for _ in range(count)))
        return torch.stack(x), torch.stack(y)


@torch.no_grad()
def segmented(net, image, mask, tile=48):
    net.eval()
    big = padded(image)
    labels = torch.zeros(mask.shape, dtype=torch.int64)
    for z in range(0, mask.shape[0], tile):
        for y in range(0, mask.shape[1], tile):
            for x in range(0, mask.shape[2], tile):
                reach = tile + LOW + HIGH
                part = big[None, :, z:z + reach, y:y + reach, x:x + reach]
                found = net(part)[0].argmax(0)
                labels[z:z + found.shape[0], y:y + found.shape[1], x:x + found.shape[2]] = found
    net.train()
    return labels * mask


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--medcnn", required=True)
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--minutes", type=float, default=12)
    arguments.add_argument("-o", "--output", type=Path, required=True)
    options = arguments.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    cases = [load(options.medcnn, options.work, 1000 + n, n % 4) for n in range(1, 15)]
    sampler = Sampler(cases, 20, np.random.default_rng(1))
    net = Net()
    print(sum(p.numel() for p in net.parameters()), "parameters")
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    start, step, mean = time.time(), 0, None
    while (part := (time.time() - start) / (60 * options.minutes)) < 1:
        optimizer.param_groups[0]["lr"] = 3e-3 * 0.5 * (1 + np.cos(np.pi * part)) + 1e-5
        x, y = sampler.batch(4)
        loss = nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        if step % 25 == 0:
            print(f"step {step}, {part:.0%}, loss {mean:.4f}", flush=True)

    names = ["WT", "TC", "ET"]
    regions = [(1, 2, 3), (1, 3), (3,)]
    scores = []
    for seed, lesions in ((9001, 1), (9002, 2), (9003, 3)):
        image, labels, mask = load(options.medcnn, options.work, seed, lesions)
        found = segmented(net, image, mask)
        row = []
        for region in regions:
            a = torch.isin(found, torch.tensor(region))
            b = torch.isin(labels, torch.tensor(region))
            row.append(2 * (a & b).sum().item() / max(1, (a.sum() + b.sum()).item()))
        scores.append(row)
        print(seed, dict(zip(names, np.round(row, 4))))
    worst = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, np.min(scores, 0)))
    write_model(net, options.output, {
        "name": "phantom-brain", "version": "1",
        "description": "Finds the tumours in brains that \"medcnn phantom mri\" synthesises. It "
                       "shows how the program works and is of no use for scans of people.",
        "trainingData": "14 synthesised brains of 1 mm voxels, seeds 1001 to 1014, with 0 to 3 "
                        "lesions",
        "accuracy": f"lowest Dice on three unseen synthesised brains (seeds 9001 to 9003): {worst}",
        "limitations": "trained on synthesised brains only: never use it on scans of people",
        "license": "the same as the program's"})
    print("wrote", options.output, options.output.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
