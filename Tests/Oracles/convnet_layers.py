# Golden values of every operation of a network, computed by PyTorch.
#   python Tests/Oracles/convnet_layers.py
# with a Python of a virtual environment with torch and safetensors. Writes one file a case to
# Tests/ConvNetTests/Golden/layers: the weights, "input" and "output" (channel, z, y, x), and the
# network's description in the metadata.
import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

folder = pathlib.Path(__file__).parent.parent / "ConvNetTests" / "Golden" / "layers"
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(20240601)


def pad(x, low, high, mode):
    margins = [low[2], high[2], low[1], high[1], low[0], high[0]]
    modes = {"zero": "constant", "mirror": "reflect", "edge": "replicate"}
    return F.pad(x, margins, mode=modes[mode])


def centre(x, size):
    for axis, n in enumerate(size):
        x = x.narrow(axis + 2, (x.shape[axis + 2] - n) // 2, n)
    return x


def evaluate(op, w, xs):
    """An operation's value by PyTorch's own functions."""
    x = xs[0]
    kind = op["op"]
    zero = [0, 0, 0]
    low, high = op.get("paddingLow", zero), op.get("paddingHigh", zero)
    if kind == "convolution":
        x = pad(x, low, high, op.get("paddingMode", "zero"))
        return F.conv3d(x, w["weight"], w.get("bias"), op.get("stride", 1), 0,
                        op.get("dilation", 1), op.get("groups", 1))
    if kind == "transposedConvolution":
        y = F.conv_transpose3d(x, w["weight"], w.get("bias"), op["stride"])
        extra = op.get("outputPadding", zero)
        y = F.pad(y, [0, extra[2], 0, extra[1], 0, extra[0]])
        if any(extra) and "bias" in w:  # what is added beyond the taps is the bias
            n = [s - e for s, e in zip(y.shape[2:], extra)]
            for axis in range(3):
                y.narrow(axis + 2, n[axis], extra[axis]).copy_(
                    w["bias"].view(1, -1, 1, 1, 1).expand_as(y.narrow(axis + 2, n[axis], extra[axis])))
        return y[:, :, low[0]:y.shape[2] - high[0], low[1]:y.shape[3] - high[1],
                 low[2]:y.shape[4] - high[2]]
    if kind == "batchNorm":
        return F.batch_norm(x, w["mean"], w["variance"], w["weight"], w["bias"], False, 0,
                            op["epsilon"])
    if kind == "instanceNorm":
        return F.instance_norm(x, weight=w.get("weight"), bias=w.get("bias"), eps=op["epsilon"])
    if kind == "prelu":
        return F.prelu(x, w["slope"])
    if kind == "leakyReLU":
        return F.leaky_relu(x, op["slope"])
    if kind == "relu":
        return F.relu(x)
    if kind == "softmax":
        return F.softmax(x, 1)
    if kind == "sigmoid":
        return torch.sigmoid(x)
    if kind == "maxPool":
        x = F.pad(x, [low[2], high[2], low[1], high[1], low[0], high[0]], value=float("-inf"))
        return F.max_pool3d(x, op["kernel"], op["stride"])
    if kind == "averagePool":
        def sums(x):
            return F.avg_pool3d(pad(x, low, high, "zero"), op["kernel"], op["stride"])
        return sums(x) / sums(torch.ones_like(x))
    if kind == "upsampleNearest":
        for axis, f in enumerate(op["factors"]):
            x = x.repeat_interleave(f, axis + 2)
        return x
    if kind == "upsampleTrilinear":
        size = [n * f for n, f in zip(x.shape[2:], op["factors"])]
        return F.interpolate(x, size=size, mode="trilinear",
                             align_corners=op.get("alignCorners", False))
    if kind == "subsample":
        f = op["factors"]
        return x[:, :, ::f[0], ::f[1], ::f[2]]
    if kind == "crop":
        lo, hi = op.get("low", zero), op.get("high", zero)
        return x[:, :, lo[0]:x.shape[2] - hi[0], lo[1]:x.shape[3] - hi[1], lo[2]:x.shape[4] - hi[2]]
    if kind == "cropLike":
        size = xs[1].shape[2:]
        return centre(x, size) if op.get("centred", True) else x[:, :, :size[0], :size[1], :size[2]]
    if kind == "pad":
        return pad(x, op.get("low", zero), op.get("high", zero), op.get("mode", "zero"))
    if kind == "concatenate":
        return torch.cat(xs, 1)
    if kind == "add":
        y = centre(xs[1], x.shape[2:])
        return x + F.pad(y, [0, 0, 0, 0, 0, 0, 0, x.shape[1] - y.shape[1]])
    if kind == "scale":
        return x * op["factor"]
    if kind == "dropout":
        return x
    raise ValueError(kind)


def weights(op, channels):
    def normal(*shape):
        return torch.randn(*shape) * 0.5
    kind = op["op"]
    if kind == "convolution":
        n = op["outputChannels"]
        w = {"weight": normal(n, channels // op.get("groups", 1), *op["kernel"])}
        return w | ({"bias": normal(n)} if op.get("hasBias", True) else {})
    if kind == "transposedConvolution":
        w = {"weight": normal(channels, op["outputChannels"], *op["kernel"])}
        return w | ({"bias": normal(op["outputChannels"])} if op.get("hasBias", True) else {})
    if kind == "batchNorm":
        return {"weight": normal(channels) + 1, "bias": normal(channels), "mean": normal(channels),
                "variance": torch.rand(channels) + 0.2}
    if kind == "instanceNorm" and op.get("affine", True):
        return {"weight": normal(channels) + 1, "bias": normal(channels)}
    if kind == "prelu":
        return {"slope": torch.rand(op.pop("slopes", channels))}
    return {}


def write(name, channels, size, nodes, output=None, shift=0.0):
    """nodes: (name, operation, inputs...)"""
    values = {"image": torch.randn(1, channels, *size) + shift}
    arrays, described = {}, []
    for node, op, *inputs in nodes:
        inputs = inputs or ["image"]
        w = weights(op, values[inputs[0]].shape[1])
        arrays |= {f"{node}.{part}": value for part, value in w.items()}
        values[node] = evaluate(op, w, [values[i] for i in inputs])
        described.append({"name": node, "operation": op, "inputs": inputs})
    output = output or nodes[-1][0]
    arrays["input"], arrays["output"] = values["image"][0], values[output][0]
    network = {"input": {"name": "image", "channels": channels}, "nodes": described,
               "output": output}
    save_file({k: v.clone().contiguous() for k, v in arrays.items()}, folder / f"{name}.safetensors",
              metadata={"network": json.dumps(network)})


def conv(n, kernel, **more):
    return {"op": "convolution", "outputChannels": n, "kernel": kernel} | more


three, two, one, ones = [3, 3, 3], [2, 2, 2], [1, 1, 1], [1, 1, 1]
bn = {"op": "batchNorm", "epsilon": 1e-5}
prelu, relu, softmax = {"op": "prelu"}, {"op": "relu"}, {"op": "softmax"}

# Single operations.
write("convolution_valid", 3, [6, 7, 5], [("c", conv(10, three))])
write("convolution_odd_shape", 9, [5, 6, 9], [("c", conv(17, [1, 2, 4], hasBias=False))])
write("convolution_same", 5, [6, 5, 7], [("c", conv(9, three, paddingLow=ones, paddingHigh=ones))])
write("convolution_stride", 4, [8, 7, 9],
      [("c", conv(8, three, stride=[2, 1, 3], paddingLow=ones, paddingHigh=ones))])
write("convolution_dilation", 4, [9, 8, 7],
      [("c", conv(6, three, dilation=[3, 2, 1], paddingLow=[3, 2, 1], paddingHigh=[3, 1, 0]))])
write("convolution_mirror", 3, [5, 6, 7],
      [("c", conv(4, [5, 3, 3], paddingLow=[2, 1, 1], paddingHigh=[2, 1, 0], paddingMode="mirror"))])
write("convolution_edge", 3, [5, 6, 7],
      [("c", conv(4, three, paddingLow=[2, 1, 1], paddingHigh=ones, paddingMode="edge"))])
write("convolution_groups", 16, [5, 5, 5], [("c", conv(32, three, groups=2))])
write("convolution_groups_odd", 6, [5, 5, 5], [("c", conv(15, three, groups=3))])
write("convolution_depthwise", 19, [5, 4, 5],
      [("c", conv(19, three, groups=19, paddingLow=ones, paddingHigh=ones))])
write("convolution_pointwise", 11, [4, 3, 5], [("c", conv(21, one))])
write("transposed_2", 6, [3, 4, 5],
      [("t", {"op": "transposedConvolution", "outputChannels": 9, "kernel": two, "stride": two})])
write("transposed_uneven", 3, [3, 4, 3],
      [("t", {"op": "transposedConvolution", "outputChannels": 4, "kernel": [1, 2, 2],
              "stride": [1, 2, 2], "hasBias": False})])
write("transposed_overlap", 3, [4, 3, 4],
      [("t", {"op": "transposedConvolution", "outputChannels": 5, "kernel": [3, 4, 5],
              "stride": [2, 2, 3], "paddingLow": ones, "paddingHigh": [1, 1, 2],
              "outputPadding": [1, 0, 0]})])
write("transposed_sparse", 3, [3, 3, 3],
      [("t", {"op": "transposedConvolution", "outputChannels": 4, "kernel": [1, 2, 3],
              "stride": [2, 3, 3]})])
write("batch_norm", 10, [3, 4, 3], [("n", bn)])
write("instance_norm", 10, [4, 5, 6], [("n", {"op": "instanceNorm", "epsilon": 1e-5})], shift=20.0)
write("instance_norm_plain", 3, [4, 5, 6],
      [("n", {"op": "instanceNorm", "epsilon": 1e-3, "affine": False})])
write("prelu", 10, [3, 4, 3], [("a", dict(prelu))])
write("prelu_single", 3, [3, 4, 3], [("a", {"op": "prelu", "slopes": 1})])
write("leaky_relu", 3, [3, 4, 3], [("a", {"op": "leakyReLU", "slope": 0.01})])
write("relu", 3, [3, 4, 3], [("a", relu)])
write("softmax", 5, [3, 4, 3], [("s", softmax)])
write("softmax_many", 19, [2, 4, 3], [("s", softmax)])
write("sigmoid", 9, [3, 4, 3], [("s", {"op": "sigmoid"})])
write("max_pool", 9, [6, 7, 5], [("p", {"op": "maxPool", "kernel": two, "stride": two})])
write("max_pool_padded", 3, [6, 7, 5],
      [("p", {"op": "maxPool", "kernel": three, "stride": [2, 2, 1], "paddingLow": ones,
              "paddingHigh": [1, 0, 2]})])
write("average_pool", 3, [6, 7, 5], [("p", {"op": "averagePool", "kernel": [1, 2, 2],
                                            "stride": [1, 2, 2]})])
write("average_pool_padded", 3, [6, 7, 5],
      [("p", {"op": "averagePool", "kernel": three, "stride": two, "paddingLow": ones,
              "paddingHigh": ones})])
write("upsample_nearest", 10, [3, 2, 4], [("u", {"op": "upsampleNearest", "factors": [1, 2, 3]})])
write("upsample_trilinear", 9, [3, 2, 4],
      [("u", {"op": "upsampleTrilinear", "factors": [2, 3, 2]})])
write("upsample_trilinear_corners", 3, [3, 2, 4],
      [("u", {"op": "upsampleTrilinear", "factors": [2, 2, 3], "alignCorners": True})])
write("subsample", 3, [7, 6, 5], [("s", {"op": "subsample", "factors": [3, 2, 1]})])
write("crop", 3, [7, 6, 5], [("c", {"op": "crop", "low": [1, 0, 2], "high": [2, 1, 0]})])
write("crop_like", 9, [7, 6, 9],
      [("c", conv(3, [2, 3, 4])), ("l", {"op": "cropLike"}, "image", "c")])
write("crop_like_first", 3, [7, 6, 9],
      [("c", conv(3, [2, 3, 4])), ("l", {"op": "cropLike", "centred": False}, "image", "c")])
for mode in ["zero", "mirror", "edge"]:
    write(f"pad_{mode}", 3, [4, 5, 6],
          [("p", {"op": "pad", "low": [2, 0, 1], "high": [1, 3, 0], "mode": mode})])
write("concatenate", 3, [3, 4, 5],
      [("a", conv(5, one)), ("b", conv(7, one)), ("j", {"op": "concatenate"}, "a", "image", "b")])
write("add", 5, [6, 7, 8], [("c", conv(12, [2, 3, 3])), ("s", {"op": "add"}, "c", "image")])
write("scale", 3, [3, 4, 3], [("s", {"op": "scale", "factor": -0.7})])
write("dropout", 3, [3, 4, 3], [("d", {"op": "dropout", "rate": 0.5})])

# What is put together when a network is compiled.
same = {"paddingLow": ones, "paddingHigh": ones}
add, join = {"op": "add"}, {"op": "concatenate"}
write("fused_norm_activation", 3, [6, 5, 6],
      [("c", conv(10, three)), ("n", bn, "c"), ("a", dict(prelu), "n"),
       ("s", {"op": "scale", "factor": 0.7}, "a"), ("c2", conv(4, three), "s")])
write("fused_preactivation_residual", 9, [9, 8, 9],
      [("c1", conv(10, three)), ("n2", bn, "c1"), ("a2", dict(prelu), "n2"),
       ("c2", conv(12, three, hasBias=False), "a2"), ("r2", add, "c2", "image"),
       ("n3", bn, "r2"), ("a3", dict(prelu), "n3"), ("c3", conv(17, three, hasBias=False), "a3"),
       ("r3", add, "c3", "c1"), ("j", join, "r3", "r3")])
write("fused_norm_before_sum", 8, [5, 6, 5],
      [("c1", conv(8, three, **same)), ("n1", bn, "c1"), ("s", add, "image", "n1"),
       ("a", relu, "s"), ("c2", conv(8, three, **same), "a"), ("n2", bn, "c2"),
       ("s2", add, "n2", "a"), ("a2", relu, "s2")])
write("fused_two_convolutions_sum", 5, [5, 6, 5],
      [("c1", conv(9, three, **same)), ("c2", conv(9, one)), ("s", add, "c1", "c2"),
       ("a", relu, "s"), ("q", {"op": "sigmoid"}, "a")])
inorm = {"op": "instanceNorm", "epsilon": 1e-5}
leaky = {"op": "leakyReLU", "slope": 0.01}
write("fused_instance_norm_residual", 8, [6, 5, 6],
      [("c", conv(8, three, **same)), ("n", inorm, "c"), ("s", add, "n", "image"),
       ("a", leaky, "s"), ("k", conv(12, one), "a"), ("m", inorm, "k"), ("f", leaky, "m"),
       ("x", {"op": "scale", "factor": 0.5}, "f")])
write("pushed_through_join", 3, [6, 6, 6],
      [("a", conv(5, three)), ("h", {"op": "subsample", "factors": two}),
       ("b", conv(7, [2, 2, 2]), "h"), ("u", {"op": "upsampleNearest", "factors": [3, 3, 3]}, "b"),
       ("m", {"op": "cropLike", "centred": False}, "u", "a"), ("j", join, "a", "m"),
       ("n", bn, "j"), ("p", dict(prelu), "n"), ("c", conv(9, one), "p")])
write("joined_skip", 3, [6, 6, 6],
      [("a", conv(8, three, **same)), ("x", relu, "a"),
       ("d", conv(16, three, stride=two, **same), "x"), ("y", relu, "d"),
       ("t", {"op": "transposedConvolution", "outputChannels": 8, "kernel": two, "stride": two}, "y"),
       ("j", join, "t", "x"), ("c", conv(5, three, **same), "j"),
       ("k", {"op": "scale", "factor": 0.05}, "c"), ("s", softmax, "k")])
write("nested_joins", 4, [4, 5, 4],
      [("a", conv(8, one)), ("b", conv(3, one)), ("j", join, "a", "b"), ("c", conv(9, one), "j"),
       ("k", join, "j", "c", "a"), ("d", conv(6, three, **same), "k"),
       ("e", conv(6, three, paddingLow=ones, paddingHigh=ones, paddingMode="edge"), "k"),
       ("s", add, "d", "e")])
write("padded_in_two_ways", 4, [4, 5, 6],
      [("a", conv(8, one)), ("b", conv(8, three, **same), "a"),
       ("c", conv(8, three, paddingLow=ones, paddingHigh=ones, paddingMode="mirror"), "a"),
       ("d", conv(8, [5, 3, 1], paddingLow=[2, 1, 0], paddingHigh=[2, 1, 0]), "a"),
       ("s", add, "b", "c"), ("t", add, "s", "d"),
       ("w", {"op": "crop", "low": ones, "high": ones}, "t"), ("e", conv(4, three, **same), "w")])
write("negative_scale_after_activation", 3, [4, 4, 4],
      [("c", conv(5, one)), ("a", leaky, "c"), ("s", {"op": "scale", "factor": -2.0}, "a")])
write("chained_voxelwise", 5, [5, 4, 6],
      [("c0", conv(9, three)), ("n", bn, "image"), ("p", dict(prelu), "n"), ("c1", conv(12, one), "p"),
       ("n1", bn, "c1"), ("p1", dict(prelu), "n1"), ("c2", conv(9, one), "p1"),
       ("w", {"op": "crop", "low": ones, "high": ones}, "c2"), ("s", add, "c0", "w"),
       ("c3", conv(17, one), "s"), ("p3", dict(prelu), "c3"), ("c4", conv(9, one), "p3"),
       ("r", add, "c4", "c0"), ("c5", conv(4, one), "r"), ("q", softmax, "c5")])
write("output_used_twice", 3, [4, 4, 4],
      [("c", conv(5, one)), ("a", relu, "c"), ("d", conv(5, one), "a")], output="c")
