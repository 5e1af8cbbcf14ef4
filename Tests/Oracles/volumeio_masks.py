#!/usr/bin/env python
"""Makes the DICOM segmentations and structure sets of VolumeIOTests, and what they hold as NIfTI.

    python Tests/Oracles/volumeio_masks.py

in a virtual environment with highdicom, pydicom, nibabel, numpy, shapely, pylibjpeg and
pylibjpeg-openjpeg, from the package root. Segmentations are written and read back by highdicom; voxels
inside contours are found by shapely. All patients are invented.
"""
import copy
import pathlib
import shutil

import highdicom as hd
import nibabel as nib
import numpy as np
import pydicom
from highdicom.seg import SegmentAlgorithmTypeValues, SegmentationTypeValues, SegmentDescription
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian,
    JPEG2000Lossless, RLELossless,
)
from shapely import Polygon, contains_xy

root = pathlib.Path("Tests/VolumeIOTests/Resources/masks")
shutil.rmtree(root, ignore_errors=True)
(root / "bad").mkdir(parents=True)
random = np.random.default_rng(11)
COLUMNS, ROWS, SLICES = 13, 11, 8
DX, DY, DZ = 0.8, 1.1, 2.5
counter = 0


def uid():
    global counter
    counter += 1
    return f"1.2.826.0.1.3680043.10.9999.7.{counter}"


# An oblique plane, in DICOM's coordinates.
a, b = 0.3, -0.2
turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]) @ np.array(
    [[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]]
)
CORNER = np.array([-20.5, 11.25, 40.0])


def series(row, column, columns=COLUMNS, rows=ROWS, slices=SLICES):
    """Single slices of CT, the lowest along the normal first."""
    normal = np.cross(row, column)
    study, number, frame = uid(), uid(), uid()
    result = []
    for k in range(slices):
        ds = Dataset()
        ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", uid()
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, number, frame
        ds.PatientName, ds.PatientID = "Nobody^Invented", "SECRET-ID"
        ds.PatientBirthDate, ds.PatientSex = "", ""
        ds.StudyDate, ds.StudyTime, ds.StudyID, ds.AccessionNumber = "20200229", "230000", "1", ""
        ds.ReferringPhysicianName, ds.PositionReferenceIndicator = "", ""
        ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, k + 1
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.ImageOrientationPatient = [f"{v:.9g}" for v in [*row, *column]]
        ds.ImagePositionPatient = [f"{v:.9g}" for v in CORNER + normal * DZ * k]
        ds.PixelSpacing, ds.SliceThickness = [DY, DX], DZ
        ds.Rows, ds.Columns, ds.BitsAllocated, ds.BitsStored, ds.HighBit = rows, columns, 16, 12, 11
        ds.PixelRepresentation, ds.SamplesPerPixel = 0, 1
        ds.PhotometricInterpretation = "MONOCHROME2"
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        result.append(ds)
    return result


def describe(number, label, color=None):
    return SegmentDescription(
        segment_number=number, segment_label=label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Neoplasm,
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=hd.AlgorithmIdentificationSequence(
            name="painter", version="1", family=codes.DCM.ArtificialIntelligence),
        display_color=hd.color.CIELabColor.from_rgb(*color) if color else None)


def ras(affine):
    return np.diag([-1, -1, 1, 1]) @ affine


def segmentation(name, sources, mask, kind, descriptions, syntax=ImplicitVRLittleEndian, **more):
    seg = hd.seg.Segmentation(
        source_images=sources, pixel_array=mask, segmentation_type=kind,
        segment_descriptions=descriptions, series_instance_uid=uid(), series_number=9,
        sop_instance_uid=uid(), instance_number=1, manufacturer="nobody",
        manufacturer_model_name="none", software_versions="1", device_serial_number="1",
        transfer_syntax_uid=syntax, **more)
    seg.save_as(root / f"{name}.dcm")
    expect(name)
    return seg


def expect(name, threshold=0.5):
    """What highdicom reads: a channel for each segment."""
    seg = hd.seg.segread(root / f"{name}.dcm")
    kind = seg.SegmentationType
    numbers = [n for n in seg.segment_numbers if n > 0]
    volume = seg.get_volume(
        combine_segments=False, segment_numbers=numbers, allow_missing_positions=True,
        **({"rescale_fractional": True} if kind == "FRACTIONAL" else {}))
    array = volume.array >= threshold if kind == "FRACTIONAL" else volume.array > 0
    if kind == "LABELMAP":
        volume = seg.get_volume(allow_missing_positions=True, combine_segments=True)
        array = volume.array[..., None] == np.array(numbers)
    # highdicom's axes are slices, rows, columns.
    affine = volume.affine[:, [2, 1, 0, 3]]
    nib.save(
        nib.Nifti1Image(array.transpose(2, 1, 0, 3).astype(np.uint8), ras(affine)),
        root / f"{name}.nii.gz")


