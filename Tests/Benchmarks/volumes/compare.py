#!/usr/bin/env python
"""Times operations on a 240x240x155 volume, beside NumPy, SciPy, SimpleITK and cc3d.

    python Tests/Benchmarks/volumes/compare.py

in a virtual environment with numpy, scipy, SimpleITK and connected-components-3d, from the package
root. Two threads, where a peer can use them.
"""
import pathlib
import subprocess
import tempfile
import time

import cc3d
import numpy as np
import scipy.ndimage as ndi
import SimpleITK as sitk

scratch = pathlib.Path(".build/benchmarks")
modules = pathlib.Path(".build/release")
program = scratch / "volumes_time"
size = np.array([240, 240, 155])


def build():
    scratch.mkdir(parents=True, exist_ok=True)
    subprocess.run(["swift", "build", "-c", "release", "--target", "Volumes"], check=True)
    objects = [
        str(path)
        for name in ["Volumes", "Parallel"]
        for path in sorted((modules / f"{name}.build").rglob("*.o"))
    ]
    subprocess.run(
        ["swiftc", "-O", "-parse-as-library", "-swift-version", "6", "-I", str(modules / "Modules")]
        + ["Tests/Benchmarks/volumes/VolumesTime.swift", *objects, "-o", str(program)],
        check=True,
    )


def made():
    samples = ndi.gaussian_filter(
        np.random.default_rng(0).normal(size=size[::-1]).astype(np.float32), 1.5
    )
    samples /= samples.std()
    samples[:, :30] = 0
    return samples.astype(np.float32)


def itk_resampler(image, matrix, origin, interpolator):
    reference = sitk.Image([int(n) for n in size], sitk.sitkFloat32)
    spacing = np.linalg.norm(matrix, axis=0)
    reference.SetSpacing(spacing.tolist())
    reference.SetDirection((matrix / spacing).ravel().tolist())
    reference.SetOrigin(origin.tolist())
    return lambda: sitk.Resample(image, reference, sitk.Transform(), interpolator, 0.0).GetPixel(
        100, 110, 70
    )


def scipy_resampler(samples, matrix, origin, order):
    matrix, origin = matrix[::-1, ::-1], origin[::-1]
    if np.count_nonzero(matrix) == 3:
        matrix = np.diag(matrix)
    mode = "mirror" if order == 3 else "constant"
    return lambda: ndi.affine_transform(
        samples, matrix, origin, order=order, mode=mode, output=np.float32
    )[70, 110, 100]


def peers(a):
    mask = a > 0.6
    image = sitk.GetImageFromArray(a)
    mask_image = sitk.GetImageFromArray(mask.astype(np.uint8))
    c, s = np.cos(np.pi / 18), np.sin(np.pi / 18)
    turn = np.array([[c, -s, 0], [s * c, c * c, -s], [s * s, c * s, c]])
    centre = (size - 1) / 2
    grids = {
        "aligned": (np.diag([0.95, 0.97, 0.9]), np.array([3.3, 2.2, 1.1])),
        "oblique": (turn, centre - turn @ centre),
    }
    yield "reorient-LPS", "numpy", lambda: np.ascontiguousarray(a[:, ::-1, ::-1]).flat[1000]
    yield "reorient-SAR", "numpy", lambda: np.ascontiguousarray(a.transpose(2, 1, 0)).flat[1000]
    for name, order, interpolator in [
        ("nearest", 0, sitk.sitkNearestNeighbor),
        ("linear", 1, sitk.sitkLinear),
        ("cubic", 3, sitk.sitkBSpline3),
    ]:
        for grid, (matrix, origin) in grids.items():
            yield f"{name}-{grid}", "itk", itk_resampler(image, matrix, origin, interpolator)
            yield f"{name}-{grid}", "scipy", scipy_resampler(a, matrix, origin, order)
    for rank, neighbours in [(1, 6), (2, 18), (3, 26)]:
        structure = ndi.generate_binary_structure(3, rank)
        key = f"components-{neighbours}"
        yield key, "cc3d", lambda: cc3d.connected_components(
            mask, connectivity=neighbours, return_N=True
        )[1]
        yield key, "scipy", lambda: ndi.label(mask, structure)[1]
        yield f"dilated-{neighbours}", "scipy", lambda: ndi.binary_dilation(mask, structure).sum()
    yield "holes", "scipy", lambda: ndi.binary_fill_holes(mask).sum()
    yield "distances", "scipy", lambda: ndi.distance_transform_edt(~mask).sum()
    yield "distances", "itk", lambda: sitk.GetArrayFromImage(
        sitk.SignedMaurerDistanceMap(mask_image, squaredDistance=False, useImageSpacing=True)
    ).clip(0).sum()
    yield "deviation", "numpy", lambda: a[mask].astype(float).std()
    yield "median", "numpy", lambda: np.quantile(a, 0.5)


build()
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(2)
samples = made()
with tempfile.TemporaryDirectory() as folder:
    raw = pathlib.Path(folder) / "volume.raw"
    samples.tofile(raw)
    own = {}
    for threads in [1, 2]:
        output = subprocess.run(
            [program, raw, str(threads)], check=True, capture_output=True, text=True
        ).stdout
        for line in output.splitlines():
            name, seconds, result = line.split()
            own.setdefault(name, []).append((float(seconds) * 1e3, float(result)))
print(f"{'':14} {'medcnn, 1, 2 threads, ms':>25} {'peer':>8} {'ms':>6} {'ratio':>6}  results")
for name, peer, work in peers(samples):
    times = []
    for _ in range(2):
        start = time.perf_counter()
        result = work()
        times.append((time.perf_counter() - start) * 1e3)
    (one, _), (two, own_result) = own[name]
    print(
        f"{name:14} {one:17.0f} {two:7.0f} {peer:>8} {min(times):6.0f} {min(times) / two:6.1f}"
        f"  {own_result:.8g} {result:.8g}"
    )
