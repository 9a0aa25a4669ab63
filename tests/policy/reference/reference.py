#!/usr/bin/env python3
"""The access control of an app folder, computed once more, from tauri-acl.md's text alone.

It shares no line with policy/compiler: where the two differ, one of them has misread the text. Numbers in brackets are its
paragraphs. `resolve` gives what `policy check --json` answers, `decide` what happens to one call. By hand:

    reference.py APP [--mode M] [--target T] [--plugins DIR]...
"""

import argparse
import functools
import json
import pathlib
import re
import sys
import tomllib

import shapes
from lines import Bad, read_json
from match import glob_matches, glob_regex, url_matches, url_pattern
from shapes import APP

MODES = ("tauri", "narrow", "strict")
INTERPRETERS = {"sh", "bash", "zsh", "dash", "python", "python3", "node", "perl", "ruby", "cmd", "powershell"}


# What the folder holds

def read_plugin(folder):
    """Its manifest; None: it has no permissions."""
    return shapes.read_permissions(folder / "permissions", folder.parent, []) if (folder / "permissions").is_dir() else None


@functools.cache
def installed(place):
    """Manifests by key. They do not change while a test runs, and take longer to read than any app."""
    return {plugin.name: manifest for plugin in sorted(place.iterdir()) if (manifest := read_plugin(plugin))}


class App:
    """An app folder: its manifests by key, and its capabilities that are in use, sorted by identifier."""

    def __init__(self, folder, plugins=()):
        self.folder = pathlib.Path(folder)
        self.lints = []
        self.missing_warn = not (self.folder / "trollbridge.toml").exists()
        self.manifests = {}
        for place in plugins:
            self.manifests.update(installed(pathlib.Path(place)))
        (self.read_tauri if self.missing_warn else self.read_ours)()
        self.capabilities = sorted(self.capabilities, key=lambda capability: capability.identifier.encode())

    def add_app_manifest(self, leave_out=()):
        """The app's own manifest is there only if it says something (1.2)."""
        own = shapes.read_permissions(self.folder / "permissions", self.folder, self.lints, leave_out)
        if not own.empty():
            self.manifests[APP] = own

    def read_ours(self):
        settings = tomllib.loads((self.folder / "trollbridge.toml").read_text())
        for name, plugin in settings.get("plugins", {}).items():
            manifest = read_plugin(self.folder / plugin["permissions"]) if plugin.get("permissions") else None
            if manifest:
                self.manifests[name] = manifest
        self.add_app_manifest()
        self.capabilities = shapes.read_capabilities(self.folder / "capabilities", self.folder, self.lints).values()

    def read_tauri(self):
        built = self.folder / "gen/schemas/acl-manifests.json"
        if built.exists():
            # What its own build wrote replaces what is installed here.
            self.manifests.update(shapes.read_manifests(built, str(built.relative_to(self.folder))))
        self.add_app_manifest(leave_out=set(self.manifests))
        files = shapes.read_capabilities(self.folder / "capabilities", self.folder, self.lints)
        listed = read_json(self.folder / "tauri.conf.json", "tauri.conf.json")
        for key in ("app", "security", "capabilities"):
            listed = listed.value.last(key) if listed else None
        chosen = [self.chosen(files, node) for node in listed.value] if listed else []
        self.capabilities = ({item.identifier: item for item in chosen} or files).values()

    def chosen(self, files, node):
        """One item of app.security.capabilities: a name or a whole capability (1.4)."""
        if isinstance(node.value, str):
            if node.value not in files:
                raise Bad("unknown-capability", node.value, "tauri.conf.json", node.line)
            return files[node.value]
        return shapes.CapabilityReader("tauri.conf.json", self.lints, False).capability(node)

    def key(self, identifier):
        return shapes.split_identifier(identifier)[0] or APP


# Identifiers (1.6)

def active(platforms, target):
    return platforms is None or target in platforms


class Expansion:
    """What an entry of a capability stands for: (key, name, Permission) in order, duplicates kept."""

    def __init__(self, manifests, entry):
        self.manifests, self.leaves = manifests, []
        prefix, name = shapes.split_identifier(entry.identifier)
        key = prefix or APP
        manifest = manifests[key]
        if name == "default":
            self.add_default(key, ())
        elif name in manifest.sets:
            self.add_set(key, manifest.sets[name], ((key, name),))
        elif name in manifest.permissions:
            self.leaves.append((key, name, manifest.permissions[name]))
        else:
            raise Bad("unknown-permission", entry.identifier, entry.file, entry.line)

    def add_default(self, key, path):
        self.add_set(key, self.manifests[key].default or [], (*path, (key, "default")))

    def add_set(self, key, members, path):
        for member in members:
            self.add_member(key, member, path)

    def add_member(self, key, member, path):
        """In a set a permission comes before a set, and an unknown prefix is part of the name."""
        if shapes.check_identifier(member):
            raise Bad("identifier", member)
        prefix, base = shapes.split_identifier(member)
        key, name = (prefix, base) if prefix in self.manifests else (key, member)
        manifest = self.manifests[key]
        if (key, name) in path:
            raise Bad("cycle", f"{key}:{name}")
        if name == "default":
            self.add_default(key, path)
        elif name in manifest.permissions:
            self.leaves.append((key, name, manifest.permissions[name]))
        elif name in manifest.sets:
            self.add_set(key, manifest.sets[name], (*path, (key, name)))
        else:
            raise Bad("unknown-permission", member)


