# python Tests/Benchmarks/kernels/gradient.py [--threads 2] [--seconds 1] [--all]
# Times the gradients of single convolutions' weights by the kernels and by PyTorch, in a virtual
# environment with torch, and prints the least times, the speed in GFLOP/s of the direct method, and
# PyTorch's time by ours. With --all each algorithm is timed. Needs clang on the path.
import argparse
import subprocess
import tempfile
import time

import torch

from compare import build

# channels in, out, kernel, stride, edge of the cubic output, images
SHAPES = [
    (32, 32, 3, 1, 64, 2),
    (64, 64, 3, 1, 32, 2),
    (128, 128, 3, 1, 16, 2),
    (256, 256, 3, 1, 8, 2),
    (320, 320, 3, 1, 4, 2),
    (40, 40, 3, 1, 15, 10),
    (30, 30, 3, 1, 21, 10),
    (50, 50, 3, 1, 9, 10),
    (4, 32, 3, 1, 64, 2),
    (4, 30, 3, 1, 23, 10),
    (150, 150, 1, 1, 9, 10),
    (32, 64, 3, 2, 32, 2),
]
NAMES = ["direct", "222", "244", "444"]


def ours(program, shape, algorithm, arguments):
    numbers = [*shape, algorithm, -1, arguments.threads, arguments.seconds]
    output = subprocess.run(
        [program] + [str(number) for number in numbers], check=True, capture_output=True, text=True)
    wall, _, error, algorithm, memory = output.stdout.split()
    return float(wall), float(error), NAMES[int(algorithm)], float(memory)


def peer(shape, arguments):
    """The faster of PyTorch's two memory formats."""
    inputs, outputs, kernel, stride, edge, images = shape
    extent = (edge - 1) * stride + kernel
    best = float("inf")
    for layout in (torch.contiguous_format, torch.channels_last_3d):
        layer = torch.nn.Conv3d(inputs, outputs, kernel, stride, bias=False).to(memory_format=layout)
        data = torch.randn(images, inputs, extent, extent, extent).to(memory_format=layout)
        result = layer(data)
        delta = torch.randn_like(result)
        start = time.perf_counter()
        while time.perf_counter() - start < arguments.seconds:
            begin = time.perf_counter()
            torch.autograd.grad(result, layer.weight, delta, retain_graph=True)
            best = min(best, time.perf_counter() - begin)
    return best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"{'shape':>24} {'PyTorch':>9} {'chosen':>9} {'by':>6} {'GFLOP/s':>8} {'ratio':>6} {'error':>8} {'MB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder, "gradient")
        for shape in SHAPES:
            inputs, outputs, kernel, stride, edge, images = shape
            theirs = peer(shape, arguments)
            chosen, error, algorithm, memory = ours(program, shape, -1, arguments)
            speed = 2e-9 * inputs * outputs * kernel**3 * edge**3 * images / chosen
            name = f"{inputs}>{outputs} {kernel}^3/{stride} {edge}^3 x{images}"
            print(f"{name:>24} {theirs:9.5f} {chosen:9.5f} {algorithm:>6} {speed:8.0f} {theirs / chosen:6.2f} {error:8.1e} {memory:6.1f}",
                  flush=True)
            if arguments.all:
                for number in range(4 if (kernel, stride) == (3, 1) else 1):
                    wall, error, algorithm, memory = ours(program, shape, number, arguments)
                    print(f"{'':>24} {'':>9} {wall:9.5f} {algorithm:>6} {'':>8} {theirs / wall:6.2f} {error:8.1e} {memory:6.1f}",
                          flush=True)


if __name__ == "__main__":
    main()
