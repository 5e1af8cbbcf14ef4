"""Checks exported ONNX models with onnx.checker and against ONNX Runtime.

    MEDCNN_EXPORTS=FOLDER swift test --filter writeForONNXRuntime
    python export_onnx.py FOLDER

The folder must exist. It prints the largest difference over the largest output, which must stay
under 1e-4. Needs a virtual environment with numpy, onnx, onnxruntime and safetensors.
"""

import pathlib
import sys

import numpy
import onnx
import onnxruntime
from safetensors.numpy import load_file

worst = 0.0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    case = load_file(path.parent / (path.name.rsplit(".", 2)[0] + ".safetensors"))
    session = onnxruntime.InferenceSession(path)
    result, = session.run(None, {session.get_inputs()[0].name: case["input"]})
    expected = case["output"]
    assert result.shape == expected.shape, (path.name, result.shape, expected.shape)
    error = float(numpy.abs(result - expected).max() / numpy.abs(expected).max())
    worst = max(worst, error)
    print(f"{path.name:56} {error:.2e}")
sys.exit(0 if worst < 1e-4 else 1)
