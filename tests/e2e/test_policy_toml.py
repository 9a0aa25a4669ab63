"""The TOML reader against Python's own, on documents that are right, wrong, and changed at random.

Python's reads TOML 1.0; ours, like Tauri's, 1.1. What is new in 1.1 is in lists of its own here, and in test_oracle.py."""

import json
import math
import os
import pathlib
import random
import re
import struct
import subprocess
import tomllib

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TB_BUILD", TOP / "build"))
DUMP = BUILD / "policy" / "compiler" / "tree_dump"

VALID = [
    "",
    "\n\r\n# only a comment",
    "a = 1\nb=+2 # x\n'c d' = -3\n\"e\\u00e9\" = 0\n-_9 = 1_000\n",
    "a.b.c = 1\na.b.d = 2\na . 'e.f' = 3\n",
    "[a]\nb.c = 1\n[a.b.d]\nx = 1\n[e . 'f' . \"g\"]\n",
    "[a.b.c]\nz = 1\n[a]\ny = 2\n[a.b]\nx = 3\n",
    "[[a]]\nx = 1\n[a.b]\ny = 2\n[[a]]\n[[a.c]]\nz = 1\n[[a.c]]\n",
    "x = 0xDEAD_beef\no = 0o7_1\nb = 0b1_0\nmax = 9223372036854775807\nmin = -9223372036854775808\n",
    "f = [1.5, -0.0, 1e5, 1E+5, 1.5e-3, 6_2.0_1, inf, +inf, -inf, 3.0e0, 0e0]\n",
    "t = [true, false]\nd = [1979-05-27, 07:32:00, 07:32:00.123456, 1979-05-27T07:32:00, 1979-05-27 07:32:00.5Z, 1979-05-27T07:32:00-07:00]\n",
    "s = 'lit\\n'\nb = \"\\b\\t\\n\\f\\r\\\"\\\\\\u00E9\\U0001F309\"\ne = ''\nf = \"\"\n",
    'm = """\nline\r\nnext\\\n   \n  joined \\t""\n"""\nq = """""two"""""\nl = \'\'\'\nraw\\n\'\'x\'\'\'\'\n',
    "a = [\n1, # one\n\n2\n,\n]\nb = []\nc = [[], [[1]], [{x = 1}, {}]]\n",
    "i = { a = 1, b.c = 2, b.d = [ { e = 'f' } ], 'g' = {} }\nj = {}\n",
    "a = [ ]\n[b] # comment\n\tc\t=\t1\t\n",
    "fruit = []\n[x]\na.b = {c = 1}\na.d = 2\n",
    "\"\" = 1\n'' .a = 2\n".replace("'' .a", "x.''"),
    "caf\u00e9 = 1\n".replace("caf\u00e9", "'caf\u00e9 \u2764\ufe0f'"),
    "1979 = 1\n1.2 = 3\ntrue = 4\ninf = 5\n",
]

INVALID = [
    "a", "a =", "= 1", "a = 1 b = 2", "a = 1\na = 2", "a.b = 1\na = 2", "a = 1\na.b = 2", "a..b = 1", ".a = 1", "a. = 1",
    "[a]\n[a]", "[a]\nb = 1\n[a.b]", "[a.b]\n[a]\nb.c = 1", "[a.b.c]\nz = 9\n[a]\nb.c.t = 9", "[a.b.c.d]\nz = 9\n[a]\nb.c.d.k.t = 9",
    "[a]\nb.c = 1\n[a.b]", "[[a]]\n[a]", "[a]\n[[a]]", "a = []\n[[a]]", "a = [{}]\n[a.b]", "a = {}\n[a]", "a = {}\na.b = 1", "a = {b = 1}\n[a.c]",
    "a = {b = 1, b = 2}", "a = {b = {c = 1}, b.d = 2}", "a = {b = 1,}", "a = {,}", "a = {b = 1\n}", "a = [1 2]", "a = [,]", "a = [1,,2]", "a = [1", "a = [}", "a = {]",
    "[]", "[a", "[[a]", "[a]]", "[ [a]]", "[[a] ]", "[a] b = 1", "[[\na]]", "[a.]", "[.a]", "[a\nb]", "[[a.b]]\n[a.b]", "[a]\n[[a.b]]\n[a]",
    "a = 01", "a = 1_", "a = _1", "a = 1__0", "a = 0x", "a = 0xg", "a = +0x1", "a = -0b1", "a = 0_b1", "a = 0X1", "a = 1_e5", "a = 1e_5", "a = 1._5", "a = 1_.5",
    "a = 1.", "a = .5", "a = 1.e5", "a = 1e", "a = 00.5", "a = +-1", "a = infinity", "a = True", "a = nul", "a = 0o8", "a = 0b2",
    "a = 1979-13-01", "a = 1979-02-29", "a = 1979-5-27", "a = 25:00:00", "a = 07:60:00", "a = 07:32", "a = 1979-05-27T", "a = 1979-05-27T07:32:00+", "a = 1979-05-27 ", "a = 07:32:00.",
    "a = 07:32:00Z", "a = \"x", "a = 'x", "a = \"\n\"", "a = \"\\x\"", "a = \"\\u12\"", "a = \"\\ud800\"", "a = \"\\U00110000\"", "a = \"\x01\"", "a = '\x7f'", "a = '''x''",
    'a = """x', 'a = """x\\ y"""', 'a = """a""""""', '"""a""" = 1', "a = 1 # \x01", "a = 1\rb = 2", "a = \"x\" \"y\"", "a\n= 1", "a =\n1", "# x\ry", "a = 'x\r'", "a.'b\nc' = 1", "\x0b", "a = b",
]
INVALID.remove("a = 1979-05-27 ")

