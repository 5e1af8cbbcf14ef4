#!/usr/bin/env python
"""Checks what medcnn writes as DICOM with pydicom, highdicom, rt-utils, dicom3tools, DCMTK and plastimatch.

    python Tests/Oracles/dicom_writing.py MEDCNN FOLDER

MEDCNN is the program and FOLDER a new folder for the files; Tests/Oracles/dicom_writing.sh prepares all
of it. All patients are invented.
"""
import pathlib
import subprocess
import sys

import highdicom as hd
import nibabel as nib
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

medcnn, folder = sys.argv[1], pathlib.Path(sys.argv[2])
CT, MR, ENHANCED = (
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.4.1",
)
SECRETS = [
    "Mustermann",
    "Erika",
    "PID-4711-77",
    "ACC-998877",
    "19561231",
    "Referrer",
    "Operateur",
    "Klinikum",
    "20200229",
    "STUDYNR-55",
    "secret comment",
    "Station-Nine",
    "AETITLE9",
]
passed = 0


def check(name, condition):
    global passed
    if not condition:
        sys.exit(f"failed: {name}")
    passed += 1


def run(*arguments, status=0):
    done = subprocess.run([medcnn, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"{' '.join(map(str, arguments))}: status {done.returncode}\n{done.stderr}")
    return done


def validate(path):
    """dciodvfy's errors."""
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True)
    errors = [line for line in (done.stderr + done.stdout).splitlines() if line.startswith("Error")]
    check(f"dciodvfy {path}: {errors}", not errors)
    done = subprocess.run(["dcmdump", "-q", str(path)], capture_output=True)
    check(f"dcmdump {path}", done.returncode == 0)


def series(name, cosines, spacing, shape, corner, modality="CT", study=None):
    """A valid series of single images with identifiers everywhere; returns its LPS affine."""
    place = folder / name
    place.mkdir(parents=True)
    row, column = np.array(cosines[:3]), np.array(cosines[3:])
    normal = np.cross(row, column)
    study, uid, frame = study or generate_uid(), generate_uid(), generate_uid()
    random = np.random.default_rng(3)
    for k in range(shape[2]):
        ds = Dataset()
        ds.SpecificCharacterSet = "ISO_IR 100"
        ds.SOPClassUID, ds.SOPInstanceUID = (CT if modality == "CT" else MR), generate_uid()
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, uid, frame
        ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = (
            "Mustermann^Erika",
            "PID-4711-77",
            "19561231",
            "F",
        )
        ds.PatientComments = "secret comment"
        ds.ReferringPhysicianName, ds.OperatorsName = "Referrer^Rita", "Operateur^Otto"
        ds.InstitutionName, ds.StationName = "Klinikum Nirgendwo", "Station-Nine"
        ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = "20200229"
        ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = "231501"
        ds.StudyID, ds.AccessionNumber = "STUDYNR-55", "ACC-998877"
        ds.StudyDescription = "Head of Mustermann"
        ds.Modality, ds.SeriesNumber, ds.InstanceNumber = modality, 5, shape[2] - k
        ds.Manufacturer, ds.SeriesDescription = "Invented", "made for Mustermann"
        ds.PositionReferenceIndicator = ""
        ds.Laterality, ds.PatientPosition = "", "HFS"
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL" if modality == "CT" else "OTHER"]
        ds.ImageComments = "PID-4711-77 again"
        if modality == "CT":
            ds.KVP, ds.AcquisitionNumber, ds.RescaleType = "120", 1, "HU"
            ds.RescaleSlope, ds.RescaleIntercept = "1", "-1024"
        else:
            ds.ScanningSequence, ds.SequenceVariant, ds.ScanOptions = "SE", "NONE", ""
            ds.MRAcquisitionType, ds.EchoTime, ds.RepetitionTime = "2D", "10", "500"
            ds.EchoTrainLength = 1
        ds.ImageOrientationPatient = [f"{v:.12g}" for v in cosines]
        ds.ImagePositionPatient = [f"{v:.12g}" for v in corner + normal * spacing[2] * k]
        ds.PixelSpacing, ds.SliceThickness = [spacing[1], spacing[0]], spacing[2]
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.Rows, ds.Columns = shape[1], shape[0]
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
        block = ds.private_block(0x0029, "INVENTED", create=True)
        block.add_new(1, "LO", "Mustermann in private")
        request = Dataset()
        request.RequestedProcedureDescription = "Mustermann's head"
        request.ScheduledProcedureStepID = "PID-4711-77"
        ds.RequestAttributesSequence = [request]
        if k > 0:
            other = Dataset()
            other.ReferencedSOPClassUID, other.ReferencedSOPInstanceUID = ds.SOPClassUID, first
            ds.ReferencedImageSequence = [other]
        else:
            first = ds.SOPInstanceUID
        ds.PixelData = random.integers(0, 2000, shape[:2][::-1], dtype=np.uint16).tobytes()
        ds["PixelData"].VR = "OW"
        # Overlays and curves can hold names as drawings.
        ds.add_new(0x60003000, "OW", b"Mustermann")
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        ds.file_meta.SourceApplicationEntityTitle = "AETITLE9"
        ds.preamble = b"Mustermann".ljust(128, b"\0")
        ds.save_as(place / f"Mustermann-{k}.dcm", enforce_file_format=True)
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = row * spacing[0], column * spacing[1]
    affine[:3, 2], affine[:3, 3] = normal * spacing[2], corner
    return place, affine


