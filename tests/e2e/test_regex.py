"""Our regular expressions against Python's, on expressions and texts that are made at random.

What both read has to match the same texts: `re.fullmatch` with `re.ASCII`, since `\\d`, `\\w` and `\\s` are of ASCII in
ours. What ours refuses on purpose is in lists."""

import os
import pathlib
import random
import re
import struct
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TB_BUILD", TOP / "build"))
MATCH = BUILD / "policy" / "compiler" / "regex_match"

# Bytes of all lengths of UTF-8 and the edges between them; letters that the shorthands tell apart.
LETTERS = list("abcABC019_ -/.\n\t\r~") + ["\x7f", "\x80", "é", "\u07ff", "\u0800", "\ud7ff", "\ue000", "€", "\uffff",
                                            "\U00010000", "😀", "\U0010ffff", "\x00", "\x1c", "\u2028", "\u00a0"]


def field(text):
    data = text.encode()
    return struct.pack("<I", len(data)) + data


def run(cases):
    """Of each case (expression, texts): a list of booleans, or the message of a refusal."""
    data = b"".join(struct.pack("<I", len(texts)) + field(pattern) + b"".join(map(field, texts)) for pattern, texts in cases)
    done = subprocess.run([MATCH], input=data, capture_output=True, check=True, timeout=300)
    lines = done.stdout.decode().split("\n")[:-1]
    assert len(lines) == len(cases)
    return [line[6:] if line.startswith("error ") else [c == "1" for c in line] for line in lines]


def literal(rng, in_class=False):
    c = rng.choice(LETTERS)
    code = ord(c)
    way = rng.randrange(6)
    if way == 0 and code < 256:
        return f"\\x{code:02x}"
    if way == 1 and code < 65536:
        return f"\\u{code:04X}"
    if c in "\n\t\r\x00":
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\x00": "\\x00"}[c]
    special = "-]^[\\&~" if in_class else "\\.^$*+?{}[]|()"
    return "\\" + c if c in special or (way == 2 and c in "-/.~") else c


def code_of(text):
    return ord(eval("'" + text.replace("\\-", "-").replace("\\/", "/").replace("\\.", ".").replace("\\~", "~") + "'"))


def a_class(rng):
    parts = []
    for _ in range(rng.randrange(1, 4)):
        way = rng.randrange(5)
        if way == 0:
            parts.append(rng.choice(["\\d", "\\w", "\\s", "\\D", "\\W", "\\S"]))
        elif way < 3:
            pair = sorted([literal(rng, True), literal(rng, True)], key=code_of)
            parts.append("-".join(pair))
        else:
            parts.append(literal(rng, True))
    return "[" + rng.choice(["", "", "^"]) + "".join(parts) + rng.choice(["", "", "", "-"]) + "]"


def atom(rng, depth):
    way = rng.randrange(10)
    if way < 4:
        return literal(rng)
    if way == 4:
        return "."
    if way == 5:
        return rng.choice(["\\d", "\\w", "\\s", "\\D", "\\W", "\\S"])
    if way < 8 or depth == 0:
        return a_class(rng)
    return rng.choice(["(", "(?:"]) + alternatives(rng, depth - 1) + ")"


def term(rng, depth):
    inner = atom(rng, depth)
    counts = ["", "", "", "", "?", "??", "{2}", "{0}", "{1,2}", "{0,3}"]
    # Python tries all ways one after the other: of loops inside loops there are too many.
    if inner[0] != "(" or not re.search(r"[*+,]", inner):
        counts += ["*", "+", "*?", "+?", "{0,}", "{1,}?"]
    return inner + rng.choice(counts)


def alternatives(rng, depth):
    sequences = ["".join(term(rng, depth) for _ in range(rng.randrange(0, 4))) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    return "|".join(sequences)


def a_text(rng, pattern):
    # Letters of the expression itself make matches likely.
    letters = LETTERS + [c for c in pattern if c.isalnum() or ord(c) > 127] * 2
    return "".join(rng.choice(letters) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4, 6, 9])))


def some_match(pattern, texts):
    """Texts that match parts of the expression tend to match the whole: Python's own search finds them."""
    found = []
    for text in texts:
        hit = re.search(pattern, text, re.ASCII)
        if hit:
            found.append(hit.group())
    return found


