"""The probabilities of a trained DeepMedic, computed with PyTorch from its TensorFlow checkpoint.

    python import_deepmedic.py CHECKPOINT_FOLDER table
    python import_deepmedic.py CHECKPOINT_FOLDER tile CASE_FOLDER I J K [I J K ...]

`table` writes Tests/ConvNetTests/Golden/deepmedic.txt: probabilities of the made image of `image`,
at chosen voxels. `tile` compares the classes of tiles of 27^3 from voxel (I, J, K) of a case with
its reference_labels.nii.gz. Needs a virtual environment with numpy, torch and nibabel.

The network is written out for the published three-pathway configuration with residual connections;
it knows nothing of the configuration file and shares no code with what it checks. Arrays are
indexed (channel, i, j, k) as DeepMedic has them.
"""

import pathlib
import sys

import numpy
import torch
import torch.nn.functional as functional

import import_tensorflow_bundle

SEGMENT, OUTPUT = 45, 27
# Step between samples, first sample relative to the segment, number of samples.
PATHWAYS = [(1, 0, 45), (3, -16, 26), (5, -32, 22)]
MARGIN, EXTENT = 32, 109  # What the last pathway needs on either side of the segment, and in all.


def name(kind, number):
    return f"net/{kind}" + (f"_{number}" if number else "")


class Network:
    def __init__(self, prefix):
        self.variables = import_tensorflow_bundle.read(prefix)
        self.convolutions = self.norms = 0

    def tensor(self, kind, number):
        return torch.from_numpy(self.variables[name(kind, number)].astype(numpy.float64))

    def norm_and_activation(self, x):
        number, self.norms = self.norms, self.norms + 1
        shape = (1, -1, 1, 1, 1)
        mean = self.tensor("muBnsForRollingAverage", number).mean(0).reshape(shape)
        variance = self.tensor("varBnsForRollingAverage", number).mean(0).reshape(shape)
        x = (x - mean) / torch.sqrt(variance + numpy.finfo(numpy.float32).tiny)
        x = x * self.tensor("gBn", number).reshape(shape) + self.tensor("bBn", number).reshape(shape)
        slope = self.tensor("aPrelu", number).reshape(shape)
        return torch.where(x > 0, x, slope * x)

    def convolve(self, x):
        number, self.convolutions = self.convolutions, self.convolutions + 1
        return functional.conv3d(x, self.tensor("W", number))

    @staticmethod
    def residual(deep, earlier):
        start = [(e - 1) // 2 - (d - 1) // 2 for d, e in zip(deep.shape[2:], earlier.shape[2:])]
        middle = earlier[:, :, *(slice(s, s + d) for s, d in zip(start, deep.shape[2:]))]
        deep = deep.clone()
        deep[:, :middle.shape[1]] += middle
        return deep

    def __call__(self, inputs):
        """The class probabilities for one input of each pathway."""
        self.convolutions = self.norms = 0
        features = []
        for pathway, (x, (step, _, _)) in enumerate(zip(inputs, PATHWAYS)):
            x = self.convolve(x + self.tensor("b", pathway).reshape(1, -1, 1, 1, 1))
            before = None
            for layer in range(2, 9):
                entering = x
                x = self.convolve(self.norm_and_activation(x))
                if layer in (4, 6, 8):
                    x = self.residual(x, before)
                before = entering
            for axis in (2, 3, 4):
                x = x.repeat_interleave(step, axis)
            features.append(x[:, :, :29, :29, :29])
        joined = torch.cat(features, 1)
        x = self.convolve(self.norm_and_activation(joined))
        x = self.residual(self.convolve(0.7 * self.norm_and_activation(x)), joined)
        x = self.convolve(0.7 * self.norm_and_activation(x))
        x = x + self.tensor("b", 3).reshape(1, -1, 1, 1, 1)
        return functional.softmax(x, 1)[0]


def pathways(image, origin):
    """The inputs of the pathways for the segment that starts at `origin`, edge values beyond."""
    inputs = []
    for step, start, count in PATHWAYS:
        x = image
        for axis in range(3):
            places = origin[axis] + start + step * numpy.arange(count)
            x = x.take(numpy.clip(places, 0, image.shape[axis + 1] - 1), axis + 1)
        inputs.append(torch.from_numpy(numpy.ascontiguousarray(x))[None])
    return inputs


def image():
    """Numbers from -2 to 2 made from the place in memory of a (channel, k, j, i) array; as (c, i, j, k)."""
    count = 4 * EXTENT**3
    place = numpy.arange(count, dtype=numpy.uint64)
    bits = (place * numpy.uint64(2654435761)) & numpy.uint64(0xFFFFFFFF)
    bits = ((bits ^ (bits >> numpy.uint64(15))) * numpy.uint64(2246822519)) & numpy.uint64(0xFFFFFFFF)
    values = (bits >> numpy.uint64(8)).astype(numpy.float64) / 2**22 - 2
    return values.reshape(4, EXTENT, EXTENT, EXTENT).transpose(0, 3, 2, 1)


def table(network):
    probabilities = network(pathways(image(), [MARGIN] * 3)).numpy()
    assert probabilities.shape == (5, OUTPUT, OUTPUT, OUTPUT)
    lines = ["# i j k, then the probability of each class"]
    for i, j, k in [(0, 0, 0), (26, 0, 0), (0, 26, 0), (0, 0, 26), (13, 13, 13), (26, 26, 26),
                    (3, 7, 19), (20, 4, 11), (9, 22, 5), (16, 15, 2)]:
        values = " ".join(f"{value:.8g}" for value in probabilities[:, i, j, k])
        lines.append(f"{i} {j} {k} {values}")
    lines.append("# the sum of the probabilities of each class over the tile")
    lines.append("sum " + " ".join(f"{value:.9g}" for value in probabilities.sum((1, 2, 3))))
    folder = pathlib.Path(__file__).parent.parent / "ConvNetTests" / "Golden"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "deepmedic.txt").write_text("\n".join(lines) + "\n")


