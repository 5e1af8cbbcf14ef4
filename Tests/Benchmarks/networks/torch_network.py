"""A model file as a PyTorch module: each operation of docs/model-format.md by PyTorch's own."""

import json

import torch
import torch.nn.functional as F
from safetensors import safe_open


class Network(torch.nn.Module):
    """Runs the network of a model file on an (images, channels, z, y, x) tensor; in training mode batch
    norms use the statistics of the batch. Learned weights are parameters."""

    def __init__(self, path):
        super().__init__()
        with safe_open(path, "pt") as file:
            self.network = json.loads(file.metadata()["network"])
            weights = {name: file.get_tensor(name) for name in file.keys()}
        # Dots separate modules in PyTorch.
        for name, value in weights.items():
            if name.endswith((".mean", ".variance")):
                self.register_buffer(name.replace(".", "__"), value)
            else:
                self.register_parameter(name.replace(".", "__"), torch.nn.Parameter(value))
        self.last_use = {}
        for node in self.network["nodes"]:
            for name in node["inputs"]:
                self.last_use[name] = node["name"]

    def weight(self, node, name):
        return getattr(self, f"{node}__{name}".replace(".", "__"), None)

    def forward(self, image):
        values = {self.network["input"]["name"]: image}
        for node in self.network["nodes"]:
            inputs = [values[name] for name in node["inputs"]]
            for name in set(node["inputs"]):
                if self.last_use[name] == node["name"]:
                    del values[name]
            values[node["name"]] = self.compute(node["name"], dict(node["operation"]), inputs)
        return values[self.network["output"]]

    def compute(self, name, operation, inputs):
        kind, x = operation.pop("op"), inputs[0]
        weight, bias = self.weight(name, "weight"), self.weight(name, "bias")
        if kind == "convolution":
            x = pad(x, operation, "paddingLow", "paddingHigh", operation.get("paddingMode", "zero"))
            return F.conv3d(
                x, weight, bias, operation.get("stride", 1), 0, operation.get("dilation", 1),
                operation.get("groups", 1))
        if kind == "transposedConvolution":
            y = F.conv_transpose3d(
                x, weight, bias, operation["stride"],
                output_padding=operation.get("outputPadding", 0))
            return crop(y, operation.get("paddingLow", [0] * 3), operation.get("paddingHigh", [0] * 3))
        if kind == "batchNorm":
            if self.training:
                return F.batch_norm(
                    x, None, None, weight, bias, training=True, eps=operation["epsilon"])
            return F.batch_norm(
                x, self.weight(name, "mean"), self.weight(name, "variance"), weight, bias,
                eps=operation["epsilon"])
        if kind == "instanceNorm":
            return F.instance_norm(x, weight=weight, bias=bias, eps=operation["epsilon"])
        if kind == "prelu":
            return F.prelu(x, self.weight(name, "slope"))
        if kind == "leakyReLU":
            return F.leaky_relu(x, operation["slope"])
        if kind == "relu":
            return F.relu(x)
        if kind == "softmax":
            return torch.softmax(x, 1)
        if kind == "sigmoid":
            return torch.sigmoid(x)
        if kind == "maxPool":
            x = pad(x, operation, "paddingLow", "paddingHigh", "zero", -torch.inf)
            return F.max_pool3d(x, operation["kernel"], operation["stride"])
        if kind == "averagePool":
            low = operation.get("paddingLow", [0] * 3)
            if low != operation.get("paddingHigh", [0] * 3):
                raise ValueError(f"{name}: PyTorch pads both ends alike")
            return F.avg_pool3d(
                x, operation["kernel"], operation["stride"], low, count_include_pad=False)
        if kind == "upsampleNearest":
            return F.interpolate(x, scale_factor=operation["factors"], mode="nearest")
        if kind == "upsampleTrilinear":
            return F.interpolate(
                x, scale_factor=operation["factors"], mode="trilinear",
                align_corners=operation.get("alignCorners", False))
        if kind == "subsample":
            z, y, x_step = operation["factors"]
            return x[:, :, ::z, ::y, ::x_step]
        if kind == "crop":
            return crop(x, operation.get("low", [0] * 3), operation.get("high", [0] * 3))
        if kind == "cropLike":
            return crop_like(x, inputs[1], operation.get("centred", True))
        if kind == "pad":
            return pad(x, operation, "low", "high", operation.get("mode", "zero"))
        if kind == "concatenate":
            return torch.cat(inputs, 1)
        if kind == "add":
            other = crop_like(inputs[1], x, True)
            missing = x.shape[1] - other.shape[1]
            return x + (F.pad(other, [0, 0] * 3 + [0, missing]) if missing else other)
        if kind == "scale":
            return operation["factor"] * x
        if kind == "dropout":
            return x
        raise ValueError(f"{name}: unknown operation {kind}")


def pad(x, operation, low, high, mode, value=0.0):
    low, high = operation.get(low, [0] * 3), operation.get(high, [0] * 3)
    amounts = [n for axis in (2, 1, 0) for n in (low[axis], high[axis])]
    if not any(amounts):
        return x
    if mode == "zero":
        return F.pad(x, amounts, value=value)
    return F.pad(x, amounts, mode={"mirror": "reflect", "edge": "replicate"}[mode])


def crop(x, low, high):
    (z, y, w), (c, b, a) = low, high
    d, h, n = x.shape[2:]
    return x[:, :, z:d - c, y:h - b, w:n - a]


def crop_like(x, other, centred):
    low = [(n - m) // 2 if centred else 0 for n, m in zip(x.shape[2:], other.shape[2:])]
    z, y, w = low
    d, h, n = other.shape[2:]
    return x[:, :, z:z + d, y:y + h, w:w + n]
