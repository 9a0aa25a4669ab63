"""As much of msgpack as the protocol uses: nil, bool, int, float, str, bin, array, map."""

import struct


def pack(value):
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return pack_int(value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        text = value.encode()
        return pack_head(len(text), 0xA0, 31, 0xD9) + text
    if isinstance(value, (bytes, bytearray)):
        return pack_head(len(value), None, -1, 0xC4) + bytes(value)
    if isinstance(value, (list, tuple)):
        return pack_head(len(value), 0x90, 15, 0xDC - 1, least=1) + b"".join(map(pack, value))
    if isinstance(value, dict):
        pairs = b"".join(pack(k) + pack(v) for k, v in value.items())
        return pack_head(len(value), 0x80, 15, 0xDE - 1, least=1) + pairs
    raise TypeError(type(value))


def pack_int(value):
    if 0 <= value < 128 or -32 <= value < 0:
        return struct.pack("b", value)
    for code, form in ((0xCC, ">B"), (0xCD, ">H"), (0xCE, ">I"), (0xCF, ">Q")) if value > 0 else (
            (0xD0, ">b"), (0xD1, ">h"), (0xD2, ">i"), (0xD3, ">q")):
        try:
            return bytes([code]) + struct.pack(form, value)
        except struct.error:
            pass
    raise OverflowError(value)


def pack_head(n, short, most, code, least=0):
    if n <= most:
        return bytes([short | n])
    for i, form in enumerate((">B", ">H", ">I")):
        if i >= least and n < 1 << 8 * struct.calcsize(form):
            return bytes([code + i]) + struct.pack(form, n)
    raise OverflowError(n)


def unpack(data):
    value, at = read(data, 0)
    if at != len(data):
        raise ValueError("bytes after the value")
    return value


def read(data, at):
    lead, at = data[at], at + 1
    if lead < 0x80 or lead >= 0xE0:
        return (lead if lead < 0x80 else lead - 256), at
    if lead < 0x90:
        return read_map(data, at, lead & 15)
    if lead < 0xA0:
        return read_array(data, at, lead & 15)
    if lead < 0xC0:
        return data[at:at + (lead & 31)].decode(), at + (lead & 31)
    if lead in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[lead], at
    form = {0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i",
            0xD3: ">q", 0xC4: ">B", 0xC5: ">H", 0xC6: ">I", 0xD9: ">B", 0xDA: ">H", 0xDB: ">I", 0xDC: ">H",
            0xDD: ">I", 0xDE: ">H", 0xDF: ">I"}[lead]
    (n,), at = struct.unpack_from(form, data, at), at + struct.calcsize(form)
    if lead in (0xC4, 0xC5, 0xC6, 0xD9, 0xDA, 0xDB):
        if at + n > len(data):
            raise ValueError("cut short")
        chunk = bytes(data[at:at + n])
        return (chunk if lead < 0xC8 else chunk.decode()), at + n
    if lead in (0xDC, 0xDD):
        return read_array(data, at, n)
    return read_map(data, at, n) if lead >= 0xDE else (n, at)


def read_array(data, at, n):
    items = []
    for _ in range(n):
        item, at = read(data, at)
        items.append(item)
    return items, at


def read_map(data, at, n):
    result = {}
    for _ in range(n):
        key, at = read(data, at)
        result[key], at = read(data, at)
    return result, at
