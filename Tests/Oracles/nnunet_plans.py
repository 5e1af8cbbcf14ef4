"""Golden plans of U-Nets: what nnU-Net itself plans for made data sets.

Run as: python Tests/Oracles/nnunet_plans.py Tests/SegmentationTests/Golden
in a virtual environment with nnunetv2 2.8.1 (with or without what it depends on for images) and torch.
Axes are (z, y, x), the coarsest first, as nnU-Net orders them.
"""

import json
import sys
from unittest.mock import MagicMock

import numpy as np

# What only reads images is of no use here.
for name in ["skimage", "skimage.io", "tifffile", "SimpleITK", "nibabel", "nibabel.orientations", "imagecodecs",
             "blosc2", "acvl_utils", "acvl_utils.cropping_and_padding", "acvl_utils.cropping_and_padding.bounding_boxes",
             "acvl_utils.miscellaneous", "acvl_utils.miscellaneous.ptqdm", "acvl_utils.morphology",
             "acvl_utils.morphology.morphology_helper", "seaborn", "graphviz", "dicom2nifti", "tqdm", "einops",
             "skimage.transform", "timm", "timm.layers", "pandas"]:
    try:
        __import__(name)
    except ImportError:
        sys.modules[name] = MagicMock()

import torch

# Networks are only counted, so that their weights need no memory.
torch.set_default_device("meta")

from nnunetv2.experiment_planning.experiment_planners.default_experiment_planner import ExperimentPlanner


def plan(spacing, shape, cases, channels, classes, gigabytes):
    planner = ExperimentPlanner.__new__(ExperimentPlanner)
    planner.UNet_base_num_features = 32
    from dynamic_network_architectures.architectures.unet import PlainConvUNet
    planner.UNet_class = PlainConvUNet
    planner.UNet_reference_val_3d = 560000000
    planner.UNet_reference_com_nfeatures = 32
    planner.UNet_reference_val_corresp_GB = 8
    planner.UNet_reference_val_corresp_bs_3d = 2
    planner.UNet_featuremap_min_edge_length = 4
    planner.UNet_blocks_per_stage_encoder = (2,) * 14
    planner.UNet_blocks_per_stage_decoder = (2,) * 13
    planner.UNet_min_batch_size = 2
    planner.UNet_max_features_2d = 512
    planner.UNet_max_features_3d = 320
    planner.max_dataset_covered = 0.05
    planner.UNet_vram_target_GB = gigabytes
    planner.preprocessor_name = "DefaultPreprocessor"
    planner.dataset_json = {"channel_names": {str(i): "MR" for i in range(channels)},
                            "labels": {str(i): i for i in range(classes)}, "numTraining": cases}
    planner.dataset_fingerprint = {"median_relative_size_after_cropping": 0.5}
    made = planner.get_plans_for_configuration(
        np.array(spacing), np.array(shape, dtype=float), "3d", float(np.prod(shape, dtype=np.float64) * cases), {})
    network = made["architecture"]["arch_kwargs"]
    return {
        "spacing": spacing, "shape": shape, "cases": cases, "channels": channels, "classes": classes,
        "gigabytes": gigabytes, "patch": [int(i) for i in made["patch_size"]], "batch": int(made["batch_size"]),
        "strides": [[int(i) for i in s] for s in network["strides"]],
        "kernels": [[int(i) for i in s] for s in network["kernel_sizes"]],
        "features": [int(i) for i in network["features_per_stage"]],
    }


def main():
    rows = [
        ([1, 1, 1], [138, 169, 138], 484, 4, 4, 8),
        ([1.37, 1.25, 1.25], [115, 320, 232], 20, 1, 2, 8),
        ([1, 0.7676, 0.7676], [482, 512, 512], 131, 1, 3, 8),
        ([1, 1, 1], [36, 50, 35], 260, 1, 3, 8),
        ([3.6, 0.62, 0.62], [20, 320, 319], 32, 2, 3, 8),
        ([1.24, 0.79, 0.79], [252, 512, 512], 63, 1, 2, 8),
        ([2.5, 0.8, 0.8], [96, 512, 512], 281, 1, 3, 8),
        ([3, 0.78, 0.78], [150, 512, 512], 126, 1, 2, 8),
        ([5, 1.5625, 1.5625], [18, 237, 208], 200, 1, 4, 8),
    ]
    random = np.random.default_rng(3)
    while len(rows) < 40:
        spacing = [round(float(random.uniform(0.5, 6)), 2), *[round(float(random.uniform(0.4, 1.5)), 2)] * 2]
        if random.random() < 0.3:
            spacing = [round(float(random.uniform(0.4, 2)), 2) for _ in range(3)]
        spacing.sort(reverse=True)
        shape = [int(random.integers(9, 400)) for _ in range(3)]
        if random.random() < 0.3:
            shape[1] += 0.5
        rows.append((spacing, shape, int(random.integers(5, 500)), int(random.integers(1, 5)),
                     int(random.integers(2, 6)), float(random.choice([0.5, 2, 8, 24]))))
    made = []
    for row in rows:
        try:
            made.append(plan(*row))
        except IndexError:
            # It fails where an axis has fewer than 8 voxels from the start.
            print("left out", row)
    with open(f"{sys.argv[1]}/nnunet_plans.json", "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in made) + "\n]\n")


main()