BINARY, FRACTIONAL = SegmentationTypeValues.BINARY, SegmentationTypeValues.FRACTIONAL
LABELMAP = SegmentationTypeValues.LABELMAP
ct = series(turn[:, 0], turn[:, 1])
labels = np.zeros((SLICES, ROWS, COLUMNS), np.uint8)
labels[1:5, 2:7, 1:6] = random.integers(0, 3, (4, 5, 5))
labels[6, 3:9, 5:12] = random.integers(0, 4, (6, 7))
two = [
    describe(1, "Liver", (221, 130, 101)), describe(2, "liver lesion", (20, 200, 60)),
    describe(3, "Öl", (0, 0, 255)),
]
binary = segmentation("binary", ct, labels, BINARY, two)
segmentation("explicit", ct, labels, BINARY, two, ExplicitVRLittleEndian)
fractions = random.random((SLICES, ROWS, COLUMNS)).astype(np.float32)
fractions[:2] = 0
for name, kind in [("probability", "PROBABILITY"), ("occupancy", "OCCUPANCY")]:
    segmentation(
        name, ct, fractions, FRACTIONAL, two[:1], fractional_type=kind,
        max_fractional_value=255 if name == "probability" else 100)
segmentation("fractions_rle", ct, fractions, FRACTIONAL, two[:1], RLELossless)
overlapping = random.random((SLICES, ROWS, COLUMNS, 3)) < 0.3
overlapping[..., 2] &= ~overlapping[..., 0]
segmentation("overlapping", ct, overlapping, BINARY, two)
segmentation("labelmap", ct, labels, LABELMAP, two)
segmentation("labelmap_rle", ct, labels, LABELMAP, two, RLELossless)
segmentation(
    "labelmap_jpeg2000", series(turn[:, 0], turn[:, 1], 40, 36, 2),
    random.integers(0, 4, (2, 36, 40)).astype(np.uint8), LABELMAP, two, JPEG2000Lossless)
segmentation(
    "labelmap16", ct, labels.astype(np.uint16) * 400, LABELMAP,
    [describe(400 * n, f"number {400 * n}") for n in (1, 2, 3)])
# Rows that run from posterior to anterior, and slices from head to feet.
segmentation(
    "negated", series(np.array([1.0, 0, 0]), np.array([0, -1.0, 0])), labels, BINARY, two)

# Frames of any order; the bits of a frame start within a byte.
shuffled = copy.deepcopy(binary)
count = int(binary.NumberOfFrames)
order = random.permutation(count)
bits = np.unpackbits(np.frombuffer(binary.PixelData, np.uint8), bitorder="little")
bits = bits[: count * ROWS * COLUMNS].reshape(count, -1)[order]
packed = np.packbits(bits.ravel(), bitorder="little").tobytes()
shuffled.PixelData = packed + b"\0" * (len(packed) % 2)
shuffled.PerFrameFunctionalGroupsSequence = [
    binary.PerFrameFunctionalGroupsSequence[i] for i in order
]
shuffled.save_as(root / "shuffled.dcm")
shutil.copy(root / "binary.nii.gz", root / "shuffled.nii.gz")
shuffled.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
shuffled.save_as(root / "deflated.dcm")
shutil.copy(root / "binary.nii.gz", root / "deflated.nii.gz")

# Of a multi-frame image.
enhanced = pydicom.dcmread("Tests/VolumeIOTests/Resources/dicom/enhanced_ct.dcm")
for keyword in ["PatientBirthDate", "PatientSex", "AccessionNumber", "ReferringPhysicianName",
                "PositionReferenceIndicator"]:
    if keyword not in enhanced:
        setattr(enhanced, keyword, "")
if "FrameOfReferenceUID" not in enhanced:
    enhanced.FrameOfReferenceUID = uid()
of_frames = random.integers(0, 3, (int(enhanced.NumberOfFrames), enhanced.Rows, enhanced.Columns))
segmentation("of_frames", [enhanced], of_frames.astype(np.uint8), BINARY, two[:2])

# The grid of the images, and of some of them, as images to be placed on.
affine = np.eye(4)
affine[:3, 0], affine[:3, 1] = turn[:, 0] * DX, turn[:, 1] * DY
affine[:3, 2], affine[:3, 3] = turn[:, 2] * DZ, CORNER
nib.save(
    nib.Nifti1Image(np.zeros((COLUMNS, ROWS, SLICES), np.uint8), ras(affine)), root / "grid.nii.gz")