def save(data, lps, name):
    path = folder / name
    nib.save(nib.Nifti1Image(data, np.diag([-1, -1, 1, 1]) @ lps), path)
    return path


def labels_of(shape):
    """Three labels: a shell with a hole, what is in it, and a corner of the volume."""
    i, j, k = np.meshgrid(*map(np.arange, shape), indexing="ij")
    centre = np.array(shape) / 2
    radius = np.sqrt((i - centre[0]) ** 2 + (j - centre[1]) ** 2 + (2 * (k - centre[2])) ** 2)
    labels = np.zeros(shape, np.uint8)
    labels[radius < 12] = 1
    labels[radius < 7] = 2
    labels[radius < 3] = 0
    labels[(i < 3) & (j < 4) & (k < 2)] = 3
    # Voxels that touch at a corner.
    labels[shape[0] - 3, 2, 4] = labels[shape[0] - 2, 3, 4] = 1
    probability = (1 / (1 + np.exp((radius - 8.3) / 2))).astype(np.float32)
    return labels, probability


def check_segmentation(path, labels, lps, place, exact=True):
    validate(path)
    seg = hd.seg.segread(path)
    count = seg.number_of_segments
    images = {ds.SOPInstanceUID: ds for ds in map(pydicom.dcmread, sorted(place.glob("*.dcm")))}
    values = sorted(set(np.unique(labels)) - {0}) if exact else [1]
    check(f"{path}: segments", count == len(values))
    for number in range(1, count + 1):
        volume = seg.get_volume(segment_numbers=[number], rescale_fractional=True)
        array, affine = volume.array[..., 0], volume.affine
        # highdicom's axes are slices, rows and columns of what has frames: place them in ours.
        found = np.zeros(labels.shape)
        index = np.stack(np.meshgrid(*map(np.arange, array.shape), indexing="ij"), -1)
        world = index @ affine[:3, :3].T + affine[:3, 3]
        voxel = (world - lps[:3, 3]) @ np.linalg.inv(lps[:3, :3]).T
        check(f"{path}: geometry", np.abs(voxel - voxel.round()).max() < 1e-4)
        at = voxel.round().astype(int).reshape(-1, 3)
        found[at[:, 0], at[:, 1], at[:, 2]] = array.reshape(-1)
        if exact:
            check(f"{path}: pixels", np.array_equal(found > 0, labels == values[number - 1]))
        else:
            check(f"{path}: fractions", np.abs(found - labels).max() <= 0.5 / 255 + 1e-6)
    referenced = {
        item.ReferencedSOPInstanceUID
        for item in seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence
    }
    multi = len(images) == 1 and "PerFrameFunctionalGroupsSequence" in next(iter(images.values()))
    check(f"{path}: references", referenced == set(images))
    per_frame = {}
    for frame in seg.PerFrameFunctionalGroupsSequence:
        position = np.array(frame.PlanePositionSequence[0].ImagePositionPatient, float)
        (source,) = frame.DerivationImageSequence[0].SourceImageSequence
        image = images[source.ReferencedSOPInstanceUID]
        if multi:
            group = image.PerFrameFunctionalGroupsSequence[source.ReferencedFrameNumber - 1]
            image = group.PlanePositionSequence[0]
        expected = np.array(image.ImagePositionPatient, float)
        check(f"{path}: source of a frame", np.abs(position - expected).max() < 1e-4)
        number = frame.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        per_frame.setdefault(number, set()).add(tuple(position))
    if exact:
        for number, value in enumerate(values, 1):
            slices = (labels == value).any((0, 1)).sum()
            check(f"{path}: empty frames are left out", len(per_frame[number]) == slices)
    return seg


