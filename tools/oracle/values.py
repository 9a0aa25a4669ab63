"""What a scope's value is to Tauri: tauri-acl.md 1.4, last line.

`permission rm` reads a permission file and writes it anew; what stands in the scope afterwards is what Tauri took it for.
"""

import json
import tomllib

import syntax

JSON = '{"permission": [{"identifier": "gone"}, {"identifier": "kept", "scope": {"allow": [%]}}]}'
TOML = '[[permission]]\nidentifier = "gone"\n[[permission]]\nidentifier = "kept"\nscope.allow = [%]\n'
MORE = {"sorted": '{"b": 1, "a": 2, "B": 3, "": 4}', "nested": '[[1, [2.0]], {"x": {"y": null}}]', "mixed": '[1, 1.0, "1", true, null]', "fraction": "0.1", "third": "0.333333333333333333333", "i53": "9007199254740993", "exp-int": "100e-2", "big-exp": "12345678901234567890e5"}


def rows():
    for name, value in {**syntax.JSON_VALUES, **MORE}.items():
        if name not in ("comment-line", "comment-block", "nothing"):
            yield {"name": f"json-{name}", "ext": "json", "text": JSON.replace("%", value), "paragraph": "1.4"}
    for name, value in syntax.TOML_VALUES.items():
        yield {"name": f"toml-{name}", "ext": "toml", "text": TOML.replace("%", value), "paragraph": "1.4"}


def scope_of(ext, text):
    tree = json.loads(text) if ext == "json" else tomllib.loads(text)
    return tree["permission"][0]["scope"]["allow"]


def judge(cli, row):
    ext, text = row["ext"], row["text"]
    accept, message = cli.permission(ext, text.encode())
    value = scope_of(ext, cli.rewritten(ext, text.encode())) if accept and "deep-" not in row["name"] else None
    shown = {"value": json.dumps(value)} if accept and "deep-" not in row["name"] else {}
    return {**row, "kind": "value", "accept": accept, "message": message[:400], **shown, "source": "cli"}
