"""Small segmentation networks as PyTorch exports them to ONNX, with ONNX Runtime's outputs.

    python import_onnx.py

Writes Tests/ConvNetTests/Golden/onnx/NAME.onnx and NAME.txt (shape of the input; chosen outputs).
Needs a virtual environment with numpy, torch, onnx, onnxruntime, onnxscript, monai and
dynamic_network_architectures.

The input is numbers from -2 to 2 made from the place in memory, as the tests make them too.
"""

import logging
import pathlib
import warnings

import numpy
import onnx
import onnxruntime
import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet, ResidualEncoderUNet
from monai.networks.nets import BasicUNet, DynUNet, UNet
from torch import nn

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
FOLDER = pathlib.Path(__file__).parent.parent / "ConvNetTests" / "Golden" / "onnx"


def image(shape):
    place = numpy.arange(numpy.prod(shape), dtype=numpy.uint64)
    bits = (place * numpy.uint64(2654435761)) & numpy.uint64(0xFFFFFFFF)
    bits = ((bits ^ (bits >> numpy.uint64(15))) * numpy.uint64(2246822519)) & numpy.uint64(0xFFFFFFFF)
    return ((bits >> numpy.uint64(8)).astype(numpy.float64) / 2**22 - 2).astype(numpy.float32).reshape(shape)


