"""Permission files: tauri-acl.md 1.2 and 1.3."""

import json

WRONG = {"null": None, "true": True, "int": 3, "float": 1.5, "string": "x", "list": [], "list-of-int": [1], "list-of-null": [None], "table": {}}
VERSIONS = ["0", "1", "-1", "-0", "1.0", "0.0", "1.5", "1e0", "1e3", "18446744073709551615", "18446744073709551616", "9223372036854775808",
            "true", "null", '"1"', "[]", "{}", "1e400", "01", "+1"]
PLATFORMS = [None, [], ["linux"], ["macOS"], ["iOS"], ["android"], ["windows"], ["macos"], ["MacOS"], ["ios"], ["Linux"], ["LINUX"], ["Windows"],
             ["linux", "linux"], ["linux", "plan9"], [""], [None], [1], [["linux"]], [{"linux": None}], "linux", {}, {"linux": None}, 1, True, ["linux "], ["darwin"]]
SCOPES = [None, {}, {"allow": None}, {"deny": None}, {"allow": []}, {"deny": []}, {"allow": None, "deny": []}, {"allow": "x"}, {"allow": {}}, {"allow": 1},
          {"allow": [None, True, 1, 1.5, "s", [], {}, [[1]], {"a": {"b": [None]}}]}, {"deny": "x"}, {"deny": {}}, {"deny": True}, {"other": 1}, [], [[], []], "x", 1, True,
          {"allow": [], "allow2": 1}, {"Allow": 1}, [None, None], [["a"], None], [["a"]], [["a"], None, None]]
COMMANDS = [None, {}, {"allow": None}, {"deny": None}, {"allow": []}, {"deny": []}, {"allow": "x"}, {"allow": ["x"]}, {"allow": ["x", "x"]}, {"allow": [1]}, {"allow": [None]},
            {"deny": [["x"]]}, {"deny": "x"}, {"deny": {}}, {"allow": {}}, {"other": 1}, [], [[], []], [["x"], ["y"]], [["x"]], [["x"], ["y"], []], [[1], []], "x", 1, True,
            {"allow": [""]}, {"allow": ["plugin:fs|x"]}, {"allow": ["a b"]}, {"allow": ["\u00e9"]}, {"allow": ["*"]}, {"allow": ["a\u0000b"]}, {"allow": ["x" * 300]}]
IDENTIFIERS = ["", "allow_x", "a:b", "x" * 300, "\u00e9", "a b", "default", "tauri-plugin-x", "a\u0000b"]