truth = np.stack([labels == n for n in (1, 2, 3)], -1).transpose(2, 1, 0, 3)
nib.save(nib.Nifti1Image(truth.astype(np.uint8), ras(affine)), root / "labels.nii.gz")


# Structure sets.
def item(**values):
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def structures(rois, color=True):
    """rois: (number, name, type, [(kind, points in millimetres)])."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.481.3", uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = ct[0].StudyInstanceUID, uid()
    ds.PatientName, ds.PatientID = "Nobody^Invented", "SECRET-ID"
    ds.Modality, ds.StructureSetLabel = "RTSTRUCT", "made"
    ds.ReferencedFrameOfReferenceSequence = [item(
        FrameOfReferenceUID=ct[0].FrameOfReferenceUID,
        RTReferencedStudySequence=[item(
            ReferencedSOPInstanceUID=ct[0].StudyInstanceUID,
            RTReferencedSeriesSequence=[item(SeriesInstanceUID=ct[0].SeriesInstanceUID)])])]
    ds.StructureSetROISequence = [item(ROINumber=n, ROIName=name) for n, name, _, _ in rois]
    ds.ROIContourSequence = [
        item(
            ReferencedROINumber=n, ROIDisplayColor=[10 * i, 255 - i, 3],
            ContourSequence=[
                item(
                    ContourGeometricType=kind, NumberOfContourPoints=len(points),
                    ContourData=[f"{v:.4f}" for p in points for v in p])
                for kind, points in contours
            ])
        for i, (n, _, _, contours) in enumerate(rois)
    ]
    ds.RTROIObservationsSequence = [
        item(ObservationNumber=i, ReferencedROINumber=n, RTROIInterpretedType=kind)
        for i, (n, _, kind, _) in enumerate(rois)
    ]
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return ds


def save(ds, name):
    ds.save_as(root / f"{name}.dcm", enforce_file_format=True)


def world(points, height):
    """Pixels of a slice to DICOM's millimetres."""
    return [
        CORNER + turn[:, 0] * DX * x + turn[:, 1] * DY * y + turn[:, 2] * DZ * height
        for x, y in points
    ]


def star(x, y, radius, corners=17):
    angles = np.sort(random.random(corners)) * 2 * np.pi
    radii = radius * (0.5 + 0.5 * random.random(corners))
    return np.stack([x + radii * np.cos(angles), y + radii * np.sin(angles)], 1)


columns, rows = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS), indexing="ij")


def inside(polygons):
    result = np.zeros((COLUMNS, ROWS), bool)
    for polygon in polygons:
        result ^= contains_xy(Polygon(polygon), columns, rows)
    return result


C = "CLOSED_PLANAR"
rois, volumes = [], []


def roi(number, name, kind, planes, extra=()):
    """planes: {height: polygons}; the nearest to each slice counts, up to half a step away."""
    contours = [(C, world(p, h)) for h, polygons in planes.items() for p in polygons]
    random.shuffle(contours)
    rois.append((number, name, kind, [*contours, *extra]))
    voxels = np.zeros((COLUMNS, ROWS, SLICES), bool)
    for k in range(SLICES):
        near = [h for h in planes if -0.5 <= h - k < 0.5]
        if near:
            voxels[..., k] = inside(planes[min(near, key=lambda h: abs(h - k))])
    volumes.append(voxels)


roi(1, "GTV-1", "GTV", {k: [star(5, 5, 4.5), star(9.6, 8.2, 2)] for k in range(2, 6)})
ring, hole = star(6, 5, 5, 40), star(6, 5, 2.2, 12)
roi(2, "Ring", "ORGAN", {k: [ring, hole] for k in (1, 2, 3)})
outer = [(0.6, 0.7), (11.3, 0.7), (11.3, 9.4), (0.6, 9.4)]
inner = [(3.2, 3.3), (3.2, 6.4), (8.1, 6.4), (8.1, 3.3)]
roi(3, "Keyhole", "", {6: [outer + outer[:1] + inner + inner[:1]]})
volumes[-1][..., 6] = inside([outer, inner])
roi(5, "gtv-2 shifted", "GTV", {k + 0.31: [star(6, 6, 4)] for k in range(4)})
roi(6, "Every other", "PTV", {k: [star(6, 6, 4)] for k in (0, 2, 4, 6)})
roi(7, "Finer", "CTV", {k / 3 + 0.01: [star(6, 6, 4)] for k in range(9)})
roi(8, "Beyond", "EXTERNAL", {k: [star(11.5, 9.5, 6)] for k in range(-2, SLICES + 3)})
twice = star(6, 5, 4)
roi(
    9, "Odds", "MARKER", {3: [twice]}, extra=[
        (C, world(twice, 3)), ("POINT", world([(1, 1)], 2)),
        ("OPEN_PLANAR", world([(1, 1), (5, 5), (2, 9)], 2)), (C, world([(1, 1), (2, 2)], 4)),
    ])
