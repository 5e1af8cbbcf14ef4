"""Makes Tests/VolumesTests/Golden/*.json: what peers compute on small made volumes.

python Tests/Oracles/volumes_golden.py Tests/VolumesTests/Golden

Needs a virtual environment with numpy, scipy, SimpleITK and connected-components-3d.
Arrays are indexed [k, j, i], so that their order in memory is that of a volume.
"""

import json
import pathlib
import sys

import cc3d
import numpy as np
import scipy.ndimage as ndi
import SimpleITK as sitk

OUTSIDE = -7.0


def rotation(x, y, z):
    cx, sx, cy, sy, cz, sz = np.cos(x), np.sin(x), np.cos(y), np.sin(y), np.cos(z), np.sin(z)
    return (
        np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
        @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        @ np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    )


def affine(turn, spacing, origin):
    matrix = np.eye(4)
    matrix[:3, :3] = turn @ np.diag(spacing)
    matrix[:3, 3] = origin
    return matrix


def grid(size, matrix):
    return {"size": list(size), "affine": matrix[:3].T.ravel().tolist()}


def bits(mask):
    return "".join("1" if voxel else "0" for voxel in mask.ravel())


def rounded(array, digits=8):
    return [float(f"{value:.{digits}g}") for value in np.asarray(array, float).ravel()]


def source_coordinates(target_size, target, source):
    k, j, i = np.meshgrid(*[np.arange(n) for n in target_size[::-1]], indexing="ij")
    points = np.stack([i, j, k, np.ones_like(i)]).reshape(4, -1)
    return (np.linalg.inv(source) @ target @ points)[:3]


def by_scipy(samples, source, target_size, target, order):
    """Half a voxel beyond the outermost centres still counts as inside."""
    places = source_coordinates(target_size, target, source)
    size = np.array(samples.shape[::-1])[:, None]
    inside = ((places >= -0.5 - 1e-6) & (places <= size - 0.5 + 1e-6)).all(axis=0)
    values = ndi.map_coordinates(
        samples.astype(float), places[::-1], order=order, mode="mirror" if order == 3 else "nearest"
    )
    return np.where(inside, values, OUTSIDE)


def itk_image(array, matrix):
    image = sitk.GetImageFromArray(array)
    to_lps = np.diag([-1, -1, 1])
    columns = to_lps @ matrix[:3, :3]
    spacing = np.linalg.norm(columns, axis=0)
    image.SetSpacing(spacing.tolist())
    image.SetDirection((columns / spacing).ravel().tolist())
    image.SetOrigin((to_lps @ matrix[:3, 3]).tolist())
    return image


def by_itk(samples, source, target_size, target, interpolator):
    reference = itk_image(np.zeros(target_size[::-1], np.float32), target)
    image = itk_image(samples.astype(np.float64), source)
    result = sitk.Resample(image, reference, sitk.Transform(), interpolator, OUTSIDE)
    return sitk.GetArrayFromImage(result)


def resampling():
    rng = np.random.default_rng(1)
    size = (7, 6, 5)
    source = affine(rotation(0.3, -0.2, 0.5), [1, 1.5, 2.5], [10, -20, 5])
    samples = rng.normal(100, 30, size[::-1]).astype(np.float32)
    centre = source @ np.array([3, 2.5, 2, 1])

    def around(turn, spacing, target_size):
        matrix = affine(turn, spacing, [0, 0, 0])
        matrix[:3, 3] = centre[:3] - matrix[:3, :3] @ ((np.array(target_size) - 1) / 2)
        return matrix

    exchange = np.array([[0, 0, 1], [-1, 0, 0], [0, 1, 0.0]])
    turn = rotation(0.3, -0.2, 0.5)
    targets = {
        "oblique": ((6, 7, 5), around(rotation(-0.1, 0.4, 0.9), [1.2, 1.1, 2.1], (6, 7, 5))),
        "aligned": ((9, 5, 8), around(turn, [0.83, 1.9, 1.7], (9, 5, 8))),
        "exchanged": ((5, 8, 4), around(turn @ exchange, [1.3, 2.2, 1.6], (5, 8, 4))),
    }
    cases = []
    for name, (target_size, target) in targets.items():
        case = {"name": name, "target": grid(target_size, target)}
        for order, key in [(0, "nearest"), (1, "linear"), (3, "cubic")]:
            case[key] = rounded(by_scipy(samples, source, target_size, target, order))
        for interpolator, key in [
            (sitk.sitkNearestNeighbor, "nearest"),
            (sitk.sitkLinear, "linear"),
            (sitk.sitkBSpline3, "cubic"),
        ]:
            peer = by_itk(samples, source, target_size, target, interpolator).ravel()
            np.testing.assert_allclose(peer, case[key], atol=2e-6)
            outside = np.mean(np.equal(case[key], OUTSIDE))
            print(f"{name} {key}: scipy and ITK agree, {outside:.0%} outside")
        labels = rng.integers(0, 4, size[::-1])
        shares = [
            by_scipy((labels == label).astype(float), source, target_size, target, 1)
            for label in range(4)
        ]
        case["labels"] = labels.ravel().tolist()
        case["majority"] = np.argmax(shares, axis=0).tolist()
        case["shareMargin"] = rounded(np.diff(np.sort(shares, axis=0)[-2:], axis=0))
        cases.append(case)
    # Lines shorter than the spline's support.
    short = []
    for count in [1, 2, 3, 40]:
        values = rng.normal(0, 1, (1, 1, count)).astype(np.float32)
        x = np.linspace(-0.5, count - 0.5, 11)
        short.append(
            {
                "samples": values.ravel().tolist(),
                "places": x.tolist(),
                "values": rounded(
                    ndi.map_coordinates(
                        values[0, 0].astype(float), [x], order=3, mode="mirror"
                    )
                ),
            }
        )
    return {
        "source": grid(size, source),
        "samples": samples.ravel().tolist(),
        "outside": OUTSIDE,
        "cases": cases,
        "lines": short,
    }


