"""Capability files: tauri-acl.md 1.3 and 1.4, and what JSON and TOML are to Tauri."""

import json

import permissions
import syntax

WRONG = {"null": None, "false": False, "int": 3, "float": 1.5, "string": "x", "list": [], "list-of-int": [1], "list-of-null": [None], "list-of-list": [[]], "list-of-string": ["x"], "table": {}}
FIELDS = ("identifier", "description", "local", "remote", "windows", "webviews", "permissions", "platforms")
ENTRIES = [None, 1, 1.5, True, [], ["allow-greet"], {}, "allow-greet", "", "a_b", "allow-greet ", {"identifier": "allow-greet"}, {"identifier": None}, {"identifier": 1}, {"identifier": "a_b"}, {"identifier": ["allow-greet"]},
           {"allow": []}, *({"identifier": "allow-greet", key: value} for key in ("allow", "deny") for value in (None, [], [1, None, "x", {}, [1.5]], "x", {}, 1, True)),
           {"identifier": "allow-greet", "scope": {"allow": 3}}, {"identifier": "allow-greet", "allow": None, "deny": None}, {"Identifier": "allow-greet"}]
REMOTES = [{"urls": []}, {"urls": ["https://a.example"]}, {"urls": None}, {"urls": "https://a.example"}, {"urls": [1]}, {"urls": [None]}, {"url": []}, {"urls": [], "x": 1}, {"URLs": []}, {"urls": {}}, [[]], [["https://a.example"]], [], [[], []], [None]]
IDENTIFIERS = ["", " ", "a b", "\u00e9", "a" * 300, "a/b", "x\ny", "default", "a\u0000b"]
LABELS = [[""], ["main", "main"], ["\u00e9"], ["a b"], ["x" * 200], ["main", None], ["*"]]

ONE = {"identifier": "a", "permissions": []}
TWO = {"identifier": "b", "permissions": []}
SHAPES = {
    "empty-list": [], "list": [ONE, TWO], "list-null": [None], "list-string": ["x"], "list-list": [[]], "list-of-named": [{"capabilities": [ONE]}], "named": {"capabilities": [ONE, TWO]}, "named-empty": {"capabilities": []}, "named-null": {"capabilities": None}, "named-table": {"capabilities": ONE}, "named-string": {"capabilities": "x"}, "named-int": {"capabilities": 1}, "named-list-null": {"capabilities": [None]},
    "named-and-fields": {"capabilities": [], "identifier": 1, "permissions": 2}, "fields-and-named-null": {"identifier": "a", "permissions": [], "capabilities": None}, "named-other": {"capability": [ONE]}, "named-case": {"Capabilities": [ONE]}, "empty-table": {}, "nested": {"capabilities": [{"capabilities": []}]},
    "capability-as-list": [["a", "", None, True, [], [], [], None]], "named-capability-as-list": {"capabilities": [["a", "", None, True, [], [], [], None]]}, "named-capability-as-short-list": {"capabilities": [["a"]]}, "list-capability-as-full-list": [["a", "", None, True, [], [], [], None]],
    "string": "x", "int": 1, "null": None, "bool": True, "unknown-keys": {**ONE, "$schema": "x", "window": ["main"], "Permissions": 3}, "case": {"Identifier": "a", "Permissions": []},
}
FRAME = '{"identifier": "a", "permissions": [{"identifier": "allow-greet", "allow": [%]}]}'
TOML_FRAME = 'identifier = "a"\n[[permissions]]\nidentifier = "allow-greet"\nallow = [%]\n'
TOML_KEY_FRAME = 'identifier = "a"\npermissions = []\nx = %\n'
TEXTS = {
    "empty": "", "space": " \t\r\n ", "newline": "\n", "bom": '\ufeff{"identifier": "a", "permissions": []}', "bom-only": "\ufeff", "comment": '// x\n{"identifier": "a", "permissions": []}', "comment-end": '{"identifier": "a", "permissions": []} // x', "trailing-comma": '{"identifier": "a", "permissions": [],}', "two": '{"identifier": "a", "permissions": []} {}', "nul-end": '{"identifier": "a", "permissions": []}\0', "cr": '{\r"identifier": "a",\r"permissions": []\r}', "no-braces": '"identifier": "a"',
    "duplicate-identifier": '{"identifier": 1, "identifier": "a", "permissions": []}', "duplicate-last-wrong": '{"identifier": "a", "identifier": 1, "permissions": []}', "duplicate-permissions": '{"identifier": "a", "permissions": 1, "permissions": []}', "duplicate-in-entry": '{"identifier": "a", "permissions": [{"identifier": "a_b", "identifier": "allow-greet"}]}', "duplicate-escaped": '{"identifier": "a", "permissions": 1, "permission\\u0073": []}',
    "duplicate-named": '{"capabilities": 1, "capabilities": []}', "duplicate-in-named": '{"capabilities": [{"identifier": 1, "identifier": "a", "permissions": []}]}', "array-duplicate": '[{"identifier": "a", "identifier": "b", "permissions": []}]', "array-duplicate-permissions": '[{"identifier": "a", "permissions": [], "permissions": []}]', "array-duplicate-unknown": '[{"identifier": "a", "permissions": [], "x": 1, "x": 2}]',
    "array-duplicate-in-entry": '[{"identifier": "a", "permissions": [{"identifier": "allow-greet", "identifier": "allow-greet"}]}]', "array-duplicate-allow": '[{"identifier": "a", "permissions": [{"identifier": "allow-greet", "allow": [], "allow": []}]}]', "array-duplicate-in-value": '[{"identifier": "a", "permissions": [{"identifier": "allow-greet", "allow": [{"p": 1, "p": 2}]}]}]', "array-duplicate-entry-unknown": '[{"identifier": "a", "permissions": [{"identifier": "allow-greet", "x": 1, "x": 2}]}]', "array-duplicate-urls": '[{"identifier": "a", "permissions": [], "remote": {"urls": [], "urls": []}}]',
    "unknown-huge-number": '{"identifier": "a", "permissions": [], "x": 1e400}', "array-unknown-huge-number": '[{"identifier": "a", "permissions": [], "x": 1e400}]', "unknown-surrogate": '{"identifier": "a", "permissions": [], "x": "\\ud800"}', "array-unknown-surrogate": '[{"identifier": "a", "permissions": [], "x": "\\ud800"}]', "array-unknown-deep": '[{"identifier": "a", "permissions": [], "x": ' + "[" * 500 + "]" * 500 + "}]", "array-unknown-bad-number": '[{"identifier": "a", "permissions": [], "x": 01}]',
    "repeated-entries": '{"identifier": "a", "permissions": ["allow-greet", "allow-greet"]}', "same-identifiers": '[{"identifier": "a", "permissions": []}, {"identifier": "a", "permissions": []}]',
    "large": '{"identifier": "a", "permissions": [], "description": "' + "x" * 300000 + '"}', "many-entries": '{"identifier": "a", "permissions": [' + ", ".join(f'{{"identifier": "allow-greet", "allow": [{n}]}}' for n in range(3000)) + "]}",
}
NOT_UTF8 = {"latin1": b"\xe9", "overlong": b"\xc0\x80", "surrogate": b"\xed\xa0\x80", "above": b"\xf4\x90\x80\x80", "cut": b"\xe2\x82", "continuation": b"\x80", "ff": b"\xff"}


