"""JSON and TOML with the line of each value: the reference's own readers.

Both give a tree of `Node`. An object keeps its pairs in file order and twice where a key comes twice, because what
two equal keys mean depends on who reads them (tauri-acl.md, 1.4).
"""

import dataclasses
import datetime
import json
import math
import re
import tomllib


class Bad(Exception):
    """A file, or what it says, is wrong: `code` is the class of the error."""

    def __init__(self, code, message, file="", line=0):
        super().__init__(f"{code}: {message} ({file}:{line})")
        self.code, self.file, self.line = code, file, line


@dataclasses.dataclass
class Node:
    value: object
    line: int = 0


class Pairs:
    """The (key, Node) pairs of an object."""

    def __init__(self, pairs=()):
        self.pairs = list(pairs)

    def __iter__(self):
        return iter(self.pairs)

    def last(self, key):
        found = [node for name, node in self.pairs if name == key]
        return found[-1] if found else None


SPACE = re.compile(r"[ \t\r\n]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
WORDS = {"true": True, "false": False, "null": None}


class Json:
    """A strict reader of JSON: no comments, no trailing comma, no byte order mark, one value."""

    def __init__(self, text, file):
        self.text, self.file, self.at = text, file, 0

    def fail(self, message):
        raise Bad("syntax", message, self.file, self.line())

    def line(self):
        return self.text.count("\n", 0, self.at) + 1

    def peek(self):
        self.at = SPACE.match(self.text, self.at).end()
        return self.text[self.at:self.at + 1]

    def take(self, character):
        if self.peek() != character:
            self.fail(f"`{character}` is missing")
        self.at += 1

    def document(self):
        node = self.node()
        if self.peek():
            self.fail("something stands behind the value")
        return node

    def node(self):
        first = self.peek()
        line = self.line()
        if first == "{":
            return Node(self.members(), line)
        if first == "[":
            return Node(self.elements(), line)
        if first == '"':
            return Node(self.string(), line)
        return Node(self.scalar(), line)

    def string(self):
        try:
            value, self.at = json.decoder.scanstring(self.text, self.at + 1, True)
        except json.JSONDecodeError as error:
            self.fail(str(error))
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            self.fail("half a surrogate pair")
        return value

    def scalar(self):
        for word, value in WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        number = NUMBER.match(self.text, self.at)
        if not number:
            self.fail("not a value")
        self.at = number.end()
        whole = not number.group(1) and not number.group(2)
        if math.isinf(float(number.group())):
            self.fail("a number out of range")
        return int(number.group()) if whole else float(number.group())

    def members(self):
        pairs = Pairs()
        self.take("{")
        while self.peek() != "}":
            if pairs.pairs:
                self.take(",")
            if self.peek() != '"':
                self.fail("a key is missing")
            key = self.string()
            self.take(":")
            pairs.pairs.append((key, self.node()))
        self.take("}")
        return pairs

    def elements(self):
        nodes = []
        self.take("[")
        while self.peek() != "]":
            if nodes:
                self.take(",")
            nodes.append(self.node())
        self.take("]")
        return nodes


def read_text(path, file):
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise Bad("syntax", "not UTF-8", file, 1) from None


def read_json(path, file):
    return Json(read_text(path, file), file).document()


def from_toml(value):
    if isinstance(value, dict):
        return Node(Pairs((key, from_toml(item)) for key, item in value.items()))
    if isinstance(value, list):
        return Node([from_toml(item) for item in value])
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        # What Tauri's reader of TOML makes of it; the command line program of Tauri shows it so.
        return Node(Pairs([("$__toml_private_datetime", Node(value.isoformat().replace("+00:00", "Z")))]))
    return Node(value)


TOKEN = re.compile(r'"""(?:[^\\]|\\.)*?"""|' r"'''.*?'''|" r'"(?:[^"\\\n]|\\.)*"|' r"'[^'\n]*'|#[^\n]*|[\[\]{},\n]", re.S)
HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z_.\" ]+?)\s*\]\]?", re.M)


def element_lines(text, start):
    """The line on which each element begins of the list whose `[` is at `start`."""
    lines, depth, fresh, at = [], 0, False, start
    for token in TOKEN.finditer(text, start):
        between = text[at:token.start()]
        if depth == 1 and fresh and (between.strip() or token.group()[0] in "\"'[{"):
            lines.append(text.count("\n", 0, token.start()) + 1)
            fresh = False
        at = token.end()
        if token.group() in "[{":
            depth, fresh = depth + 1, depth == 0
        elif token.group() in "]}":
            depth -= 1
            if depth == 0:
                return lines
        elif token.group() == "," and depth == 1:
            fresh = True
    return lines


def place_toml(text, capabilities):
    """Gives the entries of each capability's `permissions` their lines: lists and [[permissions]] tables."""
    marks = [(found.start(), "list", element_lines(text, found.end() - 1))
             for found in re.finditer(r"^\s*\"?permissions\"?\s*=\s*\[", text, re.M)]
    for found in HEADER.finditer(text):
        line = text.count("\n", 0, found.start(1)) + 1
        name = found.group(1).replace('"', "").replace(" ", "")
        if name.split(".")[-1] == "permissions":
            marks.append((found.start(), "table", [line]))
        elif name == "capabilities":
            marks.append((found.start(), "new", []))
    groups = [[]]
    for _, kind, lines in sorted(marks):
        if kind == "new" and (groups[-1] or len(groups) > 1 or capabilities is not None):
            groups.append([])
        groups[-1] += lines
    groups = [group for group in groups if group]
    for node, lines in zip([c for c in capabilities if entries(c)], groups):
        for entry, line in zip(entries(node), lines):
            entry.line = line


def entries(capability):
    node = capability.value.last("permissions") if isinstance(capability.value, Pairs) else None
    return node.value if node and isinstance(node.value, list) else []


def read_toml(path, file):
    text = read_text(path, file).removeprefix("\ufeff")
    try:
        tree = from_toml(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        raise Bad("syntax", str(error), file, int(place.group(1)) if place else 0) from None
    named = tree.value.last("capabilities")
    listed = named.value if named and isinstance(named.value, list) else [tree]
    place_toml(text, listed)
    return tree
