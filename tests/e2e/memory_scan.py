"""Looks for secrets in the memory of processes, and in files: every page that a process can read, of stacks, heaps,
shared pools and memory files, whether it is used or free."""

import base64
import os
import pathlib
import re
import struct

PAGE = os.sysconf("SC_PAGE_SIZE")
RESIDENT = 1 << 63 | 1 << 62  # in memory, or swapped out
LEAST = 16 * PAGE
HALF_FROM = 24  # of so long a secret half is looked for, too: part of it may have been overwritten


class Secrets:
    """What is looked for: each secret in every form in which it might lie somewhere."""

    def __init__(self):
        self.needles = {}

    def add_bytes(self, name, data):
        assert len(data) >= 8, "shorter ones are found by chance"
        self.needles[f"{name} in hex"] = data.hex().encode()
        self.needles[f"{name} in upper hex"] = data.hex().upper().encode()
        self.needles[f"{name} in base64"] = base64.b64encode(data).rstrip(b"=")[:-1]
        self.needles[f"{name} as numbers"] = b"".join(bytes([n]) if n < 128 else bytes([0xcc, n]) for n in data)
        self.needles[f"{name} backwards"] = data[::-1]
        self.add_raw(name, data)
        return self

    def add_text(self, name, text):
        self.needles[f"{name} in UTF-16"] = text.encode("utf-16-le")
        self.add_raw(name, text.encode())
        return self

    def add_raw(self, name, data):
        self.needles[name] = data
        if len(data) >= HALF_FROM:
            self.needles[f"first half of {name}"] = data[:len(data) // 2]
            self.needles[f"second half of {name}"] = data[len(data) // 2:]

    def pattern(self):
        return re.compile(b"|".join(re.escape(needle) for needle in sorted(self.needles.values(), key=len, reverse=True)))

    def name_of(self, data):
        return next(name for name, needle in self.needles.items() if needle == data)

    def longest(self):
        return max(map(len, self.needles.values()))


class Found(list):
    """(where, which secret)…"""

    def look(self, where, data, secrets):
        for match in secrets.pattern().finditer(data):
            self.append((f"{where}+{match.start():#x}", secrets.name_of(match[0])))


# ---- processes ----

def regions(pid):
    """(first address, end, words) of what the process can read."""
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        addresses, access, _, _, _, *name = line.split(None, 5)
        if access[0] == "r" and (not name or not name[0].startswith("[v")):
            start, end = (int(part, 16) for part in addresses.split("-"))
            yield start, end, f"{access} {name[0] if name else 'memory'}"


def resident(pagemap, start, end):
    """The runs of pages that are there: to read the others would make them."""
    n = (end - start) // PAGE
    entries = struct.unpack(f"{n}Q", os.pread(pagemap, 8 * n, start // PAGE * 8))
    first = None
    for i, entry in enumerate((*entries, 0)):
        if entry & RESIDENT and first is None:
            first = i
        elif not entry & RESIDENT and first is not None:
            yield start + first * PAGE, start + i * PAGE
            first = None


def read(memory, start, end):
    """All of it; b"" where the kernel does not give it."""
    parts, at = [], start
    while at < end:
        try:
            part = os.pread(memory, min(end - at, 1 << 20), at)
        except OSError:
            return b""
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def scan_files_of(pid, secrets, found):
    """Memory files that it has open, mapped or not."""
    for fd in os.listdir(f"/proc/{pid}/fd"):
        path = f"/proc/{pid}/fd/{fd}"
        if "/memfd:" in os.readlink(path):
            with open(path, "rb") as file:
                scan_file(f"{pid} {os.readlink(path)}", file, secrets, found)


def scan_process(pid, role, secrets, found=None):
    """Everything that the process holds. It is stopped meanwhile by nobody: let it be idle."""
    found = Found() if found is None else found
    n_read = 0
    memory, pagemap = (os.open(f"/proc/{pid}/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in ("mem", "pagemap"))
    try:
        for start, end, words in regions(pid):
            for first, last in resident(pagemap, start, end):
                data = read(memory, first, last)
                n_read += len(data)
                found.look(f"{role} ({pid}) {words} {first:#x}", data, secrets)
    finally:
        os.close(memory)
        os.close(pagemap)
    scan_files_of(pid, secrets, found)
    assert n_read > LEAST, f"hardly any memory of {role} could be read"
    return found


# ---- files ----

def extents(file):
    """(at, end) of what is not a hole."""
    end, at = file.seek(0, os.SEEK_END), 0
    while at < end:
        try:
            at = os.lseek(file.fileno(), at, os.SEEK_DATA)
        except OSError:
            return
        hole = os.lseek(file.fileno(), at, os.SEEK_HOLE)
        yield at, hole
        at = hole


def scan_file(where, file, secrets, found):
    for at, end in extents(file):
        found.look(f"{where}+{at:#x}", os.pread(file.fileno(), end - at, at), secrets)


def scan_folders(folders, secrets, found=None):
    """Every file below them, by content and by name."""
    found = Found() if found is None else found
    for folder in folders:
        for path in pathlib.Path(folder).rglob("*"):
            found.look(f"name of {path}", os.fsencode(path.name), secrets)
            if path.is_file() and not path.is_symlink():
                with open(path, "rb") as file:
                    scan_file(path, file, secrets, found)
    return found
