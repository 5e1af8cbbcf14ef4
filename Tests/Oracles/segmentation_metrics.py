"""Golden values of the overlap and distance metrics, from independent implementations.

Run as: python Tests/Oracles/segmentation_metrics.py SHARED_DATA Tests/SegmentationTests/Golden
in a virtual environment with numpy, scipy, nibabel, SimpleITK, surface-distance and
connected-components-3d. SHARED_DATA is the folder of real label maps; without it (give "-") only
the made ones are written.

Made label maps are described by the golden file itself: ellipsoids, painted in order, a voxel being
inside where ((p - centre) / radius)^2 sums to at most 1, and a speckle, label 1 where
(73856093 i xor 19349663 j xor 83492791 k) mod `modulus` < `below`.
"""

import json
import os
import sys

import cc3d
import nibabel
import numpy as np
import SimpleITK as sitk
import surface_distance
from scipy import ndimage
from surface_distance import lookup_tables

np.Inf = np.inf  # surface-distance still uses the name that NumPy 2 removed.

BRATS = {"WT": [1, 2, 3], "TC": [1, 3], "ET": [3]}
NSD_TOLERANCE = 1.0


def number(value):
    value = float(value)
    return value if np.isfinite(value) else None


def overlap(truth, prediction, spacing):
    t, p = truth.sum(), prediction.sum()
    both = (truth & prediction).sum()
    ml = np.prod(spacing) / 1000
    result = {
        "truth_voxels": int(t),
        "prediction_voxels": int(p),
        "dsc": number(2 * both / (t + p)) if t + p else 1.0,
        "sensitivity": number(both / t) if t else None,
        "ppv": number(both / p) if p else None,
        "volume_error_ml": number((p - t) * ml),
        "relative_volume_error": number((p - t) / t) if t else None,
    }
    if t and p:
        a, b = (sitk.GetImageFromArray(m.astype(np.uint8).transpose(2, 1, 0)) for m in (truth, prediction))
        for image in (a, b):
            image.SetSpacing([float(s) for s in spacing])
        measures = sitk.LabelOverlapMeasuresImageFilter()
        measures.Execute(b, a)
        # SimpleITK: the false negative error is 1 - sensitivity.
        assert abs(measures.GetDiceCoefficient() - result["dsc"]) < 1e-12
        result["simpleitk_dice"] = measures.GetDiceCoefficient()
        result["simpleitk_sensitivity"] = 1 - measures.GetFalseNegativeError()
        result["simpleitk_precision"] = 1 - measures.GetFalseDiscoveryRate()
        hausdorff = sitk.HausdorffDistanceImageFilter()
        hausdorff.Execute(a, b)
        result["simpleitk_hausdorff"] = hausdorff.GetHausdorffDistance()
    return result


def surface(truth, prediction, spacing):
    if not truth.any() and not prediction.any():
        return {}
    d = surface_distance.compute_surface_distances(truth, prediction, spacing)
    if not truth.any() or not prediction.any():
        return {"hd95": None, "hd": None, "nsd": 0.0}
    forth, back = surface_distance.compute_average_surface_distance(d)
    areas = (d["surfel_areas_gt"], d["surfel_areas_pred"])
    distances = (d["distances_gt_to_pred"], d["distances_pred_to_gt"])
    return {
        "hd95": surface_distance.compute_robust_hausdorff(d, 95),
        "hd": surface_distance.compute_robust_hausdorff(d, 100),
        "nsd": surface_distance.compute_surface_dice_at_tolerance(d, NSD_TOLERANCE),
        "truth_to_prediction": forth,
        "prediction_to_truth": back,
        "masd": (forth + back) / 2,
        "assd": sum((a * b).sum() for a, b in zip(areas, distances)) / sum(a.sum() for a in areas),
    }


