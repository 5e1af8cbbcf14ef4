#!/usr/bin/env python
"""Makes the DICOM files of VolumeIOTests and the volumes that they hold, as NIfTI.

    python Tests/Oracles/volumeio_dicom.py

in a virtual environment with pydicom, nibabel, numpy, pylibjpeg and pylibjpeg-openjpeg, with DCMTK's
programs on the path, from the package root. All patients are invented.
"""
import pathlib
import shutil
import subprocess

import nibabel as nib
import numpy as np
import openjpeg
import pydicom
from openjpeg.utils import encode_array
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000, JPEG2000Lossless

root = pathlib.Path("Tests/VolumeIOTests/Resources/dicom")
shutil.rmtree(root, ignore_errors=True)
root.mkdir(parents=True)
random = np.random.default_rng(5)
CT, MR, PT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128"
COLUMNS, ROWS, SLICES = 12, 10, 5

# An oblique plane, in DICOM's coordinates.
a, b = 0.3, -0.2
turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]) @ np.array(
    [[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]]
)
along_row, along_column, normal = turn.T
corner = np.array([-20.5, 11.25, 40.0])
DX, DY, DZ = 0.8, 1.1, 2.5


def place(index):
    return corner + normal * DZ * index


def uid(*numbers):
    return "1.2.826.0.1.3680043.10.9999." + ".".join(map(str, numbers))