@pytest.mark.parametrize("seed", range(8))
def test_matches_as_python_does(seed):
    rng = random.Random(seed)
    cases = []
    for _ in range(700):
        pattern = alternatives(rng, 2)
        if rng.randrange(6) == 0 and "|" not in pattern:
            pattern = rng.choice(["^", ""]) + pattern + "$"
        texts = [a_text(rng, pattern) for _ in range(30)]
        texts += some_match(pattern, [a_text(rng, pattern) for _ in range(30)])
        cases.append((pattern, texts))
    compare(cases, 0)


def compare(cases, flags):
    n_matches = n_refused = n = 0
    for (pattern, texts), got in zip(cases, run(cases)):
        if isinstance(got, str):
            assert "no text can match it" in got or "too large" in got, f"{pattern!r}: {got}"
            n_refused += 1
            assert "too large" in got or not any(re.fullmatch(pattern, text, re.ASCII | flags) for text in texts)
            continue
        for text, matched in zip(texts, got):
            expected = re.fullmatch(pattern, text, re.ASCII | flags) is not None
            assert matched == expected, f"{pattern!r} on {text!r}: {matched}, Python says {expected}"
            n_matches += matched
            n += 1
    # The test is one only if both answers come up often, and hardly anything is refused.
    assert n_matches > n // 20 and n_matches < n and n_refused < len(cases) // 20, (n, n_matches, n_refused)


def test_ignores_case_as_python_does():
    rng = random.Random(99)
    cases = []
    while len(cases) < 700:
        pattern = alternatives(rng, 2)
        if any(ord(c) > 127 for c in pattern) or "\\u" in pattern or "\\x" in pattern:
            continue
        texts = [a_text(rng, pattern) for _ in range(30)]
        texts += [t.swapcase() for t in some_match(pattern, [a_text(rng, pattern) for _ in range(30)])]
        cases.append(("(?i)" + pattern, texts))
    compare(cases, re.IGNORECASE)


def test_every_character_is_in_its_class_and_no_other():
    everything = [chr(c) for c in list(range(0x3000)) + list(range(0xd000, 0xd800)) + list(range(0xe000, 0xe100)) +
                  list(range(0xff00, 0x10100)) + list(range(0x10ff00, 0x110000))]
    patterns = [".", "[^a]", "[\\u0080-\\u07ff]", "[é-€]", "[\\u{d000}-\\u{10fffe}]", "[^\\x00-\\x7f]", "\\W", "\\S", "[\\D0]",
                "[\\u{800}-\\u{ffff}]", "[\\u{10000}-\\u{10ffff}]", "[^\\u07ff-\\u0800\\uffff-\\u{10000}]", "[\\x7f-\\x80]"]
    for pattern, got in zip(patterns, run([(p, everything) for p in patterns])):
        python = re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: f"\\U{int(m[1], 16):08x}", pattern)
        expected = [re.fullmatch(python, c, re.ASCII) is not None for c in everything]
        assert got == expected, pattern


