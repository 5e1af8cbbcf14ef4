#!/usr/bin/env python
"""Makes the NIfTI files and the golden values of VolumeIOTests, by nibabel.

    python Tests/Oracles/volumeio_nifti.py [SHARED_DATA]

in a virtual environment with nibabel and numpy, from the package root. Without SHARED_DATA (the
folder with `nifti/`) the values of the files there are left as they are.
"""
import gzip
import json
import pathlib
import sys

import nibabel as nib
import numpy as np

tests = pathlib.Path("Tests/VolumeIOTests")
resources = tests / "Resources"
golden_path = resources / "nifti.json"

# Oblique, left-handed, unequal spacings.
a, b = 0.3, -0.2
rotation = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]) @ np.array(
    [[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]]
)
oblique = np.eye(4)
oblique[:3, :3] = rotation @ np.diag([-0.9, 1.1, 2.5])
oblique[:3, 3] = [31.25, -17.5, 4.125]
sheared = oblique.copy()
sheared[0, 1] += 0.4


def samples(shape, dtype):
    """Values over the range of the type, the same at each run."""
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


def image(shape, dtype, affine=oblique, kind=nib.Nifti1Image, order="<"):
    header = kind.header_class(endianness=order)
    header.set_data_dtype(dtype)
    header.set_xyzt_units("mm", "sec")
    made = kind(samples(shape, dtype), affine, header)
    made.header.set_data_dtype(np.dtype(dtype).newbyteorder(order))
    return made


def make():
    for dtype in "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32 float64".split():
        image((3, 4, 2), dtype).to_filename(resources / f"{dtype}.nii")
        image((3, 4, 2), dtype, kind=nib.Nifti2Image, order=">").to_filename(
            resources / f"{dtype}_big2.nii"
        )
    image((3, 4, 2), "int16", order=">").to_filename(resources / "big.nii")

    scaled = image((3, 4, 2), "int16")
    scaled.header.set_slope_inter(0.25, -3.5)
    scaled.to_filename(resources / "scaled.nii.gz")

    qform = image((3, 4, 2), "float32")
    qform.set_qform(oblique, 1)
    qform.set_sform(None, 0)
    qform.to_filename(resources / "qform.nii")

    both = image((3, 4, 2), "float32", sheared)
    both.set_qform(oblique, 1)
    both.set_sform(sheared, 4)
    both.to_filename(resources / "sform_and_qform.nii")

    neither = image((3, 4, 2), "float32")
    neither.set_qform(None, 0)
    neither.set_sform(None, 0)
    neither.to_filename(resources / "neither.nii")

    image((5, 4), "uint8", np.diag([2.0, 3, 1, 1])).to_filename(resources / "2d.nii")
    image((3, 4, 2, 5), "int16").to_filename(resources / "4d.nii.gz")
    image((3, 4, 2, 1, 3), "float32").to_filename(resources / "5d.nii")
    image((3, 4, 2, 1, 1, 1, 2), "uint8").to_filename(resources / "7d_one_axis.nii")
    image((2, 2, 2, 2, 1, 1, 2), "uint8").to_filename(resources / "refused_7d.nii")
    for suffix in ["hdr", "hdr.gz"]:
        name = "pair" if suffix == "hdr" else "pairgz"
        nib.Nifti1Pair(samples((3, 4, 2), "int16"), oblique).to_filename(
            resources / f"{name}.{suffix.replace('hdr', 'img')}"
        )

    extended = image((3, 4, 2), "uint8")
    extended.header.extensions.append(nib.nifti1.Nifti1Extension("comment", b"made for a test"))
    extended.header.extensions.append(nib.nifti1.Nifti1Extension(30, LABELS))
    extended.to_filename(resources / "extensions.nii.gz")

    # Two gzip members that together are one file.
    whole = image((3, 4, 2), "int16").to_bytes()
    (resources / "members.nii.gz").write_bytes(
        gzip.compress(whole[:200], mtime=0) + gzip.compress(whole[200:], mtime=0)
    )

    for dtype, name in [("complex64", "complex"), ("complex128", "complex128")]:
        nib.Nifti1Image(np.ones((2, 2, 2), dtype), oblique).to_filename(
            resources / f"refused_{name}.nii"
        )
    rgb = np.zeros((2, 2, 2), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    nib.Nifti1Image(rgb, oblique).to_filename(resources / "refused_rgb.nii")
    rgba = np.zeros((2, 2, 2), [(c, "u1") for c in "RGBA"])
    nib.Nifti1Image(rgba, oblique).to_filename(resources / "refused_rgba.nii")


LABELS = b"""<?xml version="1.0" encoding="UTF-8"?> <CaretExtension>
<Date><![CDATA[2013-07-14T05:45:09]]></Date> <VolumeInformation Index="0"> <LabelTable>
<Label Key="1" Red="1.0" Green="0.5019607843" Blue="0" Alpha="1"><![CDATA[necrosis & <core>]]></Label>
<Label Key="2" Red="0" Green="0" Blue="1" Alpha="1">oedema &amp; more</Label>
</LabelTable> <StudyMetaDataLinkSet> </StudyMetaDataLinkSet>
<VolumeType><![CDATA[Label]]></VolumeType> </VolumeInformation></CaretExtension>"""


def describe(path):
    loaded = nib.load(path)
    data = np.asarray(loaded.dataobj, dtype=np.float64)
    spatial = data.shape[:3] + (1,) * (3 - len(data.shape[:3]))
    flat = data.reshape(-1, order="F")
    indices = sorted({int(n) for n in np.linspace(0, flat.size - 1, 13)})
    header = loaded.header
    affine = loaded.affine
    return {
        "shape": list(spatial) + [int(flat.size // np.prod(spatial))],
        "affine": [round(float(x), 9) for x in affine[:3].reshape(-1)],
        "type": str(header.get_data_dtype().newbyteorder("=")),
        "sform": int(header["sform_code"]),
        "qform": int(header["qform_code"]),
        "sum": float(flat.sum()),
        "min": float(flat.min()),
        "max": float(flat.max()),
        "indices": indices,
        "values": [float(flat[n]) for n in indices],
        "extensions": [int(e.get_code()) for e in header.extensions],
    }


def golden(folder):
    return {
        path.name: describe(path)
        for path in sorted(folder.iterdir())
        if (".nii" in path.name or ".hdr" in path.name)
        and not path.name.startswith(("refused", "not-nifti", "bad"))
    }


make()
table = json.loads(golden_path.read_text()) if golden_path.exists() else {}
table["made"] = golden(resources)
if len(sys.argv) > 1:
    table["shared"] = golden(pathlib.Path(sys.argv[1]) / "nifti")
golden_path.write_text(json.dumps(table, separators=(",", ":")).replace('},"', '},\n"') + "\n")
