# Golden values of losses, computed by PyTorch's cross-entropies and by soft Dice as nnU-Net defines it.
#   python Tests/Oracles/convnet_losses.py
# with a Python of a virtual environment with torch and safetensors. Writes
# Tests/ConvNetTests/Golden/losses.safetensors: "logits" (image, channel, z, y, x), "targets" (image, z,
# y, x; 255 does not count), and for each loss its "gradient.<name>"; the losses' descriptions and values
# as JSON in the metadata.
import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(20240701)
images, channels, size = 2, 4, (3, 5, 6)
logits = (3 * torch.randn(images, channels, *size)).float()
targets = torch.randint(0, channels, (images, *size))
targets[targets == 3] = 0  # A class that is nowhere.
targets[torch.rand(targets.shape) < 0.1] = 255


def soft_dice(p, truth, counted, over_batch, smooth):
    """nnU-Net's MemoryEfficientSoftDiceLoss with its sign turned and 1 added."""
    axes = (0, 2, 3, 4) if over_batch else (2, 3, 4)
    p, truth = p * counted, truth * counted
    top = 2 * (p * truth).sum(axes) + smooth
    bottom = torch.clip(truth.sum(axes) + p.sum(axes) + smooth, 1e-8)
    return 1 - (top / bottom).mean()


def loss(z, config):
    counted = (targets != 255)[:, None].double()
    entropy, dice, regions = config.get("crossEntropy"), config.get("dice"), config.get("regions")
    total = 0
    if regions:
        truth = torch.stack(
            [torch.isin(targets, torch.tensor(region)) for region in regions], 1).double()
        p = torch.sigmoid(z)
        each = F.binary_cross_entropy_with_logits(z, truth, reduction="none")
        right = torch.where(truth == 1, p, 1 - p)
    else:
        kept = torch.where(targets == 255, 0, targets)
        truth = F.one_hot(kept, channels).movedim(-1, 1).double()
        p = torch.softmax(z, 1)
        each = F.cross_entropy(z, kept, reduction="none")[:, None]
        right = (p * truth).sum(1, keepdim=True)
    if entropy:
        w = torch.tensor(entropy["outputWeights"] or [1.0] * channels).double()
        w = w.view(1, -1, 1, 1, 1).expand_as(truth)
        if not regions:
            w = (w * truth).sum(1, keepdim=True)
        w = w * counted
        value = (w * (1 - right) ** entropy["focalExponent"] * each).sum() / w.sum()
        if not regions and entropy["focalExponent"] == 0:
            weights = torch.tensor(entropy["outputWeights"] or [1.0] * channels).double()
            assert torch.allclose(
                value, F.cross_entropy(z, targets, weight=weights, ignore_index=255))
        total = total + entropy["weight"] * value
    if dice:
        first = 0 if regions or dice["includesBackground"] else 1
        total = total + dice["weight"] * soft_dice(
            p[:, first:], truth[:, first:], counted, dice["overBatch"], dice["smoothing"])
    return total


def cross_entropy(weight=1.0, weights=(), gamma=0.0):
    return {"weight": weight, "outputWeights": list(weights), "focalExponent": gamma}


def dice(weight=1.0, batch=False, smoothing=1e-5, background=False):
    return {"weight": weight, "overBatch": batch, "smoothing": smoothing,
            "includesBackground": background}


regions = [[1, 2, 3], [2, 3], [3], [0, 2]]
cases = {
    "cross-entropy": {"crossEntropy": cross_entropy()},
    "weighted": {"crossEntropy": cross_entropy(0.7, [0.3, 1.5, 2.0, 1.0])},
    "focal": {"crossEntropy": cross_entropy(gamma=2.0, weights=[1.0, 2.0, 0.5, 1.0])},
    "dice": {"dice": dice()},
    "batch dice": {"dice": dice(batch=True, background=True, smoothing=1.0)},
    "both": {"crossEntropy": cross_entropy(), "dice": dice(batch=True)},
    "focal and dice": {"crossEntropy": cross_entropy(2.0, gamma=0.5), "dice": dice(0.5)},
    "regions": {"crossEntropy": cross_entropy(), "dice": dice(batch=True), "regions": regions},
    "weighted focal regions": {
        "crossEntropy": cross_entropy(1.0, [1.0, 2.0, 3.0, 0.5], 1.5), "dice": dice(0.3, smoothing=1.0),
        "regions": regions},
}
arrays, values = {"logits": logits, "targets": targets.to(torch.uint8)}, {}
for name, config in cases.items():
    z = logits.double().requires_grad_()
    value = loss(z, config)
    value.backward()
    arrays[f"gradient.{name}"] = z.grad.float()
    values[name] = {"loss": config, "value": value.item()}
path = pathlib.Path(__file__).parent.parent / "ConvNetTests" / "Golden" / "losses.safetensors"
save_file({k: v.contiguous() for k, v in arrays.items()}, path, metadata={"losses": json.dumps(values)})
