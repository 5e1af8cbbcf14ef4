"""Writes a small DeepMedic checkpoint with made weights: a TensorFlow V2 bundle of two shards.

    python import_tiny_bundle.py

writes Tests/ConvNetTests/Golden/bundle/tiny.{index,data-0000?-of-00002,cfg}. Needs numpy. That real
bundles are read is checked with a published one; this one stands in where that is not at hand.
"""

import pathlib
import struct

import numpy

FOLDER = pathlib.Path(__file__).parent.parent / "ConvNetTests" / "Golden" / "bundle"
CONFIG = """# A small network for tests.
modelName = "tiny"
numberOfOutputClasses = 2
numberOfInputChannels = 1
numberFMsPerLayerNormal = [2, 3]
kernelDimPerLayerNormal = [[3,3,3], [1,3,3]]
useSubsampledPathway = True
numberFMsPerLayerFC = [4]
kernelDimFor1stFcLayer = [1,1,1]
dropoutRatesFc = [0.0, 0.5]
rollAverageForBNOverThatManyBatches = 2
segmentsDimTrain = [9,9,9]
"""


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(value):
    out = b""
    while value >= 128:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value) if value else b""


def block(entries):
    """Keys share what they have in common with the key before, all but every sixteenth."""
    body, restarts, before = b"", [], b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % 16 == 0:
            restarts.append(len(body))
        else:
            while shared < min(len(key), len(before)) and key[shared] == before[shared]:
                shared += 1
        body += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    body += b"".join(struct.pack("<I", place) for place in restarts or [0])
    return body + struct.pack("<I", max(1, len(restarts)))


def variables():
    random = numpy.random.default_rng(5)

    def made(*shape):
        return random.standard_normal(shape).astype("<f4")

    pathway = [((2, 1, 3, 3, 3), None), ((3, 2, 1, 3, 3), 2)]
    layers = pathway + pathway + [((4, 6, 1, 1, 1), 6), ((2, 4, 1, 1, 1), 4)]
    counts = {}

    def name(kind):
        number = counts[kind] = counts.get(kind, -1) + 1
        return f"net/{kind}" + (f"_{number}" if number else "")

    for kernels, channels in layers:
        yield name("W"), made(*kernels)
        if channels is None:
            yield name("b"), made(kernels[1])
            continue
        yield name("gBn"), made(channels)
        yield name("bBn"), made(channels)
        yield name("muBnsForRollingAverage"), made(2, channels)
        yield name("varBnsForRollingAverage"), made(2, channels) ** 2 + numpy.float32(0.5)
        yield name("aPrelu"), made(channels)
    yield name("b"), made(2)
    yield "trainer/num_epochs_trained", numpy.array(35, "<i8")


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    shards = [b"", b""]
    entries = [(b"", field(1, 2) + field(3, field(1, 1)))]
    for number, (name, values) in enumerate(sorted(variables())):
        data, shard = values.tobytes(), number % 2
        shape = b"".join(field(2, field(1, extent)) for extent in values.shape)
        kind = {"f": 1, "i": 9}[values.dtype.kind]
        entries.append((name.encode(), field(1, kind) + field(2, shape) + field(3, shard)
                        + field(4, len(shards[shard])) + field(5, len(data))
                        + varint(6 << 3 | 5) + struct.pack("<I", crc32c(data))))
        shards[shard] += data
    index, handles = b"", []
    for content in (block(entries[:20]), block(entries[20:]), block([])):
        handles.append(varint(len(index)) + varint(len(content)))
        index += content + b"\0" + struct.pack("<I", crc32c(content + b"\0"))
    content = block([(entries[19][0], handles[0]), (entries[-1][0], handles[1])])
    handles.append(varint(len(index)) + varint(len(content)))
    index += content + b"\0" + struct.pack("<I", crc32c(content + b"\0"))
    index += (handles[2] + handles[3]).ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)
    (FOLDER / "tiny.index").write_bytes(index)
    for number, shard in enumerate(shards):
        (FOLDER / f"tiny.data-{number:05}-of-00002").write_bytes(shard)
    (FOLDER / "tiny.cfg").write_text(CONFIG)


if __name__ == "__main__":
    main()