# Resolution (1.7, 1.8)

def command_name(key, command):
    if key == APP:
        return command
    return f"plugin:{key.removeprefix('core:')}|{command}"


def joined(first, second):
    """A merged scope: the entry's values, then the permission's; None if neither has any list."""
    return None if first is None and second is None else (first or []) + (second or [])


class Resolution:
    """All that capabilities give and take; `allowing` and `denying` are the commands that are named, also
    by capabilities that hold nowhere."""

    def __init__(self, app, target):
        self.app, self.target = app, target
        self.allowed, self.denied, self.scopes, self.global_scope = {}, {}, {}, {}
        self.scope_only, self.warnings, self.allowing, self.denying = [], set(), set(), set()
        self.capabilities = [item for item in app.capabilities if active(item.platforms, target)]
        for capability in self.capabilities:
            for entry in capability.entries:
                self.add_entry(capability, entry)

    def add_entry(self, capability, entry):
        key = self.app.key(entry.identifier)
        if key not in self.app.manifests:
            if self.app.missing_warn and key != APP:
                self.warnings.add("missing-manifest")
                return
            raise Bad("unknown-plugin", key, entry.file, entry.line)
        for leaf in Expansion(self.app.manifests, entry).leaves:
            if active(leaf[2].platforms, self.target):
                self.add_permission(capability, entry, *leaf)

    def add_permission(self, capability, entry, key, name, permission):
        allow, deny = joined(entry.allow, permission.scope_allow), joined(entry.deny, permission.scope_deny)
        if not permission.allow and not permission.deny:
            whole = self.global_scope.setdefault(key, {"allow": [], "deny": []})
            whole["allow"] += allow or []
            whole["deny"] += deny or []
            self.scope_only.append((capability, key, allow or [], deny or []))
            return
        number = None
        if allow is not None or deny is not None:
            number = len(self.scopes) + 1
            self.scopes[number] = {"allow": allow or [], "deny": deny or []}
        self.allowing |= {command_name(key, command) for command in permission.allow}
        self.denying |= {command_name(key, command) for command in permission.deny}
        shown = name if key == APP else f"{key}:{name}"
        for commands, into in ((permission.allow, self.allowed), (permission.deny, self.denied)):
            for command in commands:
                self.add_command(into, capability, entry, key, command, shown, number)

    def add_command(self, into, capability, entry, key, command, shown, number):
        for context in capability.contexts():
            for pattern in (*capability.windows, *capability.webviews):
                glob_regex(pattern)
            if context != "local":
                url_pattern(context["remote"])
            item = {"context": context, "windows": capability.windows, "webviews": capability.webviews,
                    "capability": capability.identifier, "permission": shown, "file": entry.file, "line": entry.line}
            if number is not None:
                item["scope"] = number
            into.setdefault(command_name(key, command), []).append(item)

    def answer(self):
        return {"allowed": self.allowed, "denied": self.denied,
                "scopes": {str(number): scope for number, scope in self.scopes.items()},
                "global_scope": self.global_scope}


def resolve(app, target="linux", mode="tauri"):
    """The Resolution, or Bad. The modes differ in what they call an error and in `decide`."""
    resolution = Resolution(app, target)
    if mode == "strict" and (codes := strict_errors(resolution)):
        raise Strict(codes)
    return resolution


# Mode strict: what the other modes only warn of

class Strict(Bad):
    def __init__(self, codes):
        super().__init__("strict", ", ".join(sorted(codes)))
        self.codes = codes


def strict_errors(resolution):
    codes = {code for code, _, _ in resolution.app.lints} | resolution.warnings
    if resolution.denying - resolution.allowing:
        codes.add("denies-nothing")
    for capability in resolution.capabilities:
        codes |= {code for code, _, _ in capability.lints}
        if not capability.windows and not capability.webviews:
            codes.add("matches-nothing")
        if any(map(of_anybody, capability.remote)):
            codes.add("remote-wildcard")
        for entry in capability.entries:
            codes |= strict_entry(resolution, entry)
    return codes