def inside(points, x, y):
    """By the rule of even and odd."""
    result = np.zeros(x.shape, bool)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, 0)):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        result ^= crosses & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    return result


def check_contours(path, masks, lps, place):
    validate(path)
    ds = pydicom.dcmread(path)
    images = {image.SOPInstanceUID for image in map(pydicom.dcmread, place.glob("*.dcm"))}
    names = {item.ROINumber: item.ROIName for item in ds.StructureSetROISequence}
    check(f"{path}: names", len(names) == len(masks))
    shape = masks[0].shape
    x, y = np.meshgrid(np.arange(shape[0]), np.arange(shape[1]), indexing="ij")
    for item, mask in zip(ds.ROIContourSequence, masks):
        found = np.zeros(shape, bool)
        for contour in item.get("ContourSequence", []):
            points = np.array(contour.ContourData, float).reshape(-1, 3)
            check(f"{path}: points", len(points) == contour.NumberOfContourPoints >= 3)
            voxel = (points - lps[:3, 3]) @ np.linalg.inv(lps[:3, :3]).T
            k = int(voxel[0, 2].round())
            check(f"{path}: planes", np.abs(voxel[:, 2] - k).max() < 1e-4)
            for image in contour.ContourImageSequence:
                check(f"{path}: images", image.ReferencedSOPInstanceUID in images)
            found[:, :, k] ^= inside(voxel[:, :2], x, y)
        check(f"{path}: voxels of {names[item.ReferencedROINumber]}", np.array_equal(found, mask))
    return ds


def dice(a, b):
    return 2 * (a & b).sum() / max(1, a.sum() + b.sum())


def check_readers_of_contours(path, place, labels, lps):
    """rt-utils and plastimatch fill contours by rules of their own."""
    from rt_utils import RTStructBuilder

    structures = RTStructBuilder.create_from(str(place), str(path))
    names = structures.get_roi_names()
    mask = structures.get_roi_mask_by_name(names[1])
    # rt-utils has rows first, takes the number of rows for that of columns, and rounds points to pixels.
    least = min(labels.shape[:2])
    mask, own = mask[:least, :least], np.transpose(labels == 2, (1, 0, 2))[:least, :least]
    best = max(dice(mask, own), dice(mask, own[:, :, ::-1]))
    check(f"rt-utils: Dice {best}", best > 0.8)
    prefix = folder / "plastimatch"
    subprocess.run(
        ["plastimatch", "convert", "--input", path, "--referenced-ct", place, "--prefix-format"]
        + ["nii.gz", "--output-prefix", prefix],
        check=True,
        capture_output=True,
    )
    files = sorted(prefix.glob("*.nii.gz"))
    check("plastimatch: regions", len(files) == len(names))
    image = nib.load(next(file for file in files if "2" in file.stem))
    # The shell's inner part: plastimatch's grid is the CT's.
    volume = image.get_fdata() > 0
    expected = (labels == 2).sum() * abs(np.linalg.det(lps[:3, :3]))
    measured = volume.sum() * abs(np.linalg.det(image.affine[:3, :3]))
    check(f"plastimatch: {measured} mm3, not {expected}", abs(measured / expected - 1) < 0.15)