def lesion_wise(truth, prediction, spacing, iterations, minimum=50, penalty=374):
    """BraTS 2023: lesions of the truth are its components merged by dilation."""
    element = ndimage.generate_binary_structure(3, 2)
    dilated = ndimage.binary_dilation(truth, element, iterations=iterations)
    groups = cc3d.connected_components(dilated.astype(np.uint8), connectivity=26)
    truth_lesions = np.where(truth, groups, 0)
    predicted = cc3d.connected_components(prediction.astype(np.uint8), connectivity=26)
    touched, dice, hd95, missed = set(), [], [], 0
    for lesion in [n for n in np.unique(truth_lesions) if n]:
        mask = truth_lesions == lesion
        reach = ndimage.binary_dilation(mask, element, iterations=iterations)
        hits = [n for n in np.unique(predicted[reach]) if n]
        touched.update(hits)
        if mask.sum() * np.prod(spacing) <= minimum:
            continue
        matched = np.isin(predicted, hits) & (predicted > 0)
        dice.append(2 * (matched & mask).sum() / (matched.sum() + mask.sum()))
        if hits:
            d = surface_distance.compute_surface_distances(mask, matched, spacing)
            hd95.append(surface_distance.compute_robust_hausdorff(d, 95))
        else:
            missed += 1
            hd95.append(penalty)
    false_positives = len([n for n in np.unique(predicted) if n and n not in touched])
    count = len(dice) + false_positives
    return {
        "truth_lesions": len(dice),
        "false_positives": false_positives,
        "missed": missed,
        "dice": sum(dice) / count if count else 1.0,
        "hd95": (sum(hd95) + penalty * false_positives) / count if count else 0.0,
    }


def compare(truth, prediction, spacing, regions):
    rows = {}
    for name, labels in regions.items():
        t, p = np.isin(truth, labels), np.isin(prediction, labels)
        row = {"labels": labels}
        row |= overlap(t, p, spacing) | surface(t, p, spacing)
        row["lesion_wise"] = {str(n): lesion_wise(t, p, spacing, n) for n in (3, 1)}
        rows[name] = row
    return rows


def paint(size, shapes):
    image = np.zeros(size, np.uint16)
    i, j, k = np.meshgrid(*[np.arange(n) for n in size], indexing="ij")
    for shape in shapes:
        if "modulus" in shape:
            noise = (i * 73856093) ^ (j * 19349663) ^ (k * 83492791)
            image[noise % shape["modulus"] < shape["below"]] = 1
            continue
        c, r = shape["centre"], shape["radius"]
        inside = ((i - c[0]) / r[0]) ** 2 + ((j - c[1]) / r[1]) ** 2 + ((k - c[2]) / r[2]) ** 2 <= 1
        image[inside] = shape["label"]
    return image


def ball(label, centre, radius):
    radius = [radius] * 3 if np.isscalar(radius) else radius
    return {"label": label, "centre": centre, "radius": radius}


MADE = {
    "nested tumour": dict(
        size=[48, 44, 40], spacing=[1, 1, 1],
        truth=[ball(2, [22.3, 20.1, 18.2], [14.2, 12.4, 10.1]), ball(3, [20.2, 20.3, 18.1], 7.3), ball(1, [19.7, 20.4, 18.2], 4.2)],
        prediction=[ball(2, [23.6, 19.2, 18.9], [13.1, 13.3, 9.2]), ball(3, [21.4, 20.9, 17.2], 6.7), ball(1, [20.8, 20.1, 17.7], 4.9)]),
    "thick slices": dict(
        size=[40, 36, 14], spacing=[0.9, 0.8, 5.5],
        truth=[ball(1, [18.2, 17.3, 6.4], [12.3, 9.2, 3.3]), ball(3, [30.1, 29.2, 10.3], [4.3, 3.8, 1.4])],
        prediction=[ball(1, [20.3, 16.1, 6.8], [11.1, 10.4, 3.8]), ball(3, [8.2, 29.3, 3.1], [3.3, 3.1, 1.3])]),
    "touching the border": dict(
        size=[20, 18, 16], spacing=[1, 1, 2],
        truth=[ball(1, [1.2, 2.3, 0.4], 6.2)],
        prediction=[ball(1, [0.3, 0.2, 1.1], 7.1), ball(1, [19.1, 17.2, 15.3], 3.2)]),
    "many lesions": dict(
        size=[60, 52, 44], spacing=[1, 1.2, 1.5],
        truth=[ball(3, [8.2, 8.3, 8.1], 3.6), ball(3, [15.4, 8.2, 8.3], 2.3), ball(3, [40.3, 30.2, 20.1], 5.3), ball(3, [50.2, 8.3, 36.2], 1.2),
               ball(3, [10.2, 40.3, 30.2], 4.2), ball(1, [30.1, 12.2, 33.3], 3.2)],
        prediction=[ball(3, [9.1, 8.2, 8.4], 3.1), ball(3, [42.2, 33.1, 21.3], 3.3), ball(3, [38.2, 26.4, 17.3], 2.4), ball(3, [50.3, 44.2, 10.2], 2.9),
                    ball(3, [51.2, 8.1, 36.4], 1.3), ball(3, [30.2, 12.3, 33.1], 2.2)]),
    "speckle": dict(
        size=[17, 15, 13], spacing=[0.7, 1.1, 2.3],
        truth=[dict(modulus=7, below=2)], prediction=[dict(modulus=5, below=2)]),
    "prediction empty": dict(size=[12, 12, 12], spacing=[1, 1, 1], truth=[ball(3, [5.2, 5.3, 5.1], 3.2)], prediction=[]),
    "truth empty": dict(size=[12, 12, 12], spacing=[1, 1, 1], truth=[], prediction=[ball(3, [5.2, 5.3, 5.1], 3.2)]),
    "both empty": dict(size=[12, 12, 12], spacing=[1, 1, 1], truth=[], prediction=[]),
    "one voxel each": dict(size=[12, 12, 12], spacing=[1, 1, 3], truth=[ball(1, [3, 3, 3], 0.5)], prediction=[ball(1, [7, 6, 8], 0.5)]),
}

