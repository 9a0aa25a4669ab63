"""A strict reader of one msgpack value: what the tests need to look into grants and settings."""

import struct

_SIZES = {
    0xC4: ">B", 0xC5: ">H", 0xC6: ">I", 0xD9: ">B", 0xDA: ">H", 0xDB: ">I",
    0xDC: ">H", 0xDD: ">I", 0xDE: ">H", 0xDF: ">I",
}
_NUMBERS = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}


class _Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, n):
        if n > len(self.data) - self.at:
            raise ValueError("the text ends too early")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def array(self, n):
        return [self.value() for _ in range(n)]

    def map(self, n):
        items = [(self.value(), self.value()) for _ in range(n)]
        if len({key for key, _ in items}) != n:
            raise ValueError("a key comes twice")
        return dict(items)

    def value(self):
        lead = self.take(1)[0]
        if lead <= 0x7F:
            return lead
        if lead <= 0x8F:
            return self.map(lead & 15)
        if lead <= 0x9F:
            return self.array(lead & 15)
        if lead <= 0xBF:
            return self.take(lead & 31).decode()
        if lead >= 0xE0:
            return lead - 256
        if lead in _NUMBERS:
            return self.number(_NUMBERS[lead])
        if lead in _SIZES:
            n = self.number(_SIZES[lead])
            if lead <= 0xC6:
                return self.take(n)
            if lead <= 0xDB:
                return self.take(n).decode()
            return self.array(n) if lead <= 0xDD else self.map(n)
        return {0xC0: None, 0xC2: False, 0xC3: True}[lead]


def decode(data):
    reader = _Reader(data)
    value = reader.value()
    if reader.at != len(data):
        raise ValueError("bytes behind the value")
    return value
