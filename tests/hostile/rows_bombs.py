"""A hostile endpoint: msgpack that claims more than it is, and messages out of their schema, well sealed."""

import wire
from apps import READ
from bench import row
from rows_frames import LOCKED, PATH

PATH_TEXT = b"\xa4path" + wire.pack("data/hello.txt")
CALL_CAUSE = "CALL that is not in the format"


def args(value, n=1):
    """{"args": …} with the value's text as it stands."""
    return b"\x81\xa4args" + value


def member(value):
    """{"args": {"path": …, "x": value}}"""
    return args(b"\x82" + PATH_TEXT + b"\xa1x" + value)


# (name, what is tried, the msgpack part of the CALL)
BOMBS = [
    ("depth-33", "arrays 33 deep", member(b"\x91" * 33 + b"\xc0")),
    ("depth-100000", "arrays 100,000 deep", member(b"\x91" * 100000 + b"\xc0")),
    ("array32", "an array that claims 2^32 - 1 elements", member(b"\xdd\xff\xff\xff\xff")),
    ("map32", "a map that claims 2^32 - 1 pairs", member(b"\xdf\xff\xff\xff\xff")),
    ("str32", "a string that claims 4 GiB", member(b"\xdb\xff\xff\xff\xff")),
    ("bin32", "bytes that claim 4 GiB", member(b"\xc6\xff\xff\xff\xff")),
    ("array32-nested", "arrays in arrays, each of which claims 2^32 - 1 elements", member(b"\xdd\xff\xff\xff\xff" * 30)),
    ("ext8", "an extension type", member(b"\xc7\x01\x05x")),
    ("ext32", "an extension type that claims 4 GiB", member(b"\xc9\xff\xff\xff\xff\x05")),
    ("timestamp", "a timestamp", member(b"\xd6\xff\x00\x00\x00\x00")),
    ("never-used", "the byte that msgpack never uses", member(b"\xc1")),
    ("utf8-overlong", "an overlong slash in a string", member(b"\xa2\xc0\xaf")),
    ("utf8-surrogate", "a surrogate in a string", member(b"\xa3\xed\xa0\x80")),
    ("utf8-key", "a map key that is not UTF-8", args(b"\x82" + PATH_TEXT + b"\xa1\xff\xc0")),
    ("key-number", "a map key that is a number", args(b"\x82" + PATH_TEXT + b"\x01\xc0")),
    ("key-twice", "the path twice in the args", args(b"\x82" + PATH_TEXT * 2)),
    ("key-twice-top", "the args twice", b"\x82" + 2 * (b"\xa4args\x81" + PATH_TEXT)),
    ("key-long", "a map key of 257 bytes", args(b"\x82" + PATH_TEXT + wire.pack("k" * 257) + b"\xc0")),
    ("nodes", "65,537 values", member(b"\xdd\x00\x01\x00\x01" + b"\xc0" * 65537)),
    ("trailing", "a byte behind the map", args(b"\x81" + PATH_TEXT) + b"\xc0"),
    ("unfinished", "a map without its last value", args(b"\x82" + PATH_TEXT)),
    ("not-a-map", "a number instead of the map", b"\x01"),
    ("args-array", "args that are an array", wire.pack({"args": ["data/hello.txt"]})),
    ("args-nil", "args that are nil", wire.pack({"args": None})),
    ("args-missing", "a CALL without args", wire.pack({})),
    ("key-unknown", "a key that CALL does not have", wire.pack({"args": PATH, "admin": True})),
    ("bytes-fewer", "`bytes` of 5 with no raw bytes", wire.pack({"args": PATH, "bytes": 5})),
    ("bytes-negative", "`bytes` of -1", wire.pack({"args": PATH, "bytes": -1})),
    ("bytes-huge", "`bytes` of 2^64 - 1", wire.pack({"args": PATH, "bytes": 2**64 - 1})),
]


def sends_text(trial, text, raw=b""):
    before = trial.host.broker_kib("VmHWM")
    view = trial.view
    handle = view.take(READ)
    view.link.send(wire.seal(view.to_broker, wire.CALL, handle, 0, text, raw))
    end = view.end()
    grown = trial.host.broker_kib("VmHWM") - before
    trial.check(grown < 3072, f"the broker grew by {grown} KiB")
    return end


for name, tried, text in BOMBS:
    row(f"msgpack-{name}", tried, "structural scan, before msgpack-c" if text[:6] == b"\x81\xa4args"[:6] else "schema",
        LOCKED, reason=CALL_CAUSE)(lambda trial, text=text: sends_text(trial, text))

row("msgpack-raw-more", "raw bytes of which `bytes` says nothing", "schema", LOCKED, reason=CALL_CAUSE)(
    lambda trial: sends_text(trial, wire.pack({"args": PATH}), b"abc"))


@row("msgpack-length", "a msgpack part that claims to be longer than the frame", "plaintext split", LOCKED,
     reason="CALL that cannot be opened")
def msgpack_length(trial):
    view, handle = trial.view, trial.view.take(READ)
    clear = handle + bytes(8)
    plain = b"\xff\xff\xff\xff" + wire.pack({"args": PATH})
    header = wire.frame(wire.CALL, length=len(clear) + len(plain) + 16)
    view.link.send(header + clear + wire.encrypt(view.to_broker, clear, header + clear, plain))
    return view.end()


# (name, what is tried, kind, the message, the cause)
OTHERS = [
    ("want-zero", "a WANT for no handles", wire.WANT, {"command": 0, "count": 0}, "WANT that is not in the format"),
    ("want-many", "a WANT for 1,025 handles", wire.WANT, {"command": 0, "count": 1025}, "WANT that is not in the format"),
    ("want-key", "a WANT with an unknown key", wire.WANT, {"command": 0, "count": 1, "x": 1},
     "WANT that is not in the format"),
    ("miss-long", "a MISS of 129 bytes", wire.MISS, {"name": "n" * 129}, "MISS that is not in the format"),
    ("miss-number", "a MISS whose name is a number", wire.MISS, {"name": 7}, "MISS that is not in the format"),
]
for name, tried, kind, message, cause in OTHERS:
    def attack(trial, kind=kind, message=message):
        trial.view.link.send(trial.view.zero(kind, message))
        return trial.view.end()
    row(name, tried, "schema", LOCKED, reason=cause)(attack)