# Real pairs: the prediction is another label map, or the truth shifted with wrap-around.
REAL = {
    "multiple sclerosis, two patients": dict(
        truth="ms_lesions/lesion_masks/patient01.nii.gz", prediction="ms_lesions/lesion_masks/patient02.nii.gz",
        regions={"lesion": [1]}),
    "multiple sclerosis, shifted": dict(
        truth="ms_lesions/lesion_masks/patient07.nii.gz", shift=[2, -1, 1], regions={"lesion": [1]}),
    "glioma of 2013, shifted": dict(
        truth="glioma_brats13/brats_2013_pat0003_1/OTMultiClass.nii.gz", shift=[3, -2, 1],
        regions={"WT": [1, 2, 3, 4], "TC": [1, 3, 4], "ET": [4]}),
    "glioma, two patients": dict(
        truth="glioma_4mod/TCGA-DU-7294/fused_algorithms_seg.nii.gz",
        prediction="glioma_4mod/BraTS-GLI-00001-000/reference_labels.nii.gz",
        regions={"WT": [1, 2, 4], "TC": [1, 4], "1": [1], "2": [2]}),
}


def areas():
    """Areas by code, bit i + 2 j + 4 k being voxel (i, j, k), for several spacings."""
    rows = []
    for spacing in ([1, 1, 1], [1, 2, 3], [0.9, 0.9, 5.5], [3, 1, 2], [0.3, 4, 1.7]):
        table = lookup_tables.create_table_neighbour_code_to_surface_area(spacing)
        kernel = lookup_tables.ENCODE_NEIGHBOURHOOD_3D_KERNEL
        row = []
        for code in range(256):
            theirs = sum(int(kernel[i, j, k]) for k in (0, 1) for j in (0, 1) for i in (0, 1) if code >> (i + 2 * j + 4 * k) & 1)
            row.append(round(float(table[theirs]), 12))
        rows.append({"spacing": spacing, "areas": row})
    return rows


def main():
    data, folder = sys.argv[1:3]
    os.makedirs(folder, exist_ok=True)
    regions = BRATS | {"1": [1]}
    made = []
    for name, case in MADE.items():
        truth, prediction = paint(case["size"], case["truth"]), paint(case["size"], case["prediction"])
        made.append({"name": name, **case, "regions": compare(truth, prediction, case["spacing"], regions)})
    real = []
    for name, case in REAL.items() if data != "-" else []:
        image = nibabel.load(os.path.join(data, case["truth"]))
        truth = np.asarray(image.dataobj).astype(np.uint16)
        if "shift" in case:
            prediction = np.roll(truth, case["shift"], axis=(0, 1, 2))
        else:
            prediction = np.asarray(nibabel.load(os.path.join(data, case["prediction"])).dataobj).astype(np.uint16)
        spacing = [float(s) for s in np.sqrt((image.affine[:3, :3] ** 2).sum(0))]
        real.append({"name": name, **case, "spacing": spacing, "regions": compare(truth, prediction, spacing, case["regions"])})

    def write(file, value):
        with open(os.path.join(folder, file), "w") as stream:
            stream.write(json.dumps(value, indent=None).replace('{"name"', '\n{"name"').replace('{"spacing"', '\n{"spacing"') + "\n")

    write("surface_areas.json", areas())
    write("metrics_made.json", made)
    if real:
        write("metrics_real.json", real)


if __name__ == "__main__":
    main()
