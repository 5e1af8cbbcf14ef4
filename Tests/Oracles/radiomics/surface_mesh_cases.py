"""python Tests/Oracles/radiomics/surface_mesh_cases.py
prints the triangles of Sources/Radiomics/Shape/MeshCases.swift, one line for eight cases.

Run in a virtual environment with numpy and pyradiomics 3.0.1. Each case of eight corners is measured:
PyRadiomics gives the area and the signed volume of the surface in one cube. All ways to join the
midpoints of the cut edges to closed loops, and to divide the loops into triangles, are tried; the one
whose area for three spacings and whose volume are those measured is printed.

Corner x + 2y + 4z is bit 1 << corner of the case. Edge 4 * axis + n runs along an axis (0 is x) from the
corner whose other two coordinates are the low and the high bit of n, in the order of the axes.
A case and its complement have the same triangles, with the other side out, so that half are enough.
"""

import itertools

import numpy as np
from radiomics import cShape

SPACINGS = [np.array(s) for s in ([1.0, 1.0, 1.0], [0.7, 1.3, 2.9], [3.1, 0.45, 1.7])]


def edge_number(a, b):
    axis = {1: 0, 2: 1, 4: 2}[a ^ b]
    others = [(a >> other) & 1 for other in range(3) if other != axis]
    return 4 * axis + others[0] + 2 * others[1]


def corner(index):
    return np.array([index & 1, index >> 1 & 1, index >> 2 & 1], dtype=float)


EDGES = {}
for a in range(8):
    for bit in (1, 2, 4):
        if not a & bit:
            EDGES[edge_number(a, a | bit)] = (corner(a) + corner(a | bit)) / 2

FACES = []  # corners around each face
for axis in range(3):
    u, v = [other for other in range(3) if other != axis]
    for side in (0, 1):
        base = side << axis
        FACES.append([base, base | 1 << u, base | 1 << u | 1 << v, base | 1 << v])


def segments_of(case):
    """For each face the choices of segments between cut edges."""
    for face in FACES:
        inside = [bool(case >> c & 1) for c in face]
        cut = [edge_number(face[i], face[(i + 1) % 4]) for i in range(4)
               if inside[i] != inside[(i + 1) % 4]]
        if len(cut) == 2:
            yield [[tuple(cut)]]
        elif len(cut) == 4:
            yield [[(cut[0], cut[1]), (cut[2], cut[3])], [(cut[1], cut[2]), (cut[3], cut[0])]]


def loops_of(segments):
    neighbours = {}
    for a, b in segments:
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    loops, seen = [], set()
    for start in sorted(neighbours):
        if start in seen:
            continue
        loop, previous, at = [start], None, start
        seen.add(start)
        while True:
            onward = list(neighbours[at])
            if previous is not None:
                onward.remove(previous)
            previous, at = at, onward[0]
            if at == start:
                break
            loop.append(at)
            seen.add(at)
        loops.append(loop)
    return loops


def triangulations(loop):
    if len(loop) < 3:
        return [[]]
    found = []
    for middle in range(1, len(loop) - 1):
        for left in triangulations(loop[: middle + 1]):
            for right in triangulations(loop[middle:]):
                found.append(left + [(loop[0], loop[middle], loop[-1])] + right)
    return found


def measure(triangles, spacing):
    area = volume = 0.0
    for triangle in triangles:
        p, q, r = (EDGES[e] * spacing for e in triangle)
        area += np.linalg.norm(np.cross(q - p, r - p)) / 2
        volume += np.dot(np.cross(p, q), r) / 6
    return area, volume


def pyradiomics(case, spacing):
    mask = np.zeros((2, 2, 2), dtype=bool)
    for index in range(8):
        if case >> index & 1:
            mask[index >> 2, index >> 1 & 1, index & 1] = True
    area, volume, _ = cShape.calculate_coefficients(mask, spacing[::-1].copy())
    return area, volume


def agrees(case, triangles):
    return all(np.allclose(pyradiomics(case, s), measure(triangles, s), rtol=0, atol=1e-12)
               for s in SPACINGS)


def solve(case):
    choices = list(segments_of(case))
    for pick in itertools.product(*choices):
        loops = loops_of([segment for face in pick for segment in face])
        # Turns of each loop matter only for the sign of the volume.
        for turns in itertools.product((False, True), repeat=len(loops)):
            turned = [loop[::-1] if turn else loop for loop, turn in zip(loops, turns)]
            for division in itertools.product(*map(triangulations, turned)):
                triangles = [triangle for part in division for triangle in part]
                if agrees(case, triangles):
                    return triangles
    raise SystemExit(f"case {case} has no division")


def main():
    cases = []
    for case in range(128):
        triangles = solve(case)
        if not agrees(255 - case, [t[::-1] for t in triangles]):
            raise SystemExit(f"case {255 - case} is not case {case} turned")
        cases.append("".join("%x" % edge for triangle in triangles for edge in triangle))
    for row in range(0, 128, 8):
        print("    " + " ".join('"%s",' % text for text in cases[row:row + 8]))


if __name__ == "__main__":
    main()
