#!/usr/bin/env python
"""Times reading a CT series of 300 slices of 512x512 to float32, beside SimpleITK.

    python Tests/Benchmarks/reading/dicom_series.py

in a virtual environment with SimpleITK, pydicom and numpy, from the package root. The series is made.
Both find the files of the folder, order and read them, from a warm cache, in turns; the best of the
times counts. Peak memory is that of a process that reads once.
"""
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

import program

SLICES, SIZE = 300, 512


def make(folder):
    random = np.random.default_rng(1)
    series, study = generate_uid(), generate_uid()
    for k in range(SLICES):
        ds = Dataset()
        ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", generate_uid()
        ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
        ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 2, SLICES - k
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.ImagePositionPatient, ds.ImageOrientationPatient = [-200, -180, -50 + 1.25 * k], [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.SliceThickness = [0.78125, 0.78125], 1.25
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.Rows = ds.Columns = SIZE
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
        ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
        ds.PixelData = random.integers(0, 4096, (SIZE, SIZE)).astype(np.uint16).tobytes()
        ds["PixelData"].VR = "OW"
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.save_as(os.path.join(folder, f"{(k * 7) % SLICES:04}.dcm"), enforce_file_format=True)


def peer(folder):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(folder))
    reader.SetOutputPixelType(sitk.sitkFloat32)
    return reader.Execute()


def peak(*command):
    """The most memory that a program takes, in MB."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    return os.wait4(child.pid, 0)[2].ru_maxrss / 1024


if len(sys.argv) > 1:
    make(sys.argv[2]) if sys.argv[1] == "make" else peer(sys.argv[2])
    sys.exit()
program.build()
with tempfile.TemporaryDirectory() as folder:
    # A child's peak is at least its parent's size: this process is small as long as it reads nothing.
    subprocess.run([sys.executable, __file__, "make", folder], check=True)
    peer_memory = peak(sys.executable, __file__, "read", folder)
    memory = {n: peak(program.program, folder, "1", str(n)) for n in (1, 2)}
    peers, one, two = [], [], []
    for _ in range(3):
        for _ in range(2):
            start = time.perf_counter()
            peer(folder)
            peers.append((time.perf_counter() - start) * 1e3)
        one += program.times(folder, 2, 1)
        two += program.times(folder, 2, 2)
    volume = SLICES * SIZE * SIZE * 4 / 2**20
    print(f"SimpleITK         {min(peers):7.0f} ms, {peer_memory:5.0f} MB")
    for threads, times in [(1, one), (2, two)]:
        print(
            f"medcnn, {threads} threads {min(times):7.0f} ms, {memory[threads]:5.0f} MB: "
            f"{min(times) / min(peers):.2f} of SimpleITK's time, {memory[threads] / volume:.2f} volumes"
        )