def json_trees():
    for field in FIELDS:
        for kind, value in WRONG.items():
            yield f"{field}-{kind}", {**ONE, field: value}
        yield f"without-{field}", {key: value for key, value in ONE.items() if key != field}
    for name, field, cases in (("entry", "permissions", [[entry] for entry in ENTRIES]), ("remote", "remote", REMOTES), ("name", "identifier", IDENTIFIERS), ("windows", "windows", LABELS), ("webviews", "webviews", LABELS), ("platforms", "platforms", permissions.PLATFORMS)):
        for n, value in enumerate(cases):
            yield f"{name}-{n:02}", {**ONE, field: value}
    yield from ((f"shape-{name}", tree) for name, tree in SHAPES.items())


def toml_texts():
    top = 'identifier = "a"\npermissions = []\n'
    yield from ((f"document-{name}", top + text + "\n") for name, text in {"plain": "", "unknown": "x = 1", "blank-crlf": "\r\n"}.items())
    yield from ((f"value-{name}", TOML_KEY_FRAME.replace("%", value)) for name, value in syntax.TOML_VALUES.items())
    yield from ((f"scope-{name}", TOML_FRAME.replace("%", value)) for name, value in syntax.TOML_VALUES.items() if name[:4] in ("date", "time", "loca", "offs", "inf", "nan", "hex", "e400") or name in ("table-lines", "list-mixed", "i64-above"))
    yield from ((f"document-{name}", top + text) for name, text in syntax.TOML_DOCUMENTS.items())
    for field in FIELDS:
        for kind, value in {"date": "1979-05-27", "inf": "inf", "nan": "nan", "table": "{}", "list": "[]", "list-date": "[1979-05-27]", "string": '"x"', "int": "1", "true": "true"}.items():
            yield f"{field}-{kind}", "".join(f"{key} = {value if key == field else good}\n" for key, good in {"identifier": '"a"', "permissions": "[]", field: value}.items())
    yield "capabilities", '[[capabilities]]\nidentifier = "a"\npermissions = []\n[[capabilities]]\nidentifier = "b"\npermissions = []\n'
    yield "capabilities-table", '[capabilities]\nidentifier = "a"\npermissions = []\n'
    yield "capabilities-date", "capabilities = 1979-05-27\n"
    yield "without-identifier", "permissions = []\n"
    yield "without-permissions", 'identifier = "a"\n'
    yield "bom", "\ufeff" + top
    yield "bom-twice", "\ufeff\ufeff" + top
    yield "empty", ""
    yield "space", " \n"
    yield "json", '{"identifier": "a", "permissions": []}'


def rows():
    for name, tree in json_trees():
        yield {"name": f"json-{name}", "ext": "json", "text": json.dumps(tree), "paragraph": "1.3" if "platforms" in name else "1.4"}
    for name, value in syntax.JSON_VALUES.items():
        yield {"name": f"json-value-{name}", "ext": "json", "text": FRAME.replace("%", value), "paragraph": "1.4"}
    for name, text in TEXTS.items():
        yield {"name": f"json-text-{name}", "ext": "json", "text": text, "paragraph": "1.4"}
    for name, data in NOT_UTF8.items():
        yield {"name": f"json-utf8-{name}", "ext": "json", "data": FRAME.replace("%", '"%"').encode().replace(b"%", data), "paragraph": "1.4"}
        yield {"name": f"toml-utf8-{name}", "ext": "toml", "data": b'identifier = "a"\npermissions = []\nx = "%s"\n' % data, "paragraph": "1.4"}
    for name, text in toml_texts():
        yield {"name": f"toml-{name}", "ext": "toml", "text": text, "paragraph": "1.4"}