def check_images(path, data, lps, tolerance):
    files = sorted(path.glob("*.dcm"))
    check(f"{path}: files", len(files) == data.shape[2])
    for file in files:
        ds = pydicom.dcmread(file)
        cosines = np.array(ds.ImageOrientationPatient, float)
        spacing = np.array(ds.PixelSpacing, float)
        position = np.array(ds.ImagePositionPatient, float)
        voxel = np.linalg.inv(lps) @ [*position, 1]
        check(f"{file}: place", np.abs(voxel[:2]).max() < 1e-4)
        k = int(voxel[2].round())
        check(f"{file}: place", abs(voxel[2] - k) < 1e-4)
        check(f"{file}: rows", np.abs(cosines[:3] * spacing[1] - lps[:3, 0]).max() < 1e-6)
        check(f"{file}: columns", np.abs(cosines[3:] * spacing[0] - lps[:3, 1]).max() < 1e-6)
        values = ds.pixel_array.T * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
        check(f"{file}: values", np.abs(values - data[:, :, k]).max() <= tolerance)
    validate(files[0])


def strings_in(path):
    """Which of the secrets are in the bytes of a file."""
    data = path.read_bytes()
    return [
        word
        for word in SECRETS
        if word.encode() in data or word.lower().encode() in data.lower()
    ]


def check_deidentified(source, target):
    originals = [pydicom.dcmread(file) for file in sorted(source.rglob("*.dcm"))]
    results = [pydicom.dcmread(file) for file in sorted(target.rglob("*.dcm"))]
    check(f"{target}: files", len(originals) == len(results))
    old = {uid for ds in originals for uid in uids(ds)}
    new = {ds.SOPInstanceUID for ds in results}
    check("new UIDs", not old & {uid for ds in results for uid in uids(ds)})
    check("one patient", len({ds.PatientID for ds in results}) == 1)
    for name in ("StudyInstanceUID", "FrameOfReferenceUID"):
        before = {ds.get(name) for ds in originals}
        check(f"consistent {name}", len({ds.get(name) for ds in results}) == len(before))
    for ds in results:
        check("identity removed", ds.PatientIdentityRemoved == "YES")
        check("method", ds.DeidentificationMethodCodeSequence[0].CodeValue == "113100")
        check("no private attributes", not any(e.tag.is_private for e in ds.iterall()))
        check("no overlays", not any(e.tag.group >> 8 in (0x50, 0x60) for e in ds.iterall()))
        for element in ds.iterall():
            if element.keyword == "ReferencedSOPInstanceUID" and len(originals) > 1:
                known = element.value in new or element.value == ds.StudyInstanceUID
                check("references lead to results", known)
    for file in target.rglob("*"):
        if file.is_file():
            check(f"{file}: {strings_in(file)}", not strings_in(file))
            check(f"{file}: no name", not any(word in str(file.name) for word in SECRETS))
    for file in sorted(target.rglob("*.dcm")):
        validate(file)
    before = {ds.PixelData for ds in originals if "PixelData" in ds}
    check("pixels", before == {ds.PixelData for ds in results if "PixelData" in ds})


def uids(ds):
    for element in ds.iterall():
        if element.VR == "UI":
            values = [element.value] if isinstance(element.value, str) else element.value or []
            yield from (str(v) for v in values if not str(v).startswith("1.2.840.10008."))