save(structures(rois), "structures")
stacked = np.stack(volumes, -1).astype(np.uint8)
nib.save(nib.Nifti1Image(stacked, ras(affine)), root / "structures.nii.gz")
box = [(C, world([(1.5, 1.5), (4.5, 1.5), (4.5, 4.5), (1.5, 4.5)], 2))]
save(structures([(0, "a", "GTV", box), (70000, "b", "GTV", [])]), "numbers")


# Files that are wrong.
def damaged(name, source, change):
    ds = copy.deepcopy(source)
    change(ds)
    ds.save_as(root / "bad" / f"{name}.dcm", enforce_file_format=True)


def assign(path, value):
    """A change of one attribute: names and indices, separated by points."""
    def change(ds):
        *steps, last = path.split(".")
        for step in steps:
            ds = ds[int(step)] if step.isdigit() else getattr(ds, step)
        setattr(ds, last, value)
    return change


frames, segments = "PerFrameFunctionalGroupsSequence", "SegmentSequence"
damaged("no_segments", binary, assign(segments, []))
damaged("number_twice", binary, assign(f"{segments}.1.SegmentNumber", 1))
damaged(
    "absent_segment", binary,
    assign(f"{frames}.2.SegmentIdentificationSequence.0.ReferencedSegmentNumber", 9))
damaged("no_segment", binary, assign(f"{frames}.2.SegmentIdentificationSequence", []))
damaged("frame_count", binary, assign("NumberOfFrames", 500))
damaged("size", binary, assign("Rows", 65535))
damaged("no_size", binary, assign("Columns", 0))
damaged("few_pixels", binary, assign("PixelData", b"\1\2\3\4"))
damaged("kind", binary, assign("SegmentationType", "SURFACE"))
damaged("bits", binary, assign("BitsAllocated", 12))
damaged(
    "twice", binary,
    lambda ds: setattr(ds.PerFrameFunctionalGroupsSequence[1], "SegmentIdentificationSequence",
                       ds.PerFrameFunctionalGroupsSequence[0].SegmentIdentificationSequence)
    or setattr(ds.PerFrameFunctionalGroupsSequence[1], "PlanePositionSequence",
               ds.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence))
place = f"{frames}.0.PlanePositionSequence.0.ImagePositionPatient"
damaged("far", binary, assign(place, ["0", "0", "1e9"]))
damaged("shifted", binary, assign(place, [f"{v:.6g}" for v in CORNER + turn[:, 2] * 5 + turn[:, 0]]))
damaged("uneven", binary, assign(place, [f"{v:.6g}" for v in CORNER - turn[:, 2] * 3.1]))
damaged("no_place", binary, assign(f"{frames}.0.PlanePositionSequence", []))

plain = structures([(1, "GTV", "GTV", box), (2, "Rest", "ORGAN", box)])
first = "ROIContourSequence.0.ContourSequence.0."
damaged("no_rois", plain, assign("StructureSetROISequence", []))
damaged("roi_twice", plain, assign("StructureSetROISequence.1.ROINumber", 1))
damaged("unknown_roi", plain, assign("ROIContourSequence.1.ReferencedROINumber", 7))
damaged("point_count", plain, assign(first + "NumberOfContourPoints", 5))
save(plain, "bad/nan")
whole = (root / "bad/nan.dcm").read_bytes()
number = str(plain.ROIContourSequence[0].ContourSequence[0].ContourData[4]).encode()
for name, text in [("nan", b"nan"), ("words", b"1,5"), ("huge", b"1e30"), ("far_off", b"200000")]:
    (root / f"bad/{name}.dcm").write_bytes(whole.replace(number, text.ljust(len(number)), 1))
damaged(
    "part_of_a_point", plain,
    lambda ds: setattr(ds.ROIContourSequence[0].ContourSequence[0], "ContourData",
                       ds.ROIContourSequence[0].ContourSequence[0].ContourData[:-1]))
tilted = [p + turn[:, 2] * 2.0 * (i % 2) for i, p in enumerate(box[0][1])]
save(structures([(1, "GTV", "GTV", [(C, tilted)])]), "bad/tilted")
