"""The float initializers of an ONNX file by name, read without the onnx package: protobuf's wire format is all that is needed."""
import struct

import numpy as np


def fields(data):
    """(number, value) of each field of a message: an int, or the bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        number, wire = key >> 3, key & 7
        if wire == 0:
            yield number, varint()
        else:
            size = {1: 8, 5: 4}.get(wire) or varint()
            yield number, data[at:at + size]
            at += size


def initializers_of(model):
    """ModelProto.graph is 7; GraphProto.initializer 5; TensorProto: dims 1, data_type 2 (float is 1), name 8, raw_data 9."""
    graph = next(value for number, value in fields(model) if number == 7)
    found = {}
    for number, tensor in fields(graph):
        if number != 5:
            continue
        dims, kind, name, raw = [], 0, '', b''
        for inner, value in fields(tensor):
            if inner == 1:
                dims += [value] if isinstance(value, int) else packed(value)
            elif inner == 2:
                kind = value
            elif inner == 8:
                name = value.decode()
            elif inner == 9:
                raw = value
        if kind == 1:
            found[name] = np.array(struct.unpack(f'<{len(raw) // 4}f', raw), dtype=np.float32).reshape(dims)
    return found


def packed(data):
    values, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append(value)
            value = shift = 0
    return values
