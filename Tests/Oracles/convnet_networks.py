# Golden values of whole small networks, computed by PyTorch modules that follow the papers and not
# the descriptions that are to be tested.
#   python Tests/Oracles/convnet_networks.py
# with a Python of a virtual environment with torch and safetensors. Writes one file a network to
# Tests/ConvNetTests/Golden/networks: the weights by the names of the built-in architectures, "input"
# and "output" (channel, z, y, x), and the architecture's configuration in the metadata.
import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

folder = pathlib.Path(__file__).parent.parent / "ConvNetTests" / "Golden" / "networks"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(20240602)


class Weights(dict):
    """Draws each weight when it is first asked for."""

    def convolution(self, name, n, channels, kernel, bias):
        fan = channels * kernel[0] * kernel[1] * kernel[2]
        self[name + ".weight"] = torch.randn(n, channels, *kernel) * (2 / fan) ** 0.5
        if bias:
            self[name + ".bias"] = torch.randn(n) * 0.1
        return self[name + ".weight"], self.get(name + ".bias")

    def norm(self, name, n):
        self[name + ".weight"] = 1 + 0.2 * torch.randn(n)
        self[name + ".bias"] = 0.2 * torch.randn(n)
        return self[name + ".weight"], self[name + ".bias"]


def write(name, architecture, configuration, weights, image, output):
    arrays = dict(weights) | {"input": image[0], "output": output[0]}
    save_file({k: v.clone().contiguous() for k, v in arrays.items()},
              folder / f"{name}.safetensors",
              metadata={"architecture": architecture, "configuration": json.dumps(configuration)})


# DeepMedic, as its program cuts and computes segments.
def middle(x, size):
    for axis, n in enumerate(size):
        start = (x.shape[axis + 2] - 1) // 2 - (n - 1) // 2
        x = x.narrow(axis + 2, start, n)
    return x


