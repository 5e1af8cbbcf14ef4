"""Golden values of the intensity normalisations, from NumPy.

Run as: python Tests/Oracles/segmentation_normalization.py Tests/SegmentationTests/Golden
in a virtual environment with numpy. The samples are x[n] = ((n * 7919) mod 1013) / 8 - 20, and 0
where n mod 5 = 0; the mask is n mod 3 != 0.
"""

import json
import sys

import numpy as np

n = np.arange(4000)
samples = np.where(n % 5 == 0, 0, ((n * 7919) % 1013) / 8 - 20).astype(np.float32)
samples[17] = 5000
mask = n % 3 != 0


def z_score(region, lower=None, upper=None, deviations=None):
    inside = samples[region].astype(np.float64)
    low, high = -np.inf, np.inf
    if lower is not None:
        low = np.quantile(inside, lower)
    if upper is not None:
        high = np.quantile(inside, upper)
    if deviations is not None:
        low = max(low, inside.mean() - deviations * inside.std())
        high = min(high, inside.mean() + deviations * inside.std())
    kept = inside[(inside >= low) & (inside <= high)]
    return np.where(region, (samples - kept.mean()) / kept.std(), 0)


def quantiles(region, lower, upper):
    low, high = np.quantile(samples[region].astype(np.float64), [lower, upper])
    return np.where(region, np.clip((samples - low) / (high - low), 0, 1), 0)


everywhere = np.ones(len(n), bool)
rows = [
    ({"zScore": {"region": "mask", "zeroOutside": True}}, z_score(mask)),
    ({"zScore": {"region": "image", "deviations": 2, "zeroOutside": True}}, z_score(everywhere, deviations=2)),
    ({"zScore": {"region": "nonZero", "lowerQuantile": 0.05, "upperQuantile": 0.95, "deviations": 3, "zeroOutside": True}},
     z_score(samples != 0, 0.05, 0.95, 3)),
    ({"zScore": {"region": "nonZero", "lowerQuantile": 0.013, "zeroOutside": True}}, z_score(samples != 0, 0.013)),
    ({"quantiles": {"region": "mask", "lower": 0.005, "upper": 0.995, "zeroOutside": True}}, quantiles(mask, 0.005, 0.995)),
    ({"dataset": {"lower": -10, "upper": 60, "mean": 12.5, "deviation": 21}}, (np.clip(samples, -10, 60) - 12.5) / 21),
    ({"none": {}}, samples),
]
shown = [0, 1, 2, 3, 17, 100, 101, 1234, 2501, 3998]
with open(sys.argv[1] + "/normalization.json", "w") as stream:
    lines = [json.dumps({"normalization": rule, "shown": shown, "values": [float(v) for v in values[shown]]}) for rule, values in rows]
    stream.write("[\n" + ",\n".join(lines) + "\n]\n")