# An oblique stack, and one whose columns run to the front and whose rows to the right.
a, b = 0.3, -0.2
turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]]) @ np.array(
    [[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]]
)
stacks = {
    "oblique": ([*turn[:, 0], *turn[:, 1]], [0.8, 1.1, 2.5], "CT"),
    "axial": ([1.0, 0, 0, 0, 1.0, 0], [1.0, 1.0, 2.0], "CT"),
    "negated": ([1.0, 0, 0, 0, -1.0, 0], [0.9, 0.9, 3.0], "MR"),
    "sagittal": ([0, 1.0, 0, 0, 0, -1.0], [0.9, 1.2, 3.0], "MR"),
}
shape = (40, 36, 14)
for name, (cosines, spacing, modality) in stacks.items():
    corner = np.array([-20.5, 11.25, 40.0])
    place, lps = series(name, cosines, spacing, shape, corner, modality)
    labels, probability = labels_of(shape)
    given = save(labels, lps, f"{name}-labels.nii.gz")
    # The same voxels with other axes: medcnn brings them back.
    turned = folder / f"{name}-turned.nii.gz"
    nib.save(nib.as_closest_canonical(nib.load(given)), turned)
    fractions = save(probability, lps, f"{name}-probability.nii.gz")
    seg = folder / f"{name}-seg.dcm"
    for source in (given, turned):
        run("convert", source, seg, "--format", "dicom-seg", "--reference", place)
        written = check_segmentation(seg, labels, lps, place)
        check(f"{seg}: no identifiers {strings_in(seg)}", not strings_in(seg))
        check("same study", written.StudyInstanceUID == pydicom.dcmread(
            next(place.glob("*.dcm"))).StudyInstanceUID)
    kept = folder / f"{name}-kept.dcm"
    run("convert", given, kept, "--format", "dicom-seg", "--reference", place, "--keep-identifiers",
        "--algorithm", "oracle")
    written = check_segmentation(kept, labels, lps, place)
    check("identifiers are kept", written.PatientName == "Mustermann^Erika")
    check("algorithm", written.SegmentSequence[0].SegmentAlgorithmName == "oracle")
    run("convert", fractions, seg, "--format", "dicom-seg", "--reference", place)
    check_segmentation(seg, probability, lps, place, exact=False)

    contours = folder / f"{name}-rt.dcm"
    run("convert", given, contours, "--format", "rtstruct", "--reference", place)
    masks = [labels == value for value in (1, 2, 3)]
    check_contours(contours, masks, lps, place)
    check(f"{contours}: no identifiers", not strings_in(contours))
    if name == "axial":
        check_readers_of_contours(contours, place, labels, lps)
    run("convert", fractions, contours, "--format", "rtstruct", "--reference", place)
    ds = check_contours(contours, [probability > 0.5], lps, place)
    # Below a voxel: all points lie where the probability, which is a sphere's, is a half.
    middle = np.array(shape) / 2
    for contour in ds.ROIContourSequence[0].ContourSequence:
        points = np.array(contour.ContourData, float).reshape(-1, 3)
        voxel = (points - lps[:3, 3]) @ np.linalg.inv(lps[:3, :3]).T - middle
        radius = np.sqrt(voxel[:, 0] ** 2 + voxel[:, 1] ** 2 + (2 * voxel[:, 2]) ** 2)
        # Linear interpolation of a logistic curve of width 2, worst near the poles.
        check(f"sub-voxel {np.abs(radius - 8.3).max()}", np.abs(radius - 8.3).max() < 0.2)

    whole = np.random.default_rng(1).integers(-1000, 3000, shape).astype(np.int16)
    values = np.random.default_rng(2).normal(0, 300, shape).astype(np.float32)
    for data, kind, tolerance in ((whole, "whole", 0), (values, "float", np.ptp(values) / 65535)):
        path = folder / f"{name}-{kind}"
        image = save(data, lps, f"{name}-{kind}.nii.gz")
        run("convert", image, path, "--format", "dicom", "--reference", place)
        check_images(path, data, lps, tolerance)
        for file in path.glob("*.dcm"):
            check(f"{file}: {strings_in(file)}", not strings_in(file))
        # And our own reader gives the grid and the values back.
        back = folder / f"{name}-{kind}-back.nii.gz"
        run("convert", path, back)
        read = nib.load(back)
        expected = np.diag([-1, -1, 1, 1]) @ lps
        check("grid", np.abs(read.affine - expected).max() < 1e-5)
        check("values", np.abs(read.get_fdata() - data).max() <= tolerance)
    # A grid that is turned the other way round ascends all the same.
    flipped = folder / f"{name}-flipped"
    image = nib.load(folder / f"{name}-whole.nii.gz")
    mirrored = nib.Nifti1Image(
        np.asarray(image.dataobj)[:, :, ::-1],
        image.affine @ np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, shape[2] - 1], [0, 0, 0, 1]]),
    )
    nib.save(mirrored, folder / "flipped.nii.gz")
    run("convert", folder / "flipped.nii.gz", flipped, "--format", "dicom", "--reference", place)
    check_images(flipped, whole, lps, 0)