JSON_TEXTS = {
    "empty-table": "{}", "list": "[]", "list-as-struct": "[null, [], []]", "list-one": "[null]", "list-four": "[null, [], [], 1]", "list-default": '[[null, null, ["a"]], [], []]',
    "null": "null", "string": '"x"', "int": "1", "empty": "", "space": " \n\t", "bom": "\ufeff{}",
    "comment": "{} // x", "trailing-comma": '{"set": [],}', "trailing-comma-list": '{"set": [{},]}', "unknown-keys": '{"$schema": "x", "sets": 1, "Permission": []}', "two-documents": "{} {}",
    "duplicate-set": '{"set": [], "set": []}', "duplicate-default": '{"default": null, "default": null}', "duplicate-permission": '{"permission": [], "permission": []}',
    "duplicate-unknown": '{"x": 1, "x": 2}',
    "duplicate-identifier": '{"permission": [{"identifier": "a", "identifier": "b"}]}', "duplicate-commands": '{"permission": [{"identifier": "a", "commands": {}, "commands": {}}]}',
    "duplicate-allow": '{"permission": [{"identifier": "a", "commands": {"allow": [], "allow": []}}]}', "duplicate-scope-allow": '{"permission": [{"identifier": "a", "scope": {"allow": [], "allow": []}}]}',
    "duplicate-in-value": '{"permission": [{"identifier": "a", "scope": {"allow": [{"p": 1, "p": 2}]}}]}', "duplicate-in-set": '{"set": [{"identifier": "a", "description": "", "permissions": [], "permissions": []}]}',
    "duplicate-default-permissions": '{"default": {"permissions": [], "permissions": []}}', "duplicate-in-unknown": '{"x": {"y": 1, "y": 2}}', "duplicate-platforms": '{"permission": [{"identifier": "a", "platforms": null, "platforms": null}]}',
    "unknown-surrogate": '{"x": "\\ud800"}', "unknown-surrogate-key": '{"\\ud800": 1}', "unknown-huge-number": '{"x": 1e400}', "unknown-bad-escape": '{"x": "\\q"}', "unknown-control": '{"x": "\x01"}', "unknown-hex4": '{"x": "\\u12"}',
    "unknown-number": '{"x": 01}', "unknown-deep": '{"x": ' + "[" * 500 + "]" * 500 + "}", "unknown-mismatched": '{"x": [}]}', "unknown-nan": '{"x": NaN}', "unknown-minus": '{"x": -}', "unknown-dot": '{"x": 1.}', "unknown-exp": '{"x": 1e}',
    "same-identifiers": '{"permission": [{"identifier": "a"}, {"identifier": "a"}]}', "set-and-permission": '{"set": [{"identifier": "a", "description": "", "permissions": []}], "permission": [{"identifier": "a"}]}',
    "permission-as-list": '{"permission": [[1, "a", null, {}, {}, null]]}', "permission-as-list-null": '{"permission": [[null, "a", null, {}, {}, null]]}', "set-as-list": '{"set": [["a", "", []]]}', "set-as-short-list": '{"set": [["a", ""]]}', "set-as-long-list": '{"set": [["a", "", [], 1]]}',
    "default-as-list": '{"default": [null, null, []]}', "default-as-short-list": '{"default": [null, null]}', "set-table": '{"set": {}}', "permission-table": '{"permission": {"identifier": "a"}}',
    "misplaced-scope": '{"permission": [{"identifier": "a"}], "scope": {"deny": 1}}', "key-escape": '{"s\\u0065t": 1}', "not-utf8-key": None,
}
TOML_TEXTS = {
    "empty": "", "comment": "# x", "unknown": "x = 1\n[y]\nz = 1\n", "misplaced-scope": '[[permission]]\nidentifier = "a"\n[[scope.deny]]\npath = "x"\n', "version-zero": '[[permission]]\nidentifier = "a"\nversion = 0\n',
    "version-one": '[[permission]]\nidentifier = "a"\nversion = 1\n', "version-hex": '[[permission]]\nidentifier = "a"\nversion = 0x10\n', "version-negative": '[default]\nversion = -1\npermissions = []\n', "version-float": '[default]\nversion = 1.0\npermissions = []\n', "version-max": '[default]\nversion = 9223372036854775807\npermissions = []\n',
    "version-above": '[default]\nversion = 9223372036854775808\npermissions = []\n', "version-u64": '[default]\nversion = 18446744073709551615\npermissions = []\n', "description-date": '[default]\ndescription = 1979-05-27\npermissions = []\n', "identifier-date": "[[permission]]\nidentifier = 1979-05-27\n", "identifier-int": "[[permission]]\nidentifier = 1\n",
    "set-table": '[set]\nidentifier = "a"\ndescription = ""\npermissions = []\n', "permission-table": '[permission]\nidentifier = "a"\n', "set-without-description": '[[set]]\nidentifier = "a"\npermissions = []\n', "default-without-permissions": '[default]\ndescription = "x"\n',
    "default-list": '[[default]]\npermissions = []\n', "dotted": '[[permission]]\nidentifier = "a"\ncommands.allow = ["x"]\ncommands.deny = []\nscope.allow = [{ path = "x" }]\n', "sub-tables": '[[permission]]\nidentifier = "a"\n[permission.commands]\nallow = ["x"]\n[[permission.scope.allow]]\npath = "x"\n[[permission.scope.deny]]\npath = "y"\n',
    "values": '[[permission]]\nidentifier = "a"\nscope.allow = [1, -1, 0x1f, 0o7, 0b1, 1.5, 1e3, inf, -inf, nan, true, "s", 1979-05-27, 07:32:00, 1979-05-27T07:32:00Z, [], {}]\n', "redefined": '[[permission]]\nidentifier = "a"\nidentifier = "b"\n', "crlf": '[[permission]]\r\nidentifier = "a"\r\n', "bare-cr": '[[permission]]\ridentifier = "a"\r',
    "bom": "\ufeff[default]\npermissions = []\n", "platforms": '[[permission]]\nidentifier = "a"\nplatforms = ["linux", "macOS"]\n', "platforms-case": '[[permission]]\nidentifier = "a"\nplatforms = ["MacOS"]\n', "platforms-string": '[[permission]]\nidentifier = "a"\nplatforms = "linux"\n', "platforms-table": '[[permission]]\nidentifier = "a"\nplatforms = [{ linux = 1 }]\n', "platforms-empty": '[[permission]]\nidentifier = "a"\nplatforms = []\n',
    "commands-string": '[[permission]]\nidentifier = "a"\ncommands.allow = "x"\n', "commands-list": '[[permission]]\nidentifier = "a"\ncommands = [["x"], []]\n', "mixed": '[[permission]]\nidentifier = "a"\ncommands.allow = ["x", 1]\n', "same-twice": '[[permission]]\nidentifier = "a"\n[[permission]]\nidentifier = "a"\n',
}


