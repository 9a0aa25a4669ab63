"""`trollbridge policy check` and `explain` beside the reference: running them, and comparing what they answer."""

import json
import sys

from policy_apps import ROOT, TOP, policy

PLUGINS = ROOT / "share/trollbridge/plugins"
KEYS = ("allowed", "denied", "scopes", "global_scope")
MODES = ("tauri", "narrow", "strict")

sys.path.insert(0, str(TOP / "tests/policy/reference"))

import reference  # noqa: E402  (its folder is found by the line above)


def check(app, mode, target="linux"):
    """The program's answer, with its exit status as `status`."""
    status, out, errors = policy("check", app, "--mode", mode, "--target", target, "--json")
    assert out, f"no JSON, but {errors}"
    return {"status": status, **json.loads(out)}


def explain(app, mode, call):
    status, out, errors = policy("explain", app, call["command"], "--view", call["view"], "--webview", call["webview"],
                              "--origin", call["origin"], "--mode", mode, "--json")
    assert out, f"no JSON, but {errors}"
    answer = json.loads(out)
    assert status == (0 if answer["verdict"] == "allow" else 1)
    return answer


def whole(call):
    """A call with what may be left out of it."""
    view = call.get("view", "main")
    return {"command": call["command"], "view": view, "webview": call.get("webview", view), "origin": call.get("origin", "local")}


def decided(resolution, mode, call):
    return reference.decide(resolution, mode, call["command"], call["view"], call["webview"], call["origin"])


def exact(value):
    """A form in which two values are equal only if they are one: numbers as numbers, but true is no 1."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, bool):
        return ("bool", value)
    return ("number", float(value)) if isinstance(value, (int, float)) else value


def normal(answer):
    """The four keys that are compared: globs in any order, all else exactly."""
    kept = {key: answer[key] for key in KEYS}
    for key in ("allowed", "denied"):
        kept[key] = {command: [{**item, "windows": sorted(item["windows"]), "webviews": sorted(item["webviews"])} for item in items]
                     for command, items in kept[key].items()}
    return exact(kept)


def values(scope):
    """What stands in a scope, each value once."""
    return sorted({json.dumps(exact(value), sort_keys=True) for value in scope})


def codes(answer):
    """The codes of all errors, from the program or the reference."""
    return [item["code"] for item in answer["errors"]]
