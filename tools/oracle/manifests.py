"""gen/schemas/acl-manifests.json, which Tauri's build writes: tauri-acl.md 1.1."""

import json

WRONG = {"null": None, "true": True, "int": 3, "string": "x", "list": [], "table": {}, "list-of-int": [1]}
WHOLE = {"default_permission": None, "permissions": {}, "permission_sets": {}, "global_scope_schema": None}
SET = {"identifier": "s", "description": "", "permissions": []}
PERMISSION = {"identifier": "p", "description": "", "commands": {"allow": ["x"], "deny": []}}
TEXTS = {"empty": "", "list": "[]", "null": "null", "string": '"x"', "comment": "{} // x", "trailing-comma": '{"fs": {"permissions": {}, "permission_sets": {}},}', "bom": "\ufeff{}",
         "duplicate-plugin": '{"fs": {"permissions": {}, "permission_sets": {}}, "fs": {"permissions": {}, "permission_sets": {}}}', "duplicate-field": '{"fs": {"permissions": {}, "permissions": {}, "permission_sets": {}}}', "duplicate-permission": '{"fs": {"permissions": {"a": {"identifier": "a"}, "a": {"identifier": "a"}}, "permission_sets": {}}}', "duplicate-unknown": '{"fs": {"permissions": {}, "permission_sets": {}, "x": 1, "x": 2}}'}


def trees():
    yield "empty-table", {}
    yield "whole", {"fs": WHOLE}
    yield "odd-key", {"a_b:c d": WHOLE, "": WHOLE, "__app-acl__": WHOLE, "core:window": WHOLE}
    yield "unknown-key", {"fs": {**WHOLE, "x": 1}}
    for field in WHOLE:
        yield f"without-{field}", {"fs": {key: value for key, value in WHOLE.items() if key != field}}
    for kind, value in WRONG.items():
        yield f"manifest-{kind}", {"fs": value}
        yield from ((f"{field}-{kind}", {"fs": {**WHOLE, field: value}}) for field in WHOLE)
        yield from ((f"default-{field}-{kind}", {"fs": {**WHOLE, "default_permission": {**SET, field: value}}}) for field in SET)
        yield from ((f"set-{field}-{kind}", {"fs": {**WHOLE, "permission_sets": {"s": {**SET, field: value}}}}) for field in SET)
        yield from ((f"permission-{field}-{kind}", {"fs": {**WHOLE, "permissions": {"p": {**PERMISSION, field: value}}}}) for field in (*PERMISSION, "scope", "platforms", "version"))
    for field in SET:
        yield f"set-without-{field}", {"fs": {**WHOLE, "permission_sets": {"s": {key: value for key, value in SET.items() if key != field}}}}
        yield f"default-without-{field}", {"fs": {**WHOLE, "default_permission": {key: value for key, value in SET.items() if key != field}}}
    yield "other-identifier", {"fs": {**WHOLE, "permissions": {"q": PERMISSION}, "permission_sets": {"t": SET}}}
    yield "platforms-case", {"fs": {**WHOLE, "permissions": {"p": {**PERMISSION, "platforms": ["macos"]}}}}
    yield "platforms", {"fs": {**WHOLE, "permissions": {"p": {**PERMISSION, "platforms": ["macOS", "linux"]}}}}


def rows():
    for name, tree in trees():
        yield {"name": name, "ext": "json", "text": json.dumps(tree), "paragraph": "1.1"}
    for name, text in TEXTS.items():
        yield {"name": f"text-{name}", "ext": "json", "text": text, "paragraph": "1.1"}
