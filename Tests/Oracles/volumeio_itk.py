#!/usr/bin/env python
"""Makes the NRRD and MetaImage files and the golden values of VolumeIOTests.

    python Tests/Oracles/volumeio_itk.py [SHARED_DATA]

in a virtual environment with SimpleITK, pynrrd and numpy, from the package root. The values are
SimpleITK's. Without SHARED_DATA (the folder with `pyradiomics/`) those of its files are kept.
"""
import json
import pathlib
import sys

import nrrd
import numpy as np
import SimpleITK as sitk

resources = pathlib.Path("Tests/VolumeIOTests/Resources")
golden_path = resources / "itk.json"

a, b = 0.3, -0.2
rotation = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]) @ np.array(
    [[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]]
)
directions = (rotation @ np.diag([0.9, 1.1, 2.5])).T
origin = np.array([31.25, -17.5, 4.125])


def samples(shape, dtype):
    count = int(np.prod(shape))
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        values = np.sin(np.arange(count) * 1.7) * 1000
    else:
        info = np.iinfo(dtype)
        values = np.array(
            [int(info.min) + (int(info.max) - int(info.min)) * n // (count - 1) for n in range(count)],
            dtype=object,
        )
    return values.astype(dtype).reshape(shape, order="F")


def make_nrrd():
    base = {
        "space": "left-posterior-superior",
        "space directions": directions,
        "space origin": origin,
        "kinds": ["domain"] * 3,
    }

    def write(name, data, changes={}, **options):
        header = {**base, **changes}
        nrrd.write(
            str(resources / name), data, {k: v for k, v in header.items() if v is not None}, **options
        )

    for dtype in "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64".split():
        write(f"{dtype}.nrrd", samples((3, 4, 2), dtype), {"encoding": "raw"})
    write("gzip_big.nrrd", samples((3, 4, 2), ">i2"), {"encoding": "gzip", "endian": "big"})
    write("text.nrrd", samples((3, 4, 2), "int16"), {"encoding": "ASCII"})
    write("ras.nrrd", samples((3, 4, 2), "int16"), {"space": "right-anterior-superior"})
    write("las.nrrd", samples((3, 4, 2), "int16"), {"space": "LAS"})
    write("detached.nhdr", samples((3, 4, 2), "int16"), {"encoding": "gzip"})
    none = np.full((1, 3), np.nan)
    for name, position in [("first", 0), ("middle", 1), ("last", 3)]:
        shape = [3, 4, 2]
        shape.insert(position, 5)
        vectors = np.insert(directions, position, none, axis=0)
        kinds = ["domain"] * 3
        kinds.insert(position, "list" if position else "vector")
        write(
            f"channels_{name}.nrrd", samples(shape, "int16"), {"space directions": vectors, "kinds": kinds}
        )
    # The old form: spacings and no space.
    (resources / "old.nrrd").write_bytes(
        b"NRRD0001\n# by hand\ntype: short\ndimension: 3\nsizes: 3 4 2\nspacings: 0.5 0.75 3\n"
        b"endian: little\nencoding: raw\n\n" + samples((3, 4, 2), "<i2").tobytes(order="F")
    )

    segments = {}
    for n, (name, value, layer) in enumerate(
        [("tumour", 1, 0), ("oedema", 2, 0), ("whole", 1, 1)]
    ):
        for key, text in [
            ("ID", f"Segment_{n + 1}"), ("Name", name), ("LabelValue", value), ("Layer", layer),
            ("Color", "1 0.501961 0"), ("Extent", "0 2 0 3 0 1"), ("Tags", ""),
        ]:
            segments[f"Segment{n}_{key}"] = str(text)
    layers = np.zeros((2, 3, 4, 2), "uint8")
    layers[0, 0, 0, 0], layers[0, 1, 1, 1], layers[1, 0, :2, :] = 1, 2, 1
    write(
        "layers.seg.nrrd",
        layers,
        {
            "space directions": np.insert(directions, 0, none, axis=0),
            "kinds": ["list"] + ["domain"] * 3,
            **segments,
        },
    )
    flat = {k: v for k, v in segments.items() if not k.startswith("Segment2")}
    write("flat.seg.nrrd", layers[0], flat)


def make_meta():
    def image(data, is_vector=False):
        made = sitk.GetImageFromArray(np.moveaxis(data, range(data.ndim), range(data.ndim)[::-1]))
        if is_vector:
            made = sitk.GetImageFromArray(data.transpose(2, 1, 0, 3), isVector=True)
        if made.GetDimension() == 3:
            made.SetSpacing([0.9, 1.1, 2.5])
            made.SetDirection(rotation.ravel())
            made.SetOrigin(origin)
        return made

    for dtype in "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64".split():
        sitk.WriteImage(image(samples((3, 4, 2), dtype)), str(resources / f"{dtype}.mha"))
    sitk.WriteImage(image(samples((3, 4, 2), "int16")), str(resources / "raw.mhd"))
    sitk.WriteImage(image(samples((3, 4, 2), "int16")), str(resources / "packed.mhd"), True)
    sitk.WriteImage(image(samples((3, 4, 2), "float32")), str(resources / "packed.mha"), True)
    sitk.WriteImage(image(samples((3, 4, 2, 5), "int16"), True), str(resources / "vector.mha"))
    sitk.WriteImage(image(samples((3, 4, 2, 5), "int16")), str(resources / "4d.mha"))
    sitk.WriteImage(image(samples((3, 4), "uint8")), str(resources / "2d.mha"))
    text = " ".join(str(v) for v in samples((3, 4, 2), "int16").ravel(order="F"))
    (resources / "text.mha").write_text(
        "ObjectType = Image\nNDims = 3\nBinaryData = False\nOffset = 1 2 3\nElementSpacing = 1 2 3\n"
        f"DimSize = 3 4 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n{text}\n"
    )
    (resources / "big.mha").write_bytes(
        b"ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = True\n"
        b"ElementSpacing = 1 2 3\nDimSize = 3 4 2\nElementType = MET_SHORT\nElementDataFile = LOCAL\n"
        + samples((3, 4, 2), ">i2").tobytes(order="F")
    )


def describe(path):
    image = sitk.ReadImage(str(path))
    rank = image.GetDimension()
    space = min(rank, 3)
    size = list(image.GetSize())
    direction = np.array(image.GetDirection()).reshape(rank, rank)[:space, :space]
    affine = np.eye(4)
    affine[:space, :space] = direction @ np.diag(image.GetSpacing()[:space])
    affine[:space, 3] = image.GetOrigin()[:space]
    affine = np.diag([-1, -1, 1, 1]) @ affine
    data = sitk.GetArrayFromImage(image)
    components = image.GetNumberOfComponentsPerPixel()
    if components > 1:
        # Slowest first: channel, k, j, i.
        data = np.moveaxis(data, -1, 0)
    flat = data.astype(np.float64).ravel()
    indices = sorted({int(n) for n in np.linspace(0, flat.size - 1, 13)})
    return {
        "shape": size[:3] + [1] * (3 - space) + [flat.size // int(np.prod(size[:3]))],
        "affine": [round(float(x), 9) for x in affine[:3].ravel()],
        "sum": float(flat.sum()),
        "indices": indices,
        "values": [float(flat[n]) for n in indices],
    }


def golden(folder):
    return {
        path.name: describe(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".nrrd", ".nhdr", ".mha", ".mhd") and "lung" not in path.name
    }


def strip_dates():
    """Takes pynrrd's comments, with the time, off the headers."""
    for path in [*resources.glob("*.nrrd"), *resources.glob("*.nhdr")]:
        head, separator, voxels = path.read_bytes().partition(b"\n\n")
        lines = [line for line in head.split(b"\n") if not line.startswith(b"#")]
        path.write_bytes(b"\n".join(lines) + separator + voxels)


make_nrrd()
make_meta()
strip_dates()
table = json.loads(golden_path.read_text()) if golden_path.exists() else {}
table["made"] = golden(resources)
if len(sys.argv) > 1:
    table["shared"] = golden(pathlib.Path(sys.argv[1]) / "pyradiomics")
golden_path.write_text(json.dumps(table, separators=(",", ":")).replace('},"', '},\n"') + "\n")
