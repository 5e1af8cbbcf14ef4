"""Runs the example of docs/model-format.md, and reads the file again with safetensors.

Run as: python Tests/Oracles/segmentation_model_file.py Tests/SegmentationTests/Golden
in a virtual environment with numpy and safetensors. A second argument, a model that medcnn wrote,
is opened too and its network and arrays are listed.
"""

import json
import os
import re
import sys

from safetensors import safe_open

docs = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "model-format.md")
with open(docs) as stream:
    example = re.search(r"```python\n(.*?)```", stream.read(), re.S).group(1)
target = os.path.abspath(os.path.join(sys.argv[1], "example.safetensors"))
exec(example.replace('"lesions.safetensors"', repr(target)))

for path in [target] + sys.argv[2:]:
    with safe_open(path, framework="numpy") as model:
        metadata = model.metadata()
        parts = {key: json.loads(text) for key, text in metadata.items()}
        print(path, parts["card"]["name"], [channel["name"] for channel in parts["channels"]])
        for name in model.keys():
            print(" ", name, model.get_tensor(name).shape)