def of_anybody(pattern):
    """A wildcard in the host; or any scheme."""
    scheme, _, rest = pattern.partition("://")
    host = re.sub(r"(:[0-9*]*)?(/.*)?$", "", rest)
    return scheme == "*" or ("*" in host and not host.endswith(".localhost"))


def strict_entry(resolution, entry):
    manifests = resolution.app.manifests
    if resolution.app.key(entry.identifier) not in manifests:
        return set()
    codes = set()
    for key, _, permission in Expansion(manifests, entry).leaves:
        if active(permission.platforms, resolution.target):
            scope = joined(joined(entry.allow, permission.scope_allow), joined(entry.deny, permission.scope_deny))
            hollow = not permission.allow and not permission.deny and scope is None
            codes |= {"grants-nothing"} if hollow else set()
            codes |= {code for item in scope or [] if key == "shell" for code in risks(item)}
    return codes


def risks(item):
    if isinstance(item, dict) and item.get("args") is True:
        yield "args-true"
    if isinstance(item, dict) and item.get("cmd") in INTERPRETERS:
        yield "interpreter"


# One call (1.9 and the modes at the top of the text)

def holds(item, window, webview, origin):
    """Whether an entry is for this view and origin: a window's glob speaks for all webviews in it (1.12)."""
    local = item["context"] == "local"
    if local != (origin == "local") or not (local or url_matches(item["context"]["remote"], origin)):
        return False
    return any(glob_matches(glob, webview) for glob in item["webviews"]) or \
        any(glob_matches(glob, window) for glob in item["windows"])


def capability_holds(capability, window, webview, origin):
    shape = {"windows": capability.windows, "webviews": capability.webviews}
    return any(holds({"context": context, **shape}, window, webview, origin) for context in capability.contexts())


def key_of_command(manifests, command):
    found = re.fullmatch(r"plugin:([^|]*)\|.*", command, re.S)
    if not found:
        return APP
    return found.group(1) if found.group(1) in manifests else f"core:{found.group(1)}"


def decide(resolution, mode, command, window, webview, origin):
    """{"allowed", "entries", "allow", "deny"}. No command is exempt: Tauri's channel command is one that nobody grants."""
    here = [item for item in resolution.allowed.get(command, []) if holds(item, window, webview, origin)]
    denied = resolution.denied.get(command, [])
    if mode != "tauri":
        denied = [item for item in denied if holds(item, window, webview, origin)]
    unchecked = mode == "tauri" and origin == "local" and not command.startswith("plugin:") and APP not in resolution.app.manifests
    if denied or not (here or unchecked):
        return {"allowed": False, "entries": denied, "allow": [], "deny": []}
    numbers = [item["scope"] for item in here if "scope" in item]
    scope = {half: [value for number in numbers for value in resolution.scopes[number][half]] for half in ("allow", "deny")}
    extra = plugin_scope(resolution, mode, command, here, (window, webview, origin))
    return {"allowed": True, "entries": here, **{half: scope[half] + extra[half] for half in scope}}


def plugin_scope(resolution, mode, command, here, view):
    """What scope-only permissions add to a call: everything everywhere in mode tauri. Else what they allow stays with
    the commands of their capability, what they deny with the views of it (decision 008)."""
    key = key_of_command(resolution.app.manifests, command)
    if mode == "tauri":
        return resolution.global_scope.get(key, {"allow": [], "deny": []})
    granting = {item["capability"] for item in here}
    scope = {"allow": [], "deny": []}
    for capability, owner, allow, deny in resolution.scope_only:
        if owner == key and capability.identifier in granting:
            scope["allow"] += allow
        if owner == key and capability_holds(capability, *view):
            scope["deny"] += deny
    return scope


def check(folder, mode="narrow", target="linux", plugins=()):
    """{"status"}, and the four keys of `policy check --json` or its `errors`: the first alone, but all of mode strict."""
    try:
        resolution = resolve(App(folder, plugins), target, mode)
    except Strict as error:
        return {"status": 3, "errors": [{"code": code} for code in sorted(error.codes)]}
    except Bad as error:
        return {"status": 3, "errors": [{"code": error.code, "file": error.file, "line": error.line}]}
    return {"status": 0, **resolution.answer(), "warnings": sorted(resolution.warnings)}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("app")
    options.add_argument("--mode", choices=MODES, default="narrow")
    options.add_argument("--target", choices=shapes.TARGETS, default="linux")
    options.add_argument("--plugins", action="append", default=[])
    given = options.parse_args()
    answer = check(given.app, given.mode, given.target, given.plugins)
    json.dump(answer, sys.stdout, indent=1, ensure_ascii=False)
    print()
    return answer["status"]


if __name__ == "__main__":
    sys.exit(main())
