"""A training step of whole networks: medcnn beside PyTorch, in one run.

    python compare.py --medcnn .build/release/medcnn [NAME ...]

Needs a virtual environment with torch, numpy and safetensors. NAMEs: deepmedic (the paper's sizes, 10
segments of 25^3), unet (2 patches of 64^3); both by default. A step is the forward pass, cross-entropy
plus soft Dice, the backward pass and the change of the weights. Both programs measure in turn, each in
a process of its own; shown are the medians of their steps and their peak memory.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "networks"))
import model_files

# The model, the batch, the images' size and what they are. DeepMedic's segments of 25^3 come with what
# its subsampled pathway sees around them.
WORK = {
    "deepmedic": (model_files.deepmedic, 10, 57, "10 segments of 25^3"),
    "unet": (model_files.unet, 2, 64, "2 patches of 64^3"),
}


def ours(options, model, batch, size):
    result = subprocess.run(
        [options.medcnn, "model", "profile", model, "--training", "--batch", str(batch), "--size",
         str(size), "--repeats", str(options.repeats), "--threads", str(options.threads)],
        check=True, stdout=subprocess.PIPE, text=True)
    parts = dict(re.findall(r"^(\w+) +([0-9.]+)$", result.stdout, re.MULTILINE))
    memory = re.search(r"peak memory (\d+) MB", result.stdout)[1]
    return {name: float(value) for name, value in parts.items()} | {"memory": float(memory)}


def peer(options, model, batch, size):
    # This setting, where present, slows numpy down.
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"}
    result = subprocess.run(
        [sys.executable, HERE / "peer.py", model, str(batch), str(size), str(options.repeats),
         str(options.threads)],
        env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(WORK))
    parser.add_argument("--medcnn", default=".build/release/medcnn")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3, help="steps a process")
    parser.add_argument("--rounds", type=int, default=2, help="processes of each program")
    options = parser.parse_args()
    if unknown := set(options.names) - set(WORK):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(WORK)}")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names or WORK:
            make, batch, size, title = WORK[name]
            model = f"{folder}/{name}.safetensors"
            make(model)
            rounds = [(ours(options, model, batch, size), peer(options, model, batch, size))
                      for _ in range(options.rounds)]
            print(f"{name}, {title}")
            for program, rows in zip(("medcnn", "torch"), zip(*rounds)):
                row = {key: statistics.median(r[key] for r in rows) for key in rows[0]}
                parts = ", ".join(
                    f"{key} {row[key]:.3f}" for key in ("forward", "loss", "backward", "update"))
                print(f"  {program:<8}{row['all']:>8.3f} s{row['memory']:>7.0f} MB  ({parts})")
            ratio = statistics.median(theirs["all"] / mine["all"] for mine, theirs in rounds)
            print(f"  medcnn is {ratio:.2f} times as fast", flush=True)


if __name__ == "__main__":
    main()