def case(folder):
    """The four channels of a case, normalised as the reference labels were, and the labels."""
    import nibabel

    channels = []
    folder = pathlib.Path(folder)
    for suffix in ("t1n", "t1c", "t2w", "t2f"):
        path, = folder.glob(f"*{suffix}*.nii.gz")
        voxels = numpy.asarray(nibabel.load(path).dataobj, numpy.float64)
        brain = voxels[voxels != 0]
        low, high = numpy.quantile(brain, [0.05, 0.95])
        mean, deviation = brain.mean(), brain.std()
        kept = brain[(brain >= max(low, mean - 3 * deviation)) & (brain <= min(high, mean + 3 * deviation))]
        channels.append(numpy.where(voxels != 0, (voxels - kept.mean()) / kept.std(), 0))
    labels = numpy.asarray(nibabel.load(folder / "reference_labels.nii.gz").dataobj)
    return numpy.stack(channels), labels


def tiles(network, folder, origins):
    channels, labels = case(folder)
    brain = (channels != 0).any(0)
    for origin in origins:
        # The output starts 9 voxels into the segment: half of what is lost, (45 - 27) / 2.
        classes = network(pathways(channels, [o - 9 for o in origin])).numpy().argmax(0)
        place = tuple(slice(o, o + OUTPUT) for o in origin)
        expected = labels[place]
        classes = classes[tuple(slice(0, n) for n in expected.shape)] * brain[place]
        print(origin, f"{(classes == expected).mean():.6f} equal, classes",
              dict(zip(*(n.tolist() for n in numpy.unique(expected, return_counts=True)))))


if __name__ == "__main__":
    network = Network(sys.argv[1] + "/model.ckpt")
    with torch.no_grad():
        if sys.argv[2] == "table":
            table(network)
        else:
            numbers = [int(n) for n in sys.argv[4:]]
            tiles(network, sys.argv[3], [numbers[n:n + 3] for n in range(0, len(numbers), 3)])