# Right in TOML 1.1 and not in 1.0, with the same in 1.0. Years and seconds as Tauri has them.
NEWER = {
    "a = {b = 1,}": "a = {b = 1}",
    "a = {b = 1\n}": "a = {b = 1}",
    "a = { # x\n\tb\n=\n1, # y\r\n c.d = 2\n,\n}": "a = {b = 1, c.d = 2}",
    "a = [{\n}]": "a = [{}]",
    'a = "\\e\\x41\\xe9"': 'a = "\\u001bA\u00e9"',
}
NEWER_MOMENTS = ["07:32", "1979-05-27T07:32", "1979-05-27 07:32Z", "07:32:60", "0000-01-01"]
NEWER_INVALID = ["a = {\n,}", "a = {b\n.c = 1}", "a = {b = 1\nc = 2}", "a = 07:32.5", "a = 07:3", "a = 07:32:61", 'a = "\\x4"', "a = {b = 1,,}", "a = 1e400", "a = 18446744073709551616", "a = -9223372036854775809"]
IS_NEWER = re.compile(rb"\\[ex]|\d:\d\d(?![\d:])|:60|0000-|\{[^}]*([\n#]|,\s*\})")
OLD_TABLE = re.compile(rb"\{[^{}\n#]*[^{}\n#,\s][ \t]*\}|\{[ \t]*\}")


def is_newer(text):
    """Whether a document may have something of 1.1 in it: looked for without the inline tables that 1.0 has too."""
    while (less := OLD_TABLE.sub(b"0", text)) != text:
        text = less
    return IS_NEWER.search(text)


def dump(documents):
    data = b"".join(struct.pack("<I", len(text)) + text for text in documents)
    done = subprocess.run([DUMP], input=data, capture_output=True, timeout=300, check=True)
    lines = done.stdout.decode().split("\n")
    assert len(lines) == len(documents) + 1
    return [None if line == "error" else json.loads(line) for line in lines[:-1]]


def plain(value):
    """What tomllib made of a document, in the words of tree_dump. Dates are compared by what they mean."""
    if isinstance(value, dict):
        return {key.encode().hex(): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return ["int", str(value)] if value < 2**63 else ["real", float(value)]
    if isinstance(value, float):
        return ["real", value]
    if isinstance(value, str):
        return value.encode().hex()
    return ["moment", value]


def moment_of(tree):
    """A date as Tauri's reader has it: a table with one key."""
    text = bytes.fromhex(tree[b"$__toml_private_datetime".hex()]).decode()
    return tomllib.loads(f"a = {text}")["a"]


def lines_alike(text):
    """Python reads every CR LF as LF; in a string of several lines Tauri keeps it."""
    return bytes.fromhex(text).replace(b"\r\n", b"\n")


def same(ours, theirs):
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list) and len(theirs) == 2 and theirs[0] == "moment":
        return isinstance(ours, dict) and moment_of(ours) == theirs[1]
    if isinstance(theirs, list) and len(theirs) == 2 and theirs[0] == "real":
        number = float(ours[1]) if isinstance(ours, list) and len(ours) == 2 and ours[0] == "real" else None
        return number is not None and (number == theirs[1] or (math.isnan(number) and math.isnan(theirs[1])))
    if isinstance(theirs, list) and theirs[:1] == ["int"]:
        return ours == theirs
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    return lines_alike(ours) == lines_alike(theirs) if isinstance(ours, str) and isinstance(theirs, str) else ours == theirs