def dataset(case, number, stored, sop=CT, modality="CT", position=None, **more):
    """A slice with everything that a reader needs."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = sop, uid(case, number)
    ds.StudyInstanceUID, ds.SeriesInstanceUID = uid(case, 0), uid(case, 0, 1)
    ds.StudyDate, ds.StudyTime, ds.StudyID = "20200229", "230000", "1"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = modality, case, number
    ds.SeriesDescription = f"Case {case}"
    ds.PatientName, ds.PatientID = "Nobody^Invented", "SECRET-ID"
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.ImageOrientationPatient = [f"{v:.10g}" for v in [*along_row, *along_column]]
    at = place(number) if position is None else position
    ds.ImagePositionPatient = [f"{v:.10g}" for v in at]
    ds.PixelSpacing, ds.SliceThickness = [DY, DX], DZ
    pixels(ds, stored)
    for name, value in more.items():
        setattr(ds, name, value)
    return ds


def pixels(ds, stored):
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = stored.shape[-2:]
    ds.BitsAllocated = ds.BitsStored = stored.dtype.itemsize * 8
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(stored.dtype.kind == "i")
    data = stored.tobytes()
    ds.PixelData = data + b"\0" * (len(data) % 2)
    ds["PixelData"].VR = "OB" if ds.BitsAllocated == 8 else "OW"


def write(ds, path, syntax=ExplicitVRLittleEndian):
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    path = root / path
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path


def expect(name, channels, step=None, origin=None):
    """Writes volumes of (k, j, i), one or more, on the oblique grid."""
    lps = np.eye(4)
    lps[:3, 0], lps[:3, 1] = along_row * DX, along_column * DY
    lps[:3, 2] = normal * DZ if step is None else step
    lps[:3, 3] = corner if origin is None else origin
    data = np.stack([np.asarray(c, np.float32).transpose(2, 1, 0) for c in channels], -1)
    if len(channels) == 1:
        data = data[..., 0]
    image = nib.Nifti1Image(data, np.diag([-1, -1, 1, 1]) @ lps)
    image.header.set_xyzt_units("mm")
    nib.save(image, root / f"{name}.nii.gz")


def run(*command):
    subprocess.run([str(part) for part in command], check=True)


def noise(dtype, low, high, shape=(SLICES, ROWS, COLUMNS)):
    return random.integers(low, high, shape).astype(dtype)


# 1: names and numbers in another order than the slices, a rescaling of each slice, other data in the
# bits above the 12 stored ones.
stored = noise(np.uint16, 0, 4096)
slopes, intercepts = [1, 2, 0.5, 1, 1], [-1024, -1000, -3, 0, 7]
for name, k in enumerate([3, 0, 4, 1, 2]):
    overlay = noise(np.uint16, 0, 16, (ROWS, COLUMNS)) << 12
    ds = dataset(1, k, stored[k] | overlay, RescaleSlope=slopes[k], RescaleIntercept=intercepts[k])
    ds.BitsStored, ds.HighBit, ds.InstanceNumber = 12, 11, 50 - name
    write(ds, f"rescaled/IM{name:04}")
expect("rescaled", [stored * np.array(slopes)[:, None, None] + np.array(intercepts)[:, None, None]])
run("dcmmkdir", "+r", "+id", root / "rescaled", "+D", root / "rescaled/DICOMDIR")

# 2: a tilted gantry; values grow along patient axes, so that they can be told anywhere.
for k in range(SLICES):
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    position = np.array([-3.0, 5.0 + 0.75 * k, 2.0 * k])
    values = 2 * (position[0] + x) + 4 * (position[1] + y) + 3 * position[2] + 100
    ds = dataset(2, k, values.astype(np.int16), position=position)
    ds.ImageOrientationPatient, ds.PixelSpacing = [1, 0, 0, 0, 1, 0], [1, 1]
    write(ds, f"tilted/IM{k:04}")

# 3: signed 8, unsigned and signed 32 bits, float, double; MONOCHROME1; padding of CT.
for case, (name, dtype) in enumerate(
    [("int8", np.int8), ("uint32", np.uint32), ("int32", np.int32), ("inverted", np.uint16)]
):
    limits = np.iinfo(dtype)
    low, high = max(limits.min, -(1 << 24)), min(limits.max, 1 << 24)
    stored = noise(dtype, low, high if name != "inverted" else 1024)
    for k in range(SLICES):
        ds = dataset(30 + case, k, stored[k], MR, "MR")
        if name == "inverted":
            ds.PhotometricInterpretation, ds.BitsStored, ds.HighBit = "MONOCHROME1", 10, 9
        write(ds, f"{name}/IM{k:04}")
    expect(name, [1023 - stored.astype(int) if name == "inverted" else stored])
for case, (name, dtype) in enumerate([("float", np.float32), ("double", np.float64)]):
    values = random.normal(size=(SLICES, ROWS, COLUMNS)).astype(dtype)
    for k in range(SLICES):
        ds = dataset(40 + case, k, np.zeros((ROWS, COLUMNS), np.uint16), "1.2.840.10008.5.1.4.1.1.30", "MR")
        for key in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation"):
            delattr(ds, key)
        ds.BitsAllocated = dtype().itemsize * 8
        setattr(ds, "FloatPixelData" if name == "float" else "DoubleFloatPixelData", values[k].tobytes())
        write(ds, f"{name}/IM{k:04}")
    expect(name, [values])
stored = noise(np.int16, -1000, 500)
stored[:, :2] = -2000
for k in range(SLICES):
    ds = dataset(50, k, stored[k], RescaleSlope=1, RescaleIntercept=10)
    ds.add_new(0x00280120, "SS", -2000)
    write(ds, f"padded/IM{k:04}")
values = stored + 10
values[stored == -2000] = values[stored != -2000].min()
expect("padded", [values])

# 4: channels: two b-values, and two echoes of Philips with their own scaling.
stored = noise(np.int16, 0, 900, (2, SLICES, ROWS, COLUMNS))
for n, (c, k) in enumerate([(c, k) for k in range(SLICES) for c in (1, 0)]):
    ds = dataset(60, k, stored[c, k], MR, "MR", DiffusionBValue=[0.0, 800.0][c])
    ds.SOPInstanceUID, ds.InstanceNumber = uid(60, 100 + n), n
    write(ds, f"diffusion/IM{n:04}")
expect("diffusion", stored)
for n, (c, k) in enumerate([(c, k) for k in range(SLICES) for c in (1, 0)]):
    ds = dataset(61, k, stored[c, k], MR, "MR", EchoTime=[10, 20.5][c], Manufacturer="Philips")
    ds.RescaleSlope, ds.RescaleIntercept = 2, 6
    block = ds.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    block.add_new(0x0E, "FL", 0.25)
    ds.SOPInstanceUID, ds.InstanceNumber = uid(61, 100 + n), n
    write(ds, f"philips/IM{n:04}")
expect("philips", stored / 0.25 + 6 / (2 * 0.25))

# 5: multi-frame images of enhanced MR, CT and PET, frames in no order.
def group(**attributes):
    item = Dataset()
    for name, value in attributes.items():
        setattr(item, name, value)
    return [item]


enhanced = {"enhanced_mr": "1.2.840.10008.5.1.4.1.1.4.1", "enhanced_ct": "1.2.840.10008.5.1.4.1.1.2.1",
            "enhanced_pet": "1.2.840.10008.5.1.4.1.1.130"}
for case, (name, sop) in enumerate(enhanced.items()):
    channels = 2 if name == "enhanced_mr" else 1
    stored = noise(np.uint16, 0, 3000, (channels, SLICES, ROWS, COLUMNS))
    order = random.permutation(channels * SLICES)
    frames = [(f // SLICES, f % SLICES) for f in order]
    ds = dataset(70 + case, 0, np.stack([stored[f] for f in frames]), sop, name[-2:].upper().replace("ET", "PT"))
    for key in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"):
        delattr(ds, key)
    ds.NumberOfFrames = len(frames)
    orientation = [f"{v:.10g}" for v in [*along_row, *along_column]]
    shared = Dataset()
    shared.PlaneOrientationSequence = group(ImageOrientationPatient=orientation)
    shared.PixelMeasuresSequence = group(PixelSpacing=[DY, DX], SliceThickness=DZ)
    ds.SharedFunctionalGroupsSequence = [shared]
    ds.PerFrameFunctionalGroupsSequence = []
    slopes = 1 + 0.25 * np.arange(SLICES)
    for c, k in frames:
        item = Dataset()
        item.PlanePositionSequence = group(ImagePositionPatient=[f"{v:.10g}" for v in place(k)])
        item.PixelValueTransformationSequence = group(
            RescaleSlope=slopes[k], RescaleIntercept=-5, RescaleType="US")
        item.FrameContentSequence = group(DimensionIndexValues=[k + 1, c + 1])
        item.MREchoSequence = group(EffectiveEchoTime=[8.0, 30.0][c])
        ds.PerFrameFunctionalGroupsSequence.append(item)
    path = write(ds, f"{name}.dcm")
    expect(name, stored * slopes[:, None, None] - 5)
    if name == "enhanced_ct":
        run("dcmcrle", path, root / "enhanced_rle.dcm")

# 6: compressed single slices, and what another decoder makes of them.
def smooth(bits):
    y, x = np.mgrid[0:64, 0:48]
    return ((np.sin(x / 7) + np.cos(y / 5) + 2) / 4.001 * (1 << bits)).astype(np.uint8 if bits == 8 else np.uint16)


def single(name, values):
    lps_step = normal * DZ
    expect(name, [values[None]], step=lps_step)


def compressed(name, bits, *command):
    ds = dataset(80, 0, smooth(bits), MR, "MR")
    ds.BitsStored, ds.HighBit = bits, bits - 1
    path = write(ds, "raw.dcm")
    run(*command, path, root / f"{name}.dcm")
    run("dcmdjpls" if "jpls" in command[0] else "dcmdjpeg" if "jpeg" in command[0] else "dcmconv",
        *([] if "conv" not in command[0] else ["+te"]), root / f"{name}.dcm", root / "decoded.dcm")
    single(name, pydicom.dcmread(root / "decoded.dcm").pixel_array)


compressed("jpeg_baseline", 8, "dcmcjpeg", "+eb")
compressed("jpeg_extended", 12, "dcmcjpeg", "+ee")
compressed("jpeg_ls_near", 12, "dcmcjpls", "+en", "+md", "3")
compressed("deflated", 12, "dcmconv", "+td")
for name, syntax, signed, ratio in [
    ("jpeg2000", JPEG2000Lossless, False, None),
    ("jpeg2000_signed", JPEG2000Lossless, True, None),
    ("jpeg2000_lossy", JPEG2000, False, [10]),
]:
    values = smooth(12).astype(np.int16) - (2000 if signed else 0)
    values = values if signed else values.astype(np.uint16)
    ds = dataset(90, 0, values, MR, "MR")
    ds.BitsStored, ds.HighBit = 13 if signed else 12, 12 if signed else 11
    stream = encode_array(
        values, bits_stored=ds.BitsStored, compression_ratios=ratio, use_mct=False)
    decoded = openjpeg.decode(stream)
    ds.PixelData = encapsulate([stream])
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    write(ds, f"{name}.dcm", syntax)
    single(name, decoded)

# 7: PET in Bq/ml, a localiser of two planes, a colour image, and no place.
stored = noise(np.uint16, 0, 30000)
for k in range(SLICES):
    ds = dataset(100, k, stored[k], PT, "PT", Units="BQML", DecayCorrection="START",
                 RescaleSlope=1.5, RescaleIntercept=0, PatientWeight=80, PatientSize=1.75,
                 PatientSex="F", SeriesDate="20200229", SeriesTime="235000",
                 AcquisitionDate="20200301", AcquisitionTime=f"00{k:02}00.5")
    drug = Dataset()
    drug.RadiopharmaceuticalStartDateTime = "20200229225000"
    drug.RadionuclideTotalDose, drug.RadionuclideHalfLife = 3.7e8, 6586.2
    ds.RadiopharmaceuticalInformationSequence = [drug]
    write(ds, f"pet/IM{k:04}")
expect("pet", [stored * 1.5])
stored = noise(np.uint16, 0, 30000, (2, ROWS, COLUMNS))
for k in range(2):
    ds = dataset(110, k, stored[k], MR, "MR")
    if k == 1:
        ds.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
    write(ds, f"localiser/IM{k:04}")
ds = dataset(120, 0, noise(np.uint8, 0, 255, (ROWS, COLUMNS * 3)), MR, "OT")
ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.Columns = 3, "RGB", COLUMNS
ds.PlanarConfiguration = 0
write(ds, "colour.dcm")
ds = dataset(121, 0, stored[0], MR, "MR")
del ds.ImagePositionPatient
write(ds, "nowhere.dcm")
for name in ("raw.dcm", "decoded.dcm"):
    (root / name).unlink()
