"""Model files of the networks that the benchmarks time, with seeded random weights."""

import json

import numpy as np
from safetensors.numpy import save_file


class Builder:
    """Collects nodes and weights of a network description (docs/model-format.md)."""

    def __init__(self, channels, seed=1):
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights = [], {}
        self.channels = {"image": channels}

    def add(self, name, op, inputs, channels=None, **fields):
        self.nodes.append({"name": name, "operation": {"op": op, **fields}, "inputs": inputs})
        self.channels[name] = channels or self.channels[inputs[0]]
        return name

    def convolution(self, name, source, outputs, kernel=3, padding=0, **fields):
        inputs = self.channels[source]
        scale = (2 / (inputs * kernel**3)) ** 0.5
        self.weight(f"{name}.weight", scale * self.normal(outputs, inputs, *[kernel] * 3))
        self.weight(f"{name}.bias", 0.1 * self.normal(outputs))
        if padding:
            fields |= {"paddingLow": [padding] * 3, "paddingHigh": [padding] * 3}
        return self.add(
            name, "convolution", [source], outputs, outputChannels=outputs, kernel=[kernel] * 3,
            **fields)

    def upconvolution(self, name, source, outputs, factor=2):
        inputs = self.channels[source]
        self.weight(
            f"{name}.weight", inputs**-0.5 * self.normal(inputs, outputs, *[factor] * 3))
        self.weight(f"{name}.bias", 0.1 * self.normal(outputs))
        return self.add(
            name, "transposedConvolution", [source], outputs, outputChannels=outputs,
            kernel=[factor] * 3, stride=[factor] * 3)

    def norm(self, name, op, source):
        count = self.channels[source]
        self.weight(f"{name}.weight", 1 + 0.1 * self.normal(count))
        self.weight(f"{name}.bias", 0.1 * self.normal(count))
        if op == "batchNorm":
            self.weight(f"{name}.mean", 0.1 * self.normal(count))
            self.weight(f"{name}.variance", 1 + 0.1 * self.random.random(count))
        return self.add(name, op, [source], epsilon=1e-5)

    def prelu(self, name, source):
        self.weight(f"{name}.slope", np.full(self.channels[source], 0.01))
        return self.add(name, "prelu", [source])

    def normal(self, *shape):
        return self.random.standard_normal(shape)

    def weight(self, name, values):
        self.weights[name] = np.ascontiguousarray(values, np.float32)

    def save(self, path, output, names, inference, classes):
        channels = [
            {"name": name, "patterns": [name.lower()],
             "normalization": {"zScore": {"region": "nonZero", "zeroOutside": True}}}
            for name in names]
        labels = [
            {"value": value, "name": f"class {value}", "color": [50 * value, 200, 50]}
            for value in range(1, classes)]
        card = {"name": "benchmark", "version": "1", "description": "Random weights, for timing."}
        metadata = {
            "medcnn": "1",
            "network": {
                "input": {"name": "image", "channels": self.channels["image"]},
                "nodes": self.nodes, "output": output},
            "channels": channels, "preprocessing": {"axes": "stored"}, "inference": inference,
            "output": {
                "activation": "softmax", "decision": "argmax", "values": list(range(classes))},
            "labels": labels, "card": card}
        text = {k: v if isinstance(v, str) else json.dumps(v) for k, v in metadata.items()}
        save_file(self.weights, path, metadata=text)


MODALITIES = ["T1", "T1c", "T2", "FLAIR"]


def unet(path, patch=128, features=(32, 64, 128, 256, 320), classes=4):
    """nnU-Net's plain 3D U-Net."""
    net = Builder(4)

    def block(name, source, outputs, stride):
        for index in range(2):
            step = {"stride": [stride] * 3} if index == 0 and stride > 1 else {}
            source = net.convolution(f"{name}.{index}", source, outputs, 3, 1, **step)
            source = net.norm(f"{name}.{index}.norm", "instanceNorm", source)
            source = net.add(f"{name}.{index}.act", "leakyReLU", [source], slope=0.01)
        return source

    value, skips = "image", []
    for level, count in enumerate(features):
        value = block(f"encoder{level}", value, count, 1 if level == 0 else 2)
        skips.append(value)
    for level in reversed(range(len(features) - 1)):
        up = net.upconvolution(f"up{level}", value, features[level])
        joined = net.add(
            f"joined{level}", "concatenate", [up, skips[level]], 2 * features[level])
        value = block(f"decoder{level}", joined, features[level], 1)
    net.convolution("logits", value, classes, 1)
    windows = {"windows": {"patch": [patch] * 3, "step": 0.5, "gaussian": 0.125, "mirror": []}}
    net.save(path, "logits", MODALITIES, windows, classes)


def deepmedic(
    path, maps=(30, 30, 40, 40, 40, 40, 50, 50), factors=(3,), hidden=(150, 150), classes=5
):
    """DeepMedic as published: Kamnitsas et al. 2017, without residual connections."""
    net = Builder(4)
    shrink = 2 * len(maps)
    margin = shrink // 2 * max(factors)
    ends = []
    for factor in (1, *factors):
        cut = margin - shrink // 2 * factor
        name = f"by{factor}"
        value = "image"
        if cut:
            value = net.add(f"{name}.crop", "crop", [value], low=[cut] * 3, high=[cut] * 3)
        if factor > 1:
            value = net.add(f"{name}.subsample", "subsample", [value], factors=[factor] * 3)
        for layer, count in enumerate(maps):
            if layer:
                value = net.norm(f"{name}.{layer}.norm", "batchNorm", value)
                value = net.prelu(f"{name}.{layer}.act", value)
            value = net.convolution(f"{name}.{layer}", value, count)
        if factor > 1:
            value = net.add(f"{name}.up", "upsampleNearest", [value], factors=[factor] * 3)
            value = net.add(f"{name}.fit", "cropLike", [value, ends[0]], centred=False)
        ends.append(value)
    value = net.add("joined", "concatenate", ends, maps[-1] * len(ends))
    for layer, count in enumerate((*hidden, classes)):
        value = net.norm(f"fc{layer}.norm", "batchNorm", value)
        value = net.prelu(f"fc{layer}.act", value)
        value = net.convolution(f"fc{layer}", value, count, 1)
    alignment = int(np.lcm.reduce(factors))
    net.save(path, value, MODALITIES, {"streamed": {"alignment": alignment}}, classes)


def meshnet(path, maps=21, classes=3):
    """MeshNet's dilated convolutions at full resolution."""
    net = Builder(4)
    value = "image"
    for layer, dilation in enumerate((1, 1, 1, 2, 4, 8, 1)):
        value = net.convolution(
            f"layer{layer}", value, maps, 3, dilation, dilation=[dilation] * 3)
        value = net.norm(f"layer{layer}.norm", "batchNorm", value)
        value = net.add(f"layer{layer}.act", "relu", [value])
    net.convolution("logits", value, classes, 1)
    windows = {"windows": {"patch": [96] * 3, "step": 0.5, "gaussian": 0.125, "mirror": []}}
    net.save(path, "logits", MODALITIES, windows, classes)