def deepmedic(name, c, output_size):
    w = Weights()

    def preactivate(x, layer):
        n = x.shape[1]
        gamma, beta = w.norm(f"{layer}.norm", n)
        if c["batchNorm"]:
            mean, variance = torch.randn(n) * 0.3, torch.rand(n) + 0.3
        else:  # the layer's bias alone
            mean, variance, gamma = torch.zeros(n), torch.ones(n), torch.ones(n)
            w[f"{layer}.norm.weight"] = gamma
        w[f"{layer}.norm.mean"], w[f"{layer}.norm.variance"] = mean, variance
        shape = (1, -1, 1, 1, 1)
        x = (x - mean.view(shape)) / torch.sqrt(variance.view(shape) + 1e-30)
        x = x * gamma.view(shape) + beta.view(shape)
        if c["activation"] == "relu":
            return torch.relu(x)
        if c["activation"] == "prelu":
            slope = torch.rand(n) * 0.3
            w[f"{layer}.activation.slope"] = slope
            return torch.clamp(x, min=0) + slope.view(shape) * (x - x.abs()) * 0.5
        return x

    def residual(x, before):
        before = middle(before, x.shape[2:])
        zeros = torch.zeros(1, x.shape[1] - before.shape[1], *x.shape[2:])
        return x + torch.cat([before, zeros], 1)

    def pathway(x, p, title):
        inputs = [x]
        for i, (n, kernel) in enumerate(zip(p["featureMaps"], p["kernels"])):
            layer = f"{title}.{i + 1}"
            y = inputs[-1]
            if i > 0:
                y = preactivate(y, layer)
            if p["dropoutRates"]:
                y = y * (1 - p["dropoutRates"][i])
            y = F.conv3d(y, *w.convolution(f"{layer}.convolution", n, y.shape[1], kernel, i == 0))
            if i + 1 in p["residualLayers"]:
                y = residual(y, inputs[i - 1])
            inputs.append(y)
        return inputs[-1]

    shrink = [sum(k[a] - 1 for k in c["normal"]["kernels"]) for a in range(3)]
    fc = c["fullyConnected"]
    first = [k - 1 if fc["firstPadding"] == "valid" else 0 for k in fc["firstKernel"]]
    joined_size = [n + m for n, m in zip(output_size, first)]
    segment = [n + s for n, s in zip(joined_size, shrink)]
    start = [max([0] + [(b["factor"][a] - 1) * shrink[a] // 2 for b in c["subsampled"]])
             for a in range(3)]
    image = torch.randn(1, c["inputChannels"], *[s + 2 * m for s, m in zip(segment, start)])

    x = image[:, :, start[0]:start[0] + segment[0], start[1]:start[1] + segment[1],
              start[2]:start[2] + segment[2]]
    joined = [pathway(x, c["normal"], "normal")]
    for i, branch in enumerate(c["subsampled"]):
        f = branch["factor"]
        axes = []
        for a in range(3):
            count = -(-joined_size[a] // f[a]) + shrink[a]
            begin = start[a] - (f[a] - 1) * shrink[a] // 2
            axes.append(begin + f[a] * torch.arange(count))
        low = image[:, :, axes[0]][:, :, :, axes[1]][:, :, :, :, axes[2]]
        low = pathway(low, branch["pathway"], f"subsampled{i + 1}")
        for a in range(3):
            low = low.repeat_interleave(f[a], a + 2)
        joined.append(low[:, :, :joined_size[0], :joined_size[1], :joined_size[2]])

    inputs = [torch.cat(joined, 1)]
    widths = fc["featureMaps"] + [c["classes"]]
    for i, n in enumerate(widths):
        last = i == len(widths) - 1
        layer = "classification" if last else f"fc.{i + 1}"
        y = preactivate(inputs[-1], layer)
        if fc["dropoutRates"]:
            y = y * (1 - fc["dropoutRates"][i])
        kernel = fc["firstKernel"] if i == 0 else [1, 1, 1]
        if i == 0 and fc["firstPadding"] == "mirror":
            for a, k in enumerate(kernel):  # the border voxel is part of the mirror image
                n_low, n_high = (k - 1) // 2, k // 2
                low = y.narrow(a + 2, 0, n_low).flip(a + 2)
                high = y.narrow(a + 2, y.shape[a + 2] - n_high, n_high).flip(a + 2)
                y = torch.cat([low, y, high], a + 2)
        y = F.conv3d(y, *w.convolution(f"{layer}.convolution", n, y.shape[1], kernel, last))
        if not last and i + 1 in fc["residualLayers"]:
            y = residual(y, inputs[i - 1])
        inputs.append(y)
    output = torch.softmax(inputs[-1], 1)
    assert list(output.shape[2:]) == output_size
    write(name, "deepmedic", c, w, image, output)


kernels = [[3, 3, 3], [3, 3, 1], [1, 1, 3]]


def path(maps, residuals=(), rates=()):
    return {"featureMaps": maps, "kernels": kernels, "residualLayers": list(residuals),
            "dropoutRates": list(rates)}


deepmedic("deepmedic", {
    "inputChannels": 2, "classes": 3, "normal": path([4, 9, 10], [3]),
    "subsampled": [{"factor": [3, 3, 3], "pathway": path([4, 5, 6], [3])},
                   {"factor": [2, 3, 1], "pathway": path([3, 5, 9])}],
    "fullyConnected": {"featureMaps": [7, 30], "firstKernel": [3, 3, 3], "firstPadding": "valid",
                       "residualLayers": [2], "dropoutRates": [0, 0.3, 0.5]},
    "activation": "prelu", "batchNorm": True, "batchNormEpsilon": 1e-30}, [7, 3, 5])
deepmedic("deepmedic_plain", {
    "inputChannels": 1, "classes": 2, "normal": path([8, 8, 8], [], [0, 0.1, 0.2]),
    "subsampled": [{"factor": [3, 3, 3], "pathway": path([4, 5, 6])}],
    "fullyConnected": {"featureMaps": [9, 10], "firstKernel": [1, 1, 1], "firstPadding": "valid",
                       "residualLayers": [], "dropoutRates": []},
    "activation": "prelu", "batchNorm": True, "batchNormEpsilon": 1e-30}, [6, 5, 4])
deepmedic("deepmedic_mirrored", {
    "inputChannels": 2, "classes": 4, "normal": path([4, 5, 6], [2]), "subsampled": [],
    "fullyConnected": {"featureMaps": [], "firstKernel": [3, 2, 3], "firstPadding": "mirror",
                       "residualLayers": [], "dropoutRates": []},
    "activation": "relu", "batchNorm": False, "batchNormEpsilon": 1e-30}, [4, 5, 3])


# nnU-Net's encoders and decoder as modules.
class Block(nn.Module):
    def __init__(self, w, name, channels, n, kernel, stride, activate=True, bias=True):
        super().__init__()
        self.conv = nn.Conv3d(channels, n, kernel, stride, [(k - 1) // 2 for k in kernel], bias=bias)
        self.norm = nn.InstanceNorm3d(n, eps=1e-5, affine=True)
        self.activate = activate
        self.conv.weight.data, b = w.convolution(f"{name}.convolution", n, channels, kernel, bias)
        if bias:
            self.conv.bias.data = b
        self.norm.weight.data, self.norm.bias.data = w.norm(f"{name}.norm", n)

    def forward(self, x):
        x = self.norm(self.conv(x))
        return F.leaky_relu(x, 0.01) if self.activate else x


class ResidualBlock(nn.Module):
    def __init__(self, w, name, channels, n, kernel, stride):
        super().__init__()
        self.pool = nn.AvgPool3d(stride, stride) if stride != [1, 1, 1] else nn.Identity()
        self.project = nn.Identity()
        if channels != n:
            self.project = Block(w, f"{name}.skip", channels, n, [1, 1, 1], 1, False, False)
        self.first = Block(w, f"{name}.1", channels, n, kernel, stride)
        self.second = Block(w, f"{name}.2", n, n, kernel, 1, False)

    def forward(self, x):
        return F.leaky_relu(self.second(self.first(x)) + self.project(self.pool(x)), 0.01)


def unet(name, c, size):
    w = Weights()
    image = torch.randn(1, c["inputChannels"], *size)
    x, channels, skips = image, c["inputChannels"], []
    if c["residual"]:
        x = Block(w, "encoder.stem", channels, c["features"][0], c["kernels"][0], 1)(x)
        channels = c["features"][0]
    for s, n in enumerate(c["features"]):
        for b in range(c["encoderBlocks"][s]):
            kind = ResidualBlock if c["residual"] else Block
            stride = c["strides"][s] if b == 0 else [1, 1, 1]
            x = kind(w, f"encoder.{s}.{b}", channels, n, c["kernels"][s], stride)(x)
            channels = n
        skips.append(x)
    for step, s in enumerate(reversed(range(len(c["features"]) - 1))):
        n, stride = c["features"][s], c["strides"][s + 1]
        weight = torch.randn(channels, n, *stride) * 0.3
        bias = torch.randn(n) * 0.1
        w[f"decoder.{s}.upsample.weight"], w[f"decoder.{s}.upsample.bias"] = weight, bias
        x = torch.cat([F.conv_transpose3d(x, weight, bias, stride), skips[s]], 1)
        channels = 2 * n
        for b in range(c["decoderConvolutions"][step]):
            x = Block(w, f"decoder.{s}.{b}", channels, n, c["kernels"][s], 1)(x)
            channels = n
    x = F.conv3d(x, *w.convolution("classification", c["classes"], channels, [1, 1, 1], True))
    write(name, "unet", c, w, image, torch.softmax(x, 1).detach())


with torch.no_grad():
    unet("unet", {
        "inputChannels": 2, "classes": 3, "features": [4, 6, 8],
        "kernels": [[1, 3, 3], [3, 3, 3], [3, 3, 3]],
        "strides": [[1, 1, 1], [1, 2, 2], [2, 2, 2]], "encoderBlocks": [2, 2, 1],
        "decoderConvolutions": [1, 2], "residual": False, "normEpsilon": 1e-5, "slope": 0.01},
        [4, 8, 12])
    unet("unet_residual", {
        "inputChannels": 1, "classes": 2, "features": [8, 8, 10],
        "kernels": [[3, 3, 3], [3, 3, 3], [3, 3, 3]],
        "strides": [[1, 1, 1], [2, 2, 2], [1, 2, 2]], "encoderBlocks": [1, 2, 1],
        "decoderConvolutions": [1, 1], "residual": True, "normEpsilon": 1e-5, "slope": 0.01},
        [4, 8, 8])


def meshnet(name, c, size):
    w = Weights()
    image = torch.randn(1, c["inputChannels"], *size)
    x = image
    for i, d in enumerate(c["dilations"]):
        conv = w.convolution(f"{i + 1}.convolution", c["featureMaps"], x.shape[1], [3, 3, 3], True)
        x = F.conv3d(x, *conv, padding=d if c["padded"] else 0, dilation=d)
        n = c["featureMaps"]
        gamma, beta = w.norm(f"{i + 1}.norm", n)
        mean, variance = torch.randn(n) * 0.3, torch.rand(n) + 0.3
        w[f"{i + 1}.norm.mean"], w[f"{i + 1}.norm.variance"] = mean, variance
        x = F.relu(F.batch_norm(x, mean, variance, gamma, beta, eps=1e-5))
    x = F.conv3d(x, *w.convolution("classification", c["classes"], x.shape[1], [1, 1, 1], True))
    write(name, "meshnet", c, w, image, torch.softmax(x, 1))


common = {"inputChannels": 2, "classes": 3, "featureMaps": 5, "dilations": [1, 2, 3, 1],
          "dropoutRate": 0.25, "normEpsilon": 1e-5}
meshnet("meshnet", common | {"padded": True}, [6, 7, 8])
meshnet("meshnet_valid", common | {"padded": False}, [21, 17, 18])
