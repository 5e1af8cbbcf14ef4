# Golden gradients of small networks in training, computed by PyTorch's autograd in double precision.
#   python Tests/Oracles/convnet_gradients.py
# with a Python of a virtual environment with torch and safetensors. Writes one file a network to
# Tests/ConvNetTests/Golden/gradients: the weights, "images" (image, channel, z, y, x), "targets" (image,
# z, y, x), each weight's "gradient.<name>" and "gradient.images"; the network's description, the
# loss's and its value in the metadata.
import json
import pathlib
import sys
import tempfile

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file

tests = pathlib.Path(__file__).parent.parent
sys.path.append(str(tests / "Benchmarks" / "networks"))
import model_files
from torch_network import Network

folder = tests / "ConvNetTests" / "Golden" / "gradients"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(20240702)


def save(net, path, output, classes):
    """A model file of a network of a builder."""
    net.save(path, output, ["A", "B"], {}, classes)


def deepmedic(path):
    """Two pathways of preactivated layers with a residual, and a hidden layer."""
    net, ends = model_files.Builder(2), []
    for factor in (1, 3):
        value = "image"
        if factor == 1:
            value = net.add("by1.crop", "crop", [value], low=[4] * 3, high=[4] * 3)
        else:
            value = net.add("by3.subsample", "subsample", [value], factors=[3] * 3)
        first = net.convolution(f"by{factor}.1", value, 4)
        value = net.norm(f"by{factor}.2.norm", "batchNorm", first)
        value = net.prelu(f"by{factor}.2.act", value)
        value = net.convolution(f"by{factor}.2", value, 5)
        value = net.add(f"by{factor}.sum", "add", [value, first])
        if factor > 1:
            value = net.add("by3.up", "upsampleNearest", [value], factors=[3] * 3)
            value = net.add("by3.fit", "cropLike", [value, ends[0]], centred=False)
        ends.append(value)
    value = net.add("joined", "concatenate", ends, 10)
    for layer, count in enumerate((9, 3)):
        value = net.norm(f"fc{layer}.norm", "batchNorm", value)
        value = net.prelu(f"fc{layer}.act", value)
        value = net.convolution(f"fc{layer}", value, count, 1)
    save(net, path, net.add("probabilities", "softmax", [value]), 3)


def odds(path):
    """What the others lack: groups, pooling, interpolation, overlapping transposed convolution, borders
    of other kinds, uneven kernels, and a sigmoid."""
    net = model_files.Builder(2)
    value = net.convolution("mirrored", "image", 6, 3, 1, paddingMode="mirror")
    value = skip = net.add("relu", "relu", [value])
    net.weight("groups.weight", 0.3 * net.normal(8, 3, 3, 1, 2))
    value = net.add(
        "groups", "convolution", [value], 8, outputChannels=8, kernel=[3, 1, 2], groups=2,
        paddingLow=[1, 0, 0], paddingHigh=[1, 0, 1], hasBias=False)
    value = net.prelu("prelu", value)
    largest = net.add(
        "largest", "maxPool", [value], kernel=[3, 3, 3], stride=[2, 2, 2], paddingLow=[1] * 3,
        paddingHigh=[1] * 3)
    mean = net.add("mean", "averagePool", [value], kernel=[2, 2, 2], stride=[2, 2, 2])
    value = net.add("pooled", "concatenate", [largest, mean], 16)
    net.weight("up.weight", 0.2 * net.normal(16, 5, 3, 3, 3))
    net.weight("up.bias", 0.1 * net.normal(5))
    up = net.add(
        "up", "transposedConvolution", [value], 5, outputChannels=5, kernel=[3] * 3,
        stride=[2] * 3, paddingLow=[1] * 3, paddingHigh=[1] * 3, outputPadding=[1] * 3)
    smooth = net.add(
        "smooth", "upsampleTrilinear", [value], factors=[2] * 3, alignCorners=False)
    value = net.add("joined", "concatenate", [up, smooth, skip], 27)
    value = net.norm("norm", "instanceNorm", value)
    value = net.add("half", "scale", [value], factor=0.5)
    value = net.add("edges", "pad", [value], low=[0, 1, 2], high=[1, 0, 2], mode="edge")
    value = net.convolution("dilated", value, 3, 3, dilation=[1, 2, 2], stride=[1, 1, 2])
    save(net, path, net.add("probabilities", "sigmoid", [value]), 3)


def loss(z, targets, config):
    """The losses that convnet_losses.py compares with PyTorch's."""
    if regions := config.get("regions"):
        truth = torch.stack([torch.isin(targets, torch.tensor(r)) for r in regions], 1).double()
        p, first = torch.sigmoid(z), 0
        entropy = F.binary_cross_entropy_with_logits(z, truth)
    else:
        truth = F.one_hot(targets, z.shape[1]).movedim(-1, 1).double()
        p, first = torch.softmax(z, 1), 1
        entropy = F.cross_entropy(z, targets)
    p, truth, smooth = p[:, first:], truth[:, first:], config["dice"]["smoothing"]
    axes = (0, 2, 3, 4) if config["dice"]["overBatch"] else (2, 3, 4)
    top = 2 * (p * truth).sum(axes) + smooth
    dice = top / (p.sum(axes) + truth.sum(axes) + smooth)
    return entropy + 1 - dice.mean()


def write(name, make, size, config):
    with tempfile.TemporaryDirectory() as temporary:
        path = f"{temporary}/{name}.safetensors"
        make(path)
        network = Network(path).double().train()
        with safe_open(path, "pt") as file:
            arrays = {key: file.get_tensor(key) for key in file.keys()}
    channels = network.network["input"]["channels"]
    images = torch.randn(2, channels, *size)
    inputs = images.double().requires_grad_()
    # Losses are formed before softmax or sigmoid.
    description = json.dumps(network.network)
    last = network.network["nodes"][-1]
    if last["operation"]["op"] in ("softmax", "sigmoid"):
        network.network["nodes"].pop()
        network.network["output"] = last["inputs"][0]
    logits = network(inputs)
    classes = logits.shape[1] + (1 if config.get("regions") else 0)
    targets = torch.randint(0, classes, (2, *logits.shape[2:]))
    value = loss(logits, targets, config)
    value.backward()
    gradients = {name.replace("__", "."): p.grad for name, p in network.named_parameters()}
    arrays |= {"images": images, "targets": targets.to(torch.uint8)}
    arrays |= {f"gradient.{name}": gradient.float() for name, gradient in gradients.items()}
    arrays["gradient.images"] = inputs.grad.float()
    save_file(
        {k: v.detach().contiguous() for k, v in arrays.items()}, folder / f"{name}.safetensors",
        metadata={
            "network": description, "loss": json.dumps(config), "value": repr(value.item())})


both = {
    "crossEntropy": {"weight": 1.0, "outputWeights": [], "focalExponent": 0.0},
    "dice": {
        "weight": 1.0, "overBatch": False, "smoothing": 1e-5, "includesBackground": False}}
over_batch = both | {"dice": both["dice"] | {"overBatch": True}}
write("unet", lambda path: model_files.unet(path, 8, (4, 6, 9), 3), (8, 12, 8), both)
write("deepmedic", deepmedic, (15, 18, 21), over_batch)
write("meshnet", lambda path: model_files.meshnet(path, 5), (7, 9, 8), over_batch)
write("odds", odds, (6, 8, 6), both | {"regions": [[1, 2, 3], [2, 3], [3]]})