# De-identification of a study whose objects refer to each other.
study = folder / "study"
study.mkdir()
(folder / "oblique").rename(study / "Mustermann-CT")
place = study / "Mustermann-CT"
for kind in ("dicom-seg", "rtstruct"):
    run("convert", folder / "oblique-labels.nii.gz", study / f"Mustermann-{kind}.dcm", "--format",
        kind, "--reference", place, "--keep-identifiers")
(study / "notes.txt").write_text("Mustermann")
done = run("convert", study, folder / "anonymous", "--deidentify", "--key", "a secret text")
check("report has no values", not any(word in done.stdout for word in SECRETS))
check("report", "PatientBirthDate" in done.stdout and "private, removed" in done.stdout)
check_deidentified(study, folder / "anonymous")
again = folder / "again"
run("convert", study, again, "--deidentify", "--key", "a secret text", "--report",
    folder / "report.csv")
for first, second in zip(sorted((folder / "anonymous").rglob("*.dcm")), sorted(again.rglob("*.dcm"))):
    check("a key gives the same files", first.read_bytes() == second.read_bytes())
check("report as CSV", (folder / "report.csv").read_text().startswith("attribute,name,action"))
other = folder / "other"
run("convert", study, other, "--deidentify", "--report", folder / "report.json")
check("another key, other UIDs", not {
    pydicom.dcmread(file).SOPInstanceUID for file in other.rglob("*.dcm")
} & {pydicom.dcmread(file).SOPInstanceUID for file in again.rglob("*.dcm")})
single = folder / "single.dcm"
run("convert", next(place.glob("*.dcm")), single, "--deidentify")
check(f"one file: {strings_in(single)}", not strings_in(single))
run("convert", study, folder / "anonymous", "--deidentify", status=1)

# A segmentation with a report, of a phantom as DICOM.
run("phantom", "mri", "--seed", 7, "--size", 64, "--out", folder / "phantom")
scans = folder / "phantom"
reference = folder / "phantom-dicom"
run("convert", scans / "phantom-7-t1n.nii.gz", reference, "--format", "dicom", "--reference",
    folder / "negated", "--keep-identifiers")
model = pathlib.Path(__file__).parents[2] / "Samples/models/phantom-brain.safetensors"
common = ["segment", scans, "--model", model, "--reference", reference, "--keep-identifiers", "-q"]
run("segment", scans, "--model", model, "-o", folder / "labels.nii.gz", "-q")
run(*common, "-o", folder / "result.dcm", "--format", "dicom-seg", "--sr", folder / "report.dcm",
    "--probabilities", folder / "fractional.dcm")
run(*common, "-o", folder / "contours.dcm", "--format", "rtstruct")
image = nib.load(folder / "labels.nii.gz")
labels = np.asarray(image.dataobj)
lps = np.diag([-1, -1, 1, 1]) @ image.affine
check_segmentation(folder / "result.dcm", labels, lps, reference)
validate(folder / "fractional.dcm")
check_contours(folder / "contours.dcm", [labels == value for value in (1, 2, 3)], lps, reference)
report = folder / "report.dcm"
validate(report)
text = subprocess.run(["dsrdump", "-q", report], capture_output=True, text=True)
check("dsrdump", text.returncode == 0 and "Volume from Voxel Summation" in text.stdout)
document = hd.sr.srread(report)
groups = document.content.get_volumetric_roi_measurement_groups()
segments = pydicom.dcmread(folder / "result.dcm").SegmentSequence
check("groups", len(groups) == len(segments))
voxel = abs(np.linalg.det(lps[:3, :3])) / 1000
for group, segment in zip(groups, segments):
    (measurement,) = group.get_measurements()
    value = int(segment.TrackingID.split()[-1])
    check("volume", abs(measurement.value - (labels == value).sum() * voxel) < 1e-6)
    check("tracking", group.tracking_uid == segment.TrackingUID)
    check("segment", group.referenced_segment.referenced_segment_numbers == [segment.SegmentNumber]
          if hasattr(group.referenced_segment, "referenced_segment_numbers") else True)
print(f"{passed} passed, 0 failed")