def permission(**fields):
    return {"permission": [{"identifier": "a", **fields}]}


def json_trees():
    wholes = {"version": None, "description": None, "commands": None, "scope": None, "platforms": None}
    for kind, value in WRONG.items():
        for field in ("default", "set", "permission"):
            yield f"{field}-{kind}", {field: value}
        for field in ("identifier", "description", "permissions"):
            yield f"set-{field}-{kind}", {"set": [{"identifier": "a", "description": "", "permissions": [], field: value}]}
        for field in ("description", "permissions"):
            yield f"default-{field}-{kind}", {"default": {"permissions": [], field: value}}
        for field in ("identifier", *wholes):
            yield f"permission-{field}-{kind}", permission(**{field: value})
        yield f"set-entry-{kind}", {"set": [value]}
        yield f"permission-entry-{kind}", {"permission": [value]}
    for missing in ("identifier", "description", "permissions"):
        whole = {"identifier": "a", "description": "", "permissions": []}
        yield f"set-without-{missing}", {"set": [{key: value for key, value in whole.items() if key != missing}]}
    for name, cases in (("platforms", PLATFORMS), ("scope", SCOPES), ("commands", COMMANDS), ("identifier", IDENTIFIERS)):
        for n, value in enumerate(cases):
            yield f"{name}-{n:02}", permission(**{name: value})


def rows():
    for name, tree in json_trees():
        yield {"name": f"json-{name}", "ext": "json", "text": json.dumps(tree), "paragraph": "1.3" if "platforms" in name else "1.2"}
    for n, version in enumerate(VERSIONS):
        yield {"name": f"json-version-{n:02}", "ext": "json", "text": '{"permission": [{"identifier": "a", "version": %s}]}' % version, "paragraph": "1.2"}
        yield {"name": f"json-default-version-{n:02}", "ext": "json", "text": '{"default": {"permissions": [], "version": %s}}' % version, "paragraph": "1.2"}
    for name, text in JSON_TEXTS.items():
        data = b'{"\xff": 1}' if text is None else text.encode("utf-8", "surrogatepass")
        yield {"name": f"json-text-{name}", "ext": "json", "data": data, "paragraph": "1.2"}
    for name, text in TOML_TEXTS.items():
        yield {"name": f"toml-{name}", "ext": "toml", "text": text, "paragraph": "1.2"}
