"""Times training steps of the network of a model file in PyTorch, and prints one JSON object.

    python peer.py MODEL BATCH SIZE REPEATS THREADS

Arrays are "channels last", where PyTorch's convolutions are fastest.
"""

import json
import resource
import statistics
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.append(str(Path(__file__).parent.parent / "networks"))
from torch_network import Network


def loss(logits, targets):
    """Cross-entropy plus nnU-Net's soft Dice loss."""
    truth = torch.zeros_like(logits).scatter_(1, targets[:, None], 1)[:, 1:]
    p, axes = torch.softmax(logits, 1)[:, 1:], (2, 3, 4)
    top = 2 * (p * truth).sum(axes) + 1e-5
    dice = top / (p.sum(axes) + truth.sum(axes) + 1e-5)
    return F.cross_entropy(logits, targets) + 1 - dice.mean()


def main():
    model, *numbers = sys.argv[1:]
    batch, size, repeats, threads = map(int, numbers)
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    network = Network(model).train().to(memory_format=torch.channels_last_3d)
    optimizer = torch.optim.SGD(network.parameters(), 1e-4)
    images = torch.rand(batch, network.network["input"]["channels"], size, size, size)
    images = images.to(memory_format=torch.channels_last_3d)
    targets, rows = None, []
    for step in range(repeats + 2):  # first-use costs are not counted
        times = [time.perf_counter()]
        optimizer.zero_grad(set_to_none=True)
        logits = network(images)
        times.append(time.perf_counter())
        if targets is None:
            targets = torch.randint(0, logits.shape[1], (batch, *logits.shape[2:]))
        value = loss(logits, targets)
        times.append(time.perf_counter())
        value.backward()
        times.append(time.perf_counter())
        optimizer.step()
        times.append(time.perf_counter())
        if step >= 2:
            rows.append([b - a for a, b in zip(times, times[1:])] + [times[-1] - times[0]])
    names = ("forward", "loss", "backward", "update", "all")
    result = {name: statistics.median(column) for name, column in zip(names, zip(*rows))}
    result["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))


if __name__ == "__main__":
    main()