def beyond_our_limits(value, depth=0):
    if isinstance(value, int) and not isinstance(value, bool):
        return not -(2**63) <= value < 2**64
    if isinstance(value, float):
        return math.isinf(value)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth >= 80 or any(beyond_our_limits(item, depth + 1) for item in items)


def expected(text):
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None


def differences(documents):
    for text, ours in zip(documents, dump(documents)):
        theirs = expected(text)
        if theirs is None:
            if ours is not None and not is_newer(text):
                yield f"we take what they refuse: {text!r}"
        elif ours is None:
            long_word = re.search(rb"[0-9a-zA-Z_.+:-]{1024}", text)
            if not beyond_our_limits(theirs) and not long_word:
                yield f"we refuse what they take: {text!r}"
        elif not same(ours, plain(theirs)):
            yield f"we disagree: {text!r}: {ours}"


def test_documents_that_are_right():
    documents = [text.encode() for text in VALID]
    assert all(expected(text) is not None for text in documents)
    assert list(differences(documents)) == []


def test_documents_that_are_wrong():
    documents = [text.encode() for text in INVALID + NEWER_INVALID if text not in NEWER and text != "a = 07:32"]
    taken = [text for text, tree in zip(documents, dump(documents)) if tree is not None]
    assert taken == []


def change(generator, text):
    pieces = [b"[", b"]", b"{", b"}", b"=", b".", b",", b"'", b'"', b'"""', b"'''", b"\n", b"\r", b"#", b" ", b"\\", b"_", b"0", b"1e", b"a", b"-", b"\xc3\xa9", b"\x00"]
    for _ in range(generator.randint(1, 4)):
        at = generator.randint(0, len(text))
        end = min(len(text), at + generator.randint(0, 3))
        text = text[:at] + generator.choice(pieces + [b"", text[at : at + 12]]) + text[end:]
    return text


def test_documents_changed_at_random():
    generator = random.Random(2026)
    seeds = [text.encode() for text in VALID + INVALID] + [path.read_bytes() for path in sorted(TOP.glob("tests/policy/**/*.toml"))]
    documents = [change(generator, generator.choice(seeds)) for _ in range(int(os.environ.get("TB_TOML_ROUNDS", "30000")))]
    assert list(differences(documents))[:10] == []


def test_what_is_not_text_is_refused():
    assert dump([b"a = '\xff'", b"# \xc0\x80", b"\xed\xa0\x80"]) == [None] * 3


def test_what_is_new():
    assert dump([text.encode() for text in NEWER]) == dump([text.encode() for text in NEWER.values()])
    assert all(expected(text.encode()) is None and is_newer(text.encode()) for text in NEWER)
    moments = dump([f"a = {text}".encode() for text in NEWER_MOMENTS])
    kept = [bytes.fromhex(tree["61"][b"$__toml_private_datetime".hex()]).decode() for tree in moments]
    assert kept == [text.replace(" ", "T") for text in NEWER_MOMENTS]


def test_numbers_that_63_bits_do_not_hold():
    texts = ["a = 9223372036854775808", "a = 0xffffffffffffffff", "a = 18446744073709551615"]
    assert [tree["61"][0] for tree in dump([text.encode() for text in texts])] == ["real"] * 3


def test_moments_are_kept_as_tauri_writes_them():
    written = {"1979-05-27 07:32:00.500z": "1979-05-27T07:32:00.5Z", "07:32:00.000": "07:32:00.0", "07:32:00.12345678901": "07:32:00.123456789", "1979-05-27t07:32:00-00:00": "1979-05-27T07:32:00+00:00"}
    trees = dump([f"a = {text}".encode() for text in written])
    assert [bytes.fromhex(*tree["61"].values()).decode() for tree in trees] == list(written.values())


def test_limits():
    parts = ".".join("a" * 80)
    deep = "a = " + "[" * 80 + "]" * 80
    documents = [f"{parts} = 1", f"{parts}.a = 1", deep, deep.replace("[[", "[[[", 1) + "]"]
    assert [tree is not None for tree in dump([text.encode() for text in documents])] == [True, False] * 2
