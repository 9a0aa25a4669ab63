"""What tauri.conf.json says of capabilities, `app.security.capabilities`: tauri-acl.md 1.4."""

import json

from cli import CONF

ONE = {"identifier": "a", "permissions": []}
LISTS = {"absent": ..., "null": None, "empty": [], "string": "a", "table": {}, "int": 1, "true": True, "references": ["a", "b"], "reference-empty": [""], "twice": ["a", "a"], "one": [ONE], "mixed": ["b", ONE], "null-entry": [None], "int-entry": [1], "list-entry": [[]],
         "empty-entry": [{}], "named": [{"capabilities": [ONE]}], "unknown-key": [{**ONE, "x": 1}], "without-permissions": [{"identifier": "a"}], "without-identifier": [{"permissions": []}], "bad-permission": [{**ONE, "permissions": ["a_b"]}], "bad-platform": [{**ONE, "platforms": ["macos"]}], "null-description": [{**ONE, "description": None}],
         "entry-with-scope": [{**ONE, "permissions": [{"identifier": "fs:default", "allow": [1, None]}]}], "entry-with-other-key": [{**ONE, "permissions": [{"identifier": "fs:default", "scope": {}}]}], "remote": [{**ONE, "remote": {"urls": ["https://a.example"]}}], "remote-null": [{**ONE, "remote": None}], "local-null": [{**ONE, "local": None}]}


def conf_with(listed):
    security = {} if listed is ... else {"capabilities": listed}
    return {**CONF, "app": {"security": security}}


def rows():
    for name, listed in LISTS.items():
        yield {"name": name, "ext": "json", "text": json.dumps(conf_with(listed)), "paragraph": "1.4"}
    for name, app in {"without-app": ..., "app-empty": {}, "app-null": None, "security-null": {"security": None}}.items():
        tree = {**CONF, **({} if app is ... else {"app": app})}
        yield {"name": name, "ext": "json", "text": json.dumps(tree), "paragraph": "1.4"}
    for name, part in {"identifier-null": {"identifier": None}, "name-null": {"productName": None}, "build-null": {"build": None}, "frontend-null": {"build": {"frontendDist": None}}, "dev-url-null": {"build": {"devUrl": None}}, "csp-null": {"app": {"security": {"csp": None}}}, "identifier-int": {"identifier": 1}, "csp-list": {"app": {"security": {"csp": []}}}, "dev-url-int": {"build": {"devUrl": 1}}}.items():
        yield {"name": name, "ext": "json", "text": json.dumps({**CONF, **part}), "paragraph": "1.4"}
    good = json.dumps(conf_with([ONE]))
    texts = {"comment": good + " // x", "trailing-comma": good[:-1] + ",}", "bom": "\ufeff" + good, "empty": "", "list": "[]", "duplicate": good[:-1] + ', "version": "2.0.0"}', "duplicate-capabilities": good.replace('"capabilities": [', '"capabilities": 1, "capabilities": ['), "single-quotes": good.replace('"', "'"), "bare-key": good.replace('"app"', "app")}
    yield from ({"name": f"text-{name}", "ext": "json", "text": text, "paragraph": "1.4"} for name, text in texts.items())