def regions():
    rng = np.random.default_rng(2)
    shape = (7, 8, 9)
    sampling = (2.5, 1.2, 0.7)
    cases = []
    for share in [0.03, 0.2, 0.45, 0.8]:
        mask = rng.random(shape) < share
        case = {"mask": bits(mask), "components": {}, "dilated": {}, "eroded": {}, "closed": {}}
        for rank, connectivity in [(1, "6"), (2, "18"), (3, "26")]:
            structure = ndi.generate_binary_structure(3, rank)
            labels, count = ndi.label(mask, structure)
            peer = cc3d.connected_components(mask, connectivity=int(connectivity))
            assert len(np.unique(labels * 10000 + peer)) == len(np.unique(labels)) == count + 1
            case["components"][connectivity] = labels.ravel().tolist()
            # On an endless grid.
            wide = np.pad(mask, 2)
            inner = (slice(2, -2),) * 3
            for name, operation in [
                ("dilated", ndi.binary_dilation),
                ("eroded", ndi.binary_erosion),
                ("closed", ndi.binary_closing),
            ]:
                case[name][connectivity] = [
                    bits(operation(wide, structure, iterations=n)[inner]) for n in [1, 2]
                ]
        case["filled"] = bits(ndi.binary_fill_holes(mask))
        case["distances"] = rounded(ndi.distance_transform_edt(~mask, sampling=sampling), 15)
        # A ball of 2.5 mm as a structuring element: nothing of the distance transform is in it.
        reach = [int(2.5 / s + 1e-6) for s in sampling]
        offsets = np.meshgrid(*[np.arange(-r, r + 1) for r in reach], indexing="ij")
        ball = sum((o * s) ** 2 for o, s in zip(offsets, sampling)) <= 2.5**2 * (1 + 1e-9)
        wide = np.pad(mask, 5)
        inner = (slice(5, -5),) * 3
        for name, operation in [
            ("dilatedByBall", ndi.binary_dilation),
            ("erodedByBall", ndi.binary_erosion),
            ("openedByBall", ndi.binary_opening),
            ("closedByBall", ndi.binary_closing),
        ]:
            case[name] = bits(operation(wide, ball)[inner])
        cases.append(case)
    return {"size": shape[::-1], "spacing": sampling[::-1], "radius": 2.5, "cases": cases}


def statistics():
    rng = np.random.default_rng(3)
    samples = (rng.normal(1000, 200, (4, 5, 6)) * rng.integers(-1, 2, (4, 5, 6))).astype(np.float32)
    mask = rng.random(samples.shape) < 0.4
    fractions = [0, 0.005, 0.25, 0.5, 0.9, 0.995, 1]
    result = {
        "size": samples.shape[::-1],
        "samples": samples.ravel().tolist(),
        "mask": bits(mask),
        "fractions": fractions,
    }
    for name, values in [("all", samples.ravel()), ("masked", samples[mask])]:
        values = values.astype(float)
        result[name] = {
            "count": len(values),
            "minimum": values.min(),
            "maximum": values.max(),
            "mean": values.mean(),
            "standardDeviation": values.std(),
            "quantiles": np.quantile(values, fractions).tolist(),
        }
    return result


def main():
    folder = pathlib.Path(sys.argv[1])
    for make in [resampling, regions, statistics]:
        path = folder / f"{make.__name__}.json"
        path.write_text(json.dumps(make(), separators=(",", ":")) + "\n")
        print(path, path.stat().st_size)


main()
