#!/usr/bin/env python3
"""Writes the coefficients of the discrete wavelet families as Swift source.

    python Tests/Oracles/radiomics/wavelet_tables.py Sources/Radiomics/Filters/Wavelets

In a virtual environment with PyWavelets 1.9 and numpy. The numbers are those of the field's literature,
as PyWavelets rounds them; the script checks the rules by which the program derives the other filters.
"""

import os
import sys

import numpy as np
import pywt

PER_LINE = 4


def table(name, comment, entries):
    """A Swift file with one text of numbers for each named filter."""
    out = [
        "// Made by Tests/Oracles/radiomics/wavelet_tables.py.",
        "",
        "extension Wavelet {",
        *[f"  /// {line}" for line in comment],
        f"  static let {name}: [String: String] = [",
    ]
    for key, values in entries:
        out.append(f'    "{key}": """')
        numbers = [repr(float(v)) for v in values]
        for start in range(0, len(numbers), PER_LINE):
            out.append("      " + " ".join(numbers[start : start + PER_LINE]))
        out.append('      """,')
    out += ["  ]", "}", ""]
    return "\n".join(out)


def check_orthogonal(name):
    w = pywt.Wavelet(name)
    h = np.array(w.rec_lo)
    n = len(h)
    assert np.array_equal(w.dec_lo, h[::-1]), name
    assert np.array_equal(w.dec_hi, [(-1) ** (n - 1 - k) * h[k] for k in range(n)]), name


def check_biorthogonal(name):
    w = pywt.Wavelet(name)
    n = len(w.dec_lo)
    assert np.array_equal(w.dec_hi, [-((-1) ** k) * w.rec_lo[k] for k in range(n)]), name
    r = pywt.Wavelet(name.replace("bior", "rbio"))
    assert np.array_equal(r.dec_lo, w.rec_lo[::-1]), name
    assert np.array_equal(r.rec_lo, w.dec_lo[::-1]), name
    assert np.array_equal(r.dec_hi, [-((-1) ** k) * r.rec_lo[k] for k in range(n)]), name


def main():
    folder = sys.argv[1]
    rec = lambda name: pywt.Wavelet(name).rec_lo
    orthogonal = [f"db{n}" for n in range(1, 39)]
    symlets = [f"sym{n}" for n in range(2, 21)]
    coiflets = [f"coif{n}" for n in range(1, 18)]
    for name in orthogonal + symlets + coiflets + ["haar", "dmey"]:
        check_orthogonal(name)
    assert rec("haar") == rec("db1")
    biorthogonal = [name for name in pywt.wavelist(kind="discrete") if name.startswith("bior")]
    for name in biorthogonal:
        check_biorthogonal(name)
    scaling = "Scaling (reconstruction low-pass) filters"
    files = {
        "Daubechies": table(
            "daubechies",
            [f"{scaling} of extremal phase: Daubechies,", "\"Ten lectures on wavelets\" (1992), table 6.1."],
            [(n, rec(n)) for n in orthogonal]),
        "Symlets": table(
            "symlets",
            [f"{scaling} of least asymmetry: Daubechies,", "\"Ten lectures on wavelets\" (1992), table 6.3."],
            [(n, rec(n)) for n in symlets]),
        "Coiflets": table(
            "coiflets",
            [f"{scaling} with vanishing moments too: Daubechies,",
             "\"Orthonormal bases of compactly supported wavelets II\", SIAM J. Math. Anal. 24 (1993)."],
            [(n, rec(n)) for n in coiflets]),
        "Biorthogonal": table(
            "biorthogonal",
            ["Decomposition and reconstruction low-pass filters, one after the other: Cohen, Daubechies and",
             "Feauveau, Comm. Pure Appl. Math. 45 (1992); and the scaling filter of the discrete Meyer wavelet."],
            [(n, list(pywt.Wavelet(n).dec_lo) + list(pywt.Wavelet(n).rec_lo)) for n in biorthogonal]
            + [("dmey", rec("dmey"))]),
    }
    for name, text in files.items():
        with open(os.path.join(folder, f"Wavelet+{name}.swift"), "w") as file:
            file.write(text)


main()