class Odds(nn.Module):
    """Layers that the networks above do not have, with odd parameters on each axis."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv3d(2, 4, (1, 3, 5), stride=(1, 2, 1), padding=(0, 1, 2), dilation=(1, 1, 1), groups=2)
        self.dilated = nn.Conv3d(4, 4, 3, padding=2, dilation=2, bias=False)
        self.norm = nn.BatchNorm3d(4)
        self.up = nn.ConvTranspose3d(4, 3, (1, 3, 2), stride=(1, 2, 2), padding=(0, 1, 0), output_padding=(0, 1, 0))
        self.slope = nn.PReLU()
        self.scale = nn.Parameter(torch.tensor([0.5, -2.0, 1.5]).reshape(1, 3, 1, 1, 1))

    def forward(self, x):
        x = nn.functional.relu(self.norm(self.first(x)))
        x = nn.functional.max_pool3d(self.dilated(x), (1, 2, 3), stride=(1, 2, 2), padding=(0, 1, 1))
        x = nn.functional.pad(x, (1, 2, 0, 1, 0, 0), mode="reflect")
        x = nn.functional.pad(x, (0, 0, 1, 0, 2, 1), mode="replicate")
        x = nn.functional.pad(x, (0, 1, 0, 0, 1, 0))
        x = self.slope(self.up(x))
        x = x[:, :, 1:-1, :-2, 3:]
        y = nn.functional.avg_pool3d(x, (2, 1, 2))
        y = nn.functional.interpolate(y, scale_factor=(2.0, 1.0, 2.0), mode="trilinear", align_corners=True)
        y = nn.functional.interpolate(y[:, :, ::2, :, ::2], scale_factor=(2.0, 1.0, 2.0), mode="nearest")
        y = torch.sigmoid(y)[:, :, :, :, : x.shape[4] - x.shape[4] % 2]
        x = x[:, :, : y.shape[2], :, : y.shape[4]]
        return torch.softmax(torch.cat([x * self.scale - 0.25, y[:, :, : x.shape[2]] * 3 + self.scale], 1), 1)


def nnunet(kind, channels, classes, **more):
    return kind(
        channels, 3, (3, 5, 6), nn.Conv3d, [(1, 3, 3), 3, 3], ((1, 1, 1), (1, 2, 2), (2, 2, 2)), 2, classes, 1,
        conv_bias=True, norm_op=nn.InstanceNorm3d, norm_op_kwargs={"eps": 1e-5, "affine": True},
        nonlin=nn.LeakyReLU, nonlin_kwargs={"inplace": True}, **more)


class Probabilities(nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return torch.softmax(self.network(x), 1)


def networks():
    """Name, network, shape of the input, whether its size is left open, whether by the newer exporter."""
    yield "nnunet_plain", nnunet(PlainConvUNet, 2, 3, deep_supervision=False), (1, 2, 4, 8, 12), True, False
    yield "nnunet_residual", nnunet(ResidualEncoderUNet, 1, 3, deep_supervision=False), (1, 1, 4, 12, 8), False, True
    yield "nnunet_deep", nnunet(PlainConvUNet, 1, 2, deep_supervision=True), (1, 1, 4, 8, 8), False, False
    yield "monai_unet", UNet(3, 1, 2, (4, 6, 8), (2, 2), num_res_units=2), (1, 1, 8, 12, 4), True, False
    yield ("monai_unet_batch", Probabilities(UNet(3, 2, 3, (4, 8), (2,), num_res_units=1, norm="BATCH")),
           (1, 2, 6, 4, 8), False, True)
    # Padding computed from shapes, which the older exporter writes as a chain of operators.
    yield ("monai_basic", BasicUNet(3, 1, 2, features=(2, 2, 3, 3, 4, 2), upsample="nontrainable"),
           (1, 1, 32, 16, 16), False, False)
    yield "monai_dynunet", DynUNet(3, 1, 2, [3] * 3, [1, 2, 2], [2, 2], filters=[2, 4, 4], res_block=True), (1, 1, 4, 8, 8), False, True
    # What must be refused.
    yield "group_norm", nn.Sequential(nn.Conv3d(1, 4, 1), nn.GroupNorm(2, 4)), (1, 1, 2, 2, 2), False, False
    yield "flat", nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), (1, 1, 4, 4), False, False
    yield "odds", Odds(), (1, 2, 7, 10, 11), False, False


def randomise(network):
    """Norms and slopes as training leaves them, not as they are initialised."""
    for module in network.modules():
        if isinstance(module, (nn.InstanceNorm3d, nn.BatchNorm3d)) and module.weight is not None:
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
        if isinstance(module, nn.BatchNorm3d):
            nn.init.uniform_(module.running_mean, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 2)
        if isinstance(module, nn.PReLU):
            nn.init.uniform_(module.weight, 0.1, 0.4)


def strip(model):
    """Leaves out what only people read: it is most of a small file."""
    for message in list(model.graph.node) + list(model.graph.initializer) + list(model.graph.output):
        message.doc_string = ""
        if hasattr(message, "metadata_props"):
            del message.metadata_props[:]
    del model.graph.value_info[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    return model


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, network, shape, is_open, is_new in networks():
        torch.manual_seed(7)
        network.eval()
        randomise(network)
        path = FOLDER / f"{name}.onnx"
        if is_new:
            torch.onnx.export(network, (torch.from_numpy(image(shape)),), path, input_names=["image"], verbose=False,
                              dynamo=True, external_data=False)
        else:
            torch.onnx.export(network, (torch.from_numpy(image(shape)),), path, input_names=["image"], dynamo=False,
                              opset_version=18, dynamic_axes={"image": {2: "z", 3: "y", 4: "x"}} if is_open else None)
        model = strip(onnx.load(path))
        onnx.checker.check_model(model)
        onnx.save(model, path)
        outputs = [output.name for output in model.graph.output]
        session = onnxruntime.InferenceSession(path)
        values = session.run([outputs[0]], {"image": image(shape)})[0]
        places = numpy.unique(numpy.linspace(0, values.size - 1, 60).astype(int))
        lines = [" ".join(str(n) for n in shape), outputs[0], " ".join(str(n) for n in values.shape)]
        lines += [f"{place} {values.flat[place]:.8g}" for place in places]
        path.with_suffix(".txt").write_text("\n".join(lines) + "\n")
        print(name, path.stat().st_size, outputs, values.shape, sorted({node.op_type for node in model.graph.node}))


if __name__ == "__main__":
    main()
