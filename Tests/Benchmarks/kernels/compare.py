# python Tests/Benchmarks/kernels/compare.py [--threads 2] [--seconds 1]
# Times single convolutions by the kernels and by PyTorch, in a virtual environment with torch, and
# prints the least times, the speed in GFLOP/s of the direct method, and PyTorch's time by ours.
# Needs clang on the path.
import argparse
import pathlib
import subprocess
import tempfile
import time

import torch

# channels in, out, kernel, stride, edge of the cubic output
SHAPES = [
    (32, 32, 3, 1, 128),
    (64, 64, 3, 1, 64),
    (128, 128, 3, 1, 32),
    (4, 32, 3, 1, 128),
    (256, 256, 3, 1, 16),
    (320, 320, 3, 1, 8),
    (320, 320, 3, 1, 4),
    (32, 64, 3, 2, 64),
    (30, 30, 3, 1, 60),
    (40, 40, 3, 1, 60),
    (50, 50, 3, 1, 60),
    (4, 30, 3, 1, 60),
    (20, 20, 3, 1, 25),
    (150, 150, 1, 1, 60),
    (32, 4, 1, 1, 128),
]


def build(folder, name="kernels"):
    """Compiles the kernels and a timing program."""
    root = pathlib.Path(__file__).resolve().parents[3]
    sources = root / "Sources" / "ConvKernels"
    program = pathlib.Path(folder) / name
    files = sorted(sources.glob("*.c")) + sorted(sources.glob("*/*.c"))
    subprocess.run(
        ["clang", "-O3", "-fno-math-errno", "-D_GNU_SOURCE", f"-I{sources}/include", root / f"Tests/Benchmarks/kernels/{name}.c"]
        + files + ["-o", program, "-lpthread", "-lm"],
        check=True)
    return program


def ours(program, shape, algorithm, arguments):
    numbers = [*shape, algorithm, -1, arguments.threads, arguments.seconds]
    output = subprocess.run(
        [program] + [str(number) for number in numbers], check=True, capture_output=True, text=True)
    wall, _, error = output.stdout.split()
    return float(wall), float(error)


def peer(shape, arguments):
    """The faster of PyTorch's two memory formats."""
    inputs, outputs, kernel, stride, edge = shape
    extent = (edge - 1) * stride + kernel
    best = float("inf")
    for layout in (torch.contiguous_format, torch.channels_last_3d):
        with torch.inference_mode():
            layer = torch.nn.Conv3d(inputs, outputs, kernel, stride).to(memory_format=layout)
            data = torch.randn(1, inputs, extent, extent, extent).to(memory_format=layout)
            layer(data)
            start = time.perf_counter()
            while time.perf_counter() - start < arguments.seconds:
                begin = time.perf_counter()
                layer(data)
                best = min(best, time.perf_counter() - begin)
    return best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"{'shape':>22} {'PyTorch':>9} {'direct':>9} {'chosen':>9} {'GFLOP/s':>8} {'ratio':>6} {'error':>8}")
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        for shape in SHAPES:
            inputs, outputs, kernel, stride, edge = shape
            theirs = peer(shape, arguments)
            direct, _ = ours(program, shape, 0, arguments)
            chosen, error = ours(program, shape, -1, arguments)
            speed = 2e-9 * inputs * outputs * kernel**3 * edge**3 / chosen
            name = f"{inputs}>{outputs} {kernel}^3/{stride} {edge}^3"
            print(f"{name:>22} {theirs:9.5f} {direct:9.5f} {chosen:9.5f} {speed:8.0f} {theirs / chosen:6.2f} {error:8.1e}",
                  flush=True)


if __name__ == "__main__":
    main()
