"""Builds the small program that times medcnn's reader, and runs it."""
import pathlib
import subprocess

scratch = pathlib.Path(".build/benchmarks")
modules = pathlib.Path(".build/release")
program = scratch / "read_time"
dcmtk = "dcmjpeg ijg8 ijg12 ijg16 dcmjpls dcmtkcharls dcmimgle dcmdata oflog ofstd".split()


def build():
    scratch.mkdir(parents=True, exist_ok=True)
    subprocess.run(["swift", "build", "-c", "release", "--target", "VolumeIO"], check=True)
    objects = [
        str(path)
        for name in ["VolumeIO", "Volumes", "Parallel", "CNIfTI", "DICOMShim"]
        for path in sorted((modules / f"{name}.build").rglob("*.o"))
    ]
    libraries = ["nifti2", "znz", "z", "deflate", *dcmtk, "openjp2", "stdc++"]
    subprocess.run(
        ["swiftc", "-O", "-parse-as-library", "-swift-version", "6", "-I", str(modules / "Modules")]
        + ["-Xcc", "-ISources/CNIfTI/include", "-Xcc", "-ISources/DICOMShim/include"]
        + ["-Xcc", "-fmodule-map-file=Sources/CDeflate/module.modulemap"]
        + ["Tests/Benchmarks/reading/ReadTime.swift", *objects]
        + [f"-l{name}" for name in libraries] + ["-o", str(program)],
        check=True,
    )


def times(path, count, threads):
    """The milliseconds of each of several readings in one process."""
    output = subprocess.run(
        [program, path, str(count), str(threads)], check=True, capture_output=True, text=True
    ).stdout
    return [float(line) for line in output.split()]
