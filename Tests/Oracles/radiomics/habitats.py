#!/usr/bin/env python3
"""Writes clusters of made points by scikit-learn's k-means, begun with given centres.

    python Tests/Oracles/radiomics/habitats.py Tests/RadiomicsTests/Golden/habitats.json

In a virtual environment with scikit-learn 1.9.
"""

import json
import sys

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score


def points(count, dimensions):
    """The points of HabitatsTests.swift."""
    state, values = 7, []
    for index in range(count * dimensions):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        noise = (state >> 33) % 1000 / 1000
        values.append(noise + 0.75 * (index // dimensions * 7 // count % (2 + index % dimensions)))
    return np.array(values).reshape(count, dimensions)


cases = []
for count, dimensions, clusters in [(500, 1, 3), (400, 2, 4), (900, 3, 5), (60, 4, 7)]:
    made = points(count, dimensions)
    start = made[:clusters].copy()
    found = KMeans(clusters, init=start, n_init=1, algorithm="lloyd").fit(made)
    cases.append({
        "count": count, "dimensions": dimensions, "clusters": clusters,
        "centres": found.cluster_centers_.ravel().tolist(), "inertia": found.inertia_,
        "sizes": np.bincount(found.labels_, minlength=clusters).tolist(),
        "calinskiHarabasz": calinski_harabasz_score(made, found.labels_),
    })
with open(sys.argv[1], "w") as file:
    json.dump(cases, file, indent=1)
    file.write("\n")
