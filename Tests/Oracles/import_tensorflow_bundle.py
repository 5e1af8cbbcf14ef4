"""A reader of TensorFlow V2 checkpoint bundles, for the oracles; independent of the Swift one.

Needs numpy only. `python import_tensorflow_bundle.py PREFIX` lists what a bundle holds.
"""

import struct
import sys

import numpy


def varint(data, position):
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, position


def fields(data):
    position = 0
    while position < len(data):
        key, position = varint(data, position)
        if key & 7 == 0:
            value, position = varint(data, position)
        elif key & 7 == 1:
            value, position = data[position:position + 8], position + 8
        elif key & 7 == 2:
            size, position = varint(data, position)
            value, position = data[position:position + size], position + size
        elif key & 7 == 5:
            value, position = data[position:position + 4], position + 4
        else:
            raise ValueError("wire type")
        yield key >> 3, value


def block(data, handle):
    offset, position = varint(handle, 0)
    size, _ = varint(handle, position)
    assert data[offset + size] == 0, "compressed block"
    body = data[offset:offset + size]
    restarts, = struct.unpack("<I", body[-4:])
    end = len(body) - 4 - 4 * restarts
    key, position = b"", 0
    while position < end:
        shared, position = varint(body, position)
        fresh, position = varint(body, position)
        length, position = varint(body, position)
        key = key[:shared] + body[position:position + fresh]
        position += fresh
        yield key, body[position:position + length]
        position += length


def read(prefix):
    """The float32 and int32/int64 variables of a bundle of one shard, by name."""
    index = open(prefix + ".index", "rb").read()
    footer = index[-48:]
    assert footer[-8:] == struct.pack("<Q", 0xdb4775248b80fb57)
    _, position = varint(footer, 0)
    _, position = varint(footer, position)
    shard = open(prefix + ".data-00000-of-00001", "rb").read()
    variables = {}
    for _, handle in block(index, footer[position:]):
        for key, value in block(index, handle):
            if not key:
                continue
            entry = {number: item for number, item in fields(value)}
            shape = []
            for number, item in fields(entry.get(2, b"")):
                if number == 2:
                    shape.append({n: v for n, v in fields(item)}.get(1, 0))
            offset, size = entry.get(4, 0), entry.get(5, 0)
            kind = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}[entry[1]]
            variables[key.decode()] = numpy.frombuffer(shard[offset:offset + size], kind).reshape(shape)
    return variables


if __name__ == "__main__":
    for name, values in read(sys.argv[1]).items():
        print(name, values.dtype, values.shape)