REFUSED = {
    "(?=a)b": "look-ahead", "(?!a)b": "look-ahead", "(?<=a)b": "look-ahead", "(?<!a)b": "look-ahead",
    "(a)\\1": "back references", "\\k<a>": "back references", "(?P<n>a)": "of groups there are", "(?<n>a)": "of groups there are",
    "(?i:a)": "of groups there are", "a(?i)b": "of groups there are", "(?x)a": "of groups there are", "\\bword\\b": "edge of the word", "a\\B": "edge of the word",
    "\\Aa": "leave them out", "a\\z": "leave them out", "a\\Z": "leave them out", "\\pL": "ranges", "\\p{Greek}": "ranges", "\\0": "\\x00",
    "^a|b$": "a|b", "a|b$": "a|b", "^a|b": "a|b", "a^b": "ends of the expression", "a$b": "ends of the expression", "(^a)": "ends of the expression",
    "(a$)": "ends of the expression", "^^a": "ends of the expression", "a$$": "ends of the expression", "[[:alpha:]]": "classes inside", "[a[b]]": "classes inside",
    "[]a]": "begins with", "[^]a]": "begins with", "[]": "begins with", "[a&&b]": "sets", "[a~~b]": "sets", "[a-c-e]": "`-` in a class", "[\\d-z]": "`-` in a class", "[a--b]": "`-` in a class",
    "[--a]": "`-` in a class", "[a-\\d]": "`-` in a class", "[z-a]": "turn it round", "[a": "without its `]`", "[": "without its `]`", "[a-": "without its `]`", "[\\": "before nothing",
    "(a": "without its `)`", "a)": "without its `(`", "*a": "nothing to repeat", "a|*": "nothing to repeat", "(+)": "nothing to repeat", "a**": "one behind the other",
    "a+*": "one behind the other", "a{2}{3}": "one behind the other", "a*+": "one behind the other", "a{": "count that is none", "a{}": "count that is none", "a{,3}": "count that is none",
    "a{3,2}": "count that is none", "a{2,": "count that is none", "a{1001}": "more than 1000", "a{99999999999}": "more than 1000", "a{1,1001}": "more than 1000", "{a": "alone", "a}": "alone", "a]": "alone",
    "\\": "before nothing", "\\q": "means nothing here", "\\c": "means nothing here", "\\e": "means nothing here", "\\é": "no other meaning", "\\ ": "no other meaning", "\\<": "edges of words",
    "\\x1": "by its number", "\\xzz": "by its number", "\\u12": "by its number", "\\u{}": "by its number", "\\u{110000}": "number of no character", "\\ud800": "number of no character",
    "\\u{1234567}": "six hex digits", "\\u{12": "six hex digits", "(?i)é": "ASCII alone", "(?i)[à-ÿ]": "ASCII alone", "(?i)\u212a": "ASCII alone", "(?i)\u017f": "ASCII alone",
    "[^\\x00-\\u{10ffff}]": "no text can match", "a[^\\d\\D]": "no text can match", "(a|b)*a(a|b){20}": "too large", "(.{1000}){1000}": "too large", "(((a{1000}){1000}){1000}){1000}": "too large",
    "(a?){1000}.{1000}": "too large", "(" * 33 + ")" * 33: "32 deep", "a\x00b": "\\x00", "a" * 1025: "1024 bytes", "(?i": "of groups there are",
}


def test_says_what_it_refuses_and_why():
    cases = list(REFUSED.items())
    for (pattern, why), got in zip(cases, run([(pattern, []) for pattern, _ in cases])):
        assert isinstance(got, str), f"{pattern!r} was taken"
        assert why in got, f"{pattern!r}: {got}"


def test_takes_what_is_written_every_day():
    cases = {
        r"[a-z0-9_-]+\.(txt|md)": (["notes.txt", "a-b_1.md"], ["notes.txt/", ".txt", "a.mdx", "a.txt\n", "A.txt"]),
        r"^https://([a-z0-9-]+\.)*example\.com(:\d{1,5})?/.*$": (["https://example.com/", "https://a.b.example.com:443/x"],
                                                               ["https://example.com.evil.org/", "https://evilexample.com/", "https://a@example.com/", "x https://example.com/"]),
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": (["123e4567-e89b-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000", "123E4567-e89b-12d3-a456-426614174000"]),
        r"(?i)select": (["SELECT", "sElEcT"], ["ſelect", "select "]),
        r"[^/]+": (["a", "é😀"], ["", "a/b"]),
        r".{1,255}": (["x" * 255, "é" * 255, "😀" * 255], ["", "x" * 256, "a\nb"]),
        r"": ([""], ["a"]),
        r"(a|)": (["", "a"], ["aa"]),
        r"(a*)*": (["", "aaaa"], ["b"]),
        r"(a|a)*b": (["a" * 5000 + "b"], ["a" * 5000]),
        r"(x+x+)+y": (["x" * 5000 + "y"], ["x" * 5000]),
        r"\$\{[A-Z]+\}": (["${A}"], ["$A"]),
        r"[-a]+[b-]+": (["-a-b-"], ["a"]),
        r"\x{41}\u{1F600}": (["A😀"], ["A"]),
        r"[\]\[\^\-\\]+": (["][^-\\"], ["a"]),
    }
    for (pattern, (yes, no)), got in zip(cases.items(), run([(p, y + n) for p, (y, n) in cases.items()])):
        assert got == [True] * len(yes) + [False] * len(no), (pattern, got)
