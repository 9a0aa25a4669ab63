"""From trees of values to capabilities and manifests: tauri-acl.md, 1.2 to 1.5."""

import dataclasses
import re

from lines import Bad, Node, Pairs, read_json, read_toml

APP = "__app-acl__"
TARGETS = ("macOS", "windows", "linux", "android", "iOS")
MAX_IDENTIFIER = 116
NO_FIELD = object()


@dataclasses.dataclass
class Permission:
    allow: list
    deny: list
    scope_allow: list | None
    scope_deny: list | None
    platforms: list | None


@dataclasses.dataclass
class Manifest:
    default: list | None = None
    sets: dict = dataclasses.field(default_factory=dict)
    permissions: dict = dataclasses.field(default_factory=dict)

    def empty(self):
        return self.default is None and not self.sets and not self.permissions


@dataclasses.dataclass
class Entry:
    identifier: str
    allow: list | None
    deny: list | None
    file: str
    line: int


@dataclasses.dataclass
class Capability:
    identifier: str
    local: bool
    remote: list
    windows: list
    webviews: list
    entries: list
    platforms: list | None
    lints: list

    def contexts(self):
        return (["local"] if self.local else []) + [{"remote": url} for url in self.remote]


class Reader:
    """Takes fields out of one object. `strict` collects what mode strict does not accept; `typed` is a reader
    to whom a known key that comes twice is an error (1.4)."""

    def __init__(self, file, lints, typed):
        self.file, self.lints, self.typed = file, lints, typed

    def fail(self, code, message, node):
        raise Bad(code, message, self.file, node.line)

    def lint(self, code, node):
        self.lints.append((code, self.file, node.line))

    def object(self, node, known, what):
        if not isinstance(node.value, Pairs):
            self.fail("type", f"{what} must be a table", node)
        names = [key for key, _ in node.value]
        for name in known:
            if names.count(name) > 1 and self.typed:
                self.fail("duplicate-key", name, node)
        self.lint_twins(names, node)
        for name in set(names) - set(known) - {"$schema"}:
            self.lint("unknown-key", node)
        return node.value

    def lint_twins(self, names, node):
        if len(set(names)) < len(names):
            self.lint("duplicate-key", node)

    def values(self, node):
        """Scope values: of equal keys the last one counts, whoever reads."""
        return [self.value(item) for item in self.list_of(lambda item: item)(node)]

    def value(self, node):
        if isinstance(node.value, list):
            return [self.value(item) for item in node.value]
        if not isinstance(node.value, Pairs):
            return node.value
        self.lint_twins([key for key, _ in node.value], node)
        return {key: self.value(item) for key, item in node.value}

    def field(self, pairs, name, kind, fallback=NO_FIELD, nullable=False, owner=None):
        """`kind` makes a value of a Node, or fails."""
        node = pairs.last(name)
        if node is None:
            if fallback is NO_FIELD:
                self.fail("missing-key", name, owner or Node(None))
            return fallback
        if node.value is None and nullable:
            return fallback
        return kind(node)

    def string(self, node):
        if not isinstance(node.value, str):
            self.fail("type", "not a string", node)
        return node.value

    def boolean(self, node):
        if not isinstance(node.value, bool):
            self.fail("type", "not true or false", node)
        return node.value

    def list_of(self, kind):
        def read(node):
            if not isinstance(node.value, list):
                self.fail("type", "not a list", node)
            return [kind(item) for item in node.value]
        return read

    def target(self, node):
        if self.string(node) not in TARGETS:
            self.fail("platform", node.value, node)
        return node.value

    def version(self, node):
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            self.fail("type", "version", node)
        if node.value < 1:
            self.fail("value", "version", node)
        return node.value


def check_identifier(text):
    """What is wrong with an identifier, or None (1.5)."""
    if text.startswith("tauri-plugin-"):
        return "prefix"
    if not text:
        return "empty"
    if len(text.encode()) > MAX_IDENTIFIER:
        return "long"
    core = text.startswith("core:")
    if core:
        # Text below core: may have empty segments, as `core::x` shows, but not at the end.
        good = re.fullmatch(r"core:(?:[A-Za-z0-9:]|(?<=[A-Za-z0-9-])-)+", text) and "-:" not in text
        return None if good and text[-1] not in "-:" else "grammar"
    segment = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    return None if re.fullmatch(rf"{segment}(?::{segment})?", text) else "grammar"


def split_identifier(text):
    """The manifest's key and the name in it; a name without prefix is the app's own."""
    prefix, colon, base = text.rpartition(":")
    return (prefix, base) if colon else (None, text)


class CapabilityReader(Reader):
    KEYS = ("identifier", "description", "local", "remote", "windows", "webviews", "permissions", "platforms")

    def entry(self, node):
        if isinstance(node.value, str):
            return self.named(node.value, None, None, node)
        if not isinstance(node.value, Pairs):
            self.fail("type", "an entry is a string or a table", node)
        pairs = self.object(node, ("identifier", "allow", "deny"), "an entry")
        scope = [self.field(pairs, name, self.values, None, nullable=True) for name in ("allow", "deny")]
        return self.named(self.field(pairs, "identifier", self.string, owner=node), *scope, node)

    def named(self, identifier, allow, deny, node):
        if check_identifier(identifier):
            self.fail("identifier", identifier, node)
        return Entry(identifier, allow, deny, self.file, node.line)

    def urls(self, node):
        pairs = self.object(node, ("urls",), "remote")
        return self.field(pairs, "urls", self.list_of(self.string), owner=node)

    def capability(self, node):
        """A capability keeps its own lints, as they count only if it is in use."""
        before = len(self.lints)
        pairs = self.object(node, self.KEYS, "a capability")
        texts = self.list_of(self.string)
        self.field(pairs, "description", self.string, "")
        found = Capability(
            self.field(pairs, "identifier", self.string, owner=node),
            self.field(pairs, "local", self.boolean, True),
            self.field(pairs, "remote", self.urls, [], nullable=True),
            self.field(pairs, "windows", texts, []),
            self.field(pairs, "webviews", texts, []),
            self.field(pairs, "permissions", self.list_of(self.entry), owner=node),
            self.field(pairs, "platforms", self.list_of(self.target), None, nullable=True),
            self.lints[before:])
        del self.lints[before:]
        return found

    def document(self, node):
        if isinstance(node.value, list):
            self.typed = True
            return [self.capability(item) for item in node.value]
        if isinstance(node.value, Pairs) and (named := node.value.last("capabilities")):
            self.typed = False
            self.object(node, ("capabilities",), "a capability file")
            return self.list_of(self.capability)(named)
        self.typed = False
        return [self.capability(node)]


class PermissionReader(Reader):
    """Permission files. Always typed: a known key that comes twice is an error."""

    def __init__(self, file, lints):
        super().__init__(file, lints, typed=True)

    def half(self, kind, fallback, nullable):
        def read(node):
            pairs = self.object(node, ("allow", "deny"), "commands or scope")
            return [self.field(pairs, name, kind, fallback, nullable=nullable) for name in ("allow", "deny")]
        return read

    def permission(self, node):
        keys = ("identifier", "version", "description", "commands", "scope", "platforms")
        pairs = self.object(node, keys, "a permission")
        self.field(pairs, "version", self.version, None, nullable=True)
        self.field(pairs, "description", self.string, None, nullable=True)
        commands = self.field(pairs, "commands", self.half(self.list_of(self.string), [], False), ([], []))
        scope = self.field(pairs, "scope", self.half(self.values, None, True), (None, None))
        platforms = self.field(pairs, "platforms", self.list_of(self.target), None, nullable=True)
        return self.field(pairs, "identifier", self.string, owner=node), Permission(*commands, *scope, platforms)

    def set(self, node):
        pairs = self.object(node, ("identifier", "description", "permissions"), "a set")
        self.field(pairs, "description", self.string, owner=node)
        members = self.field(pairs, "permissions", self.list_of(self.string), owner=node)
        return self.field(pairs, "identifier", self.string, owner=node), members

    def default(self, node):
        pairs = self.object(node, ("version", "description", "permissions"), "[default]")
        self.field(pairs, "version", self.version, None, nullable=True)
        self.field(pairs, "description", self.string, None, nullable=True)
        return self.field(pairs, "permissions", self.list_of(self.string), owner=node)

    def add_file(self, node, manifest):
        pairs = self.object(node, ("default", "set", "permission"), "a permission file")
        default = self.field(pairs, "default", self.default, None, nullable=True)
        sets = self.field(pairs, "set", self.list_of(self.set), [])
        permissions = self.field(pairs, "permission", self.list_of(self.permission), [])
        manifest.default = manifest.default if default is None else default
        for found, into in ((permissions, manifest.permissions), (sets, manifest.sets)):
            for name, value in found:
                if name in into:
                    self.lint("duplicate", node)
                into[name] = value

    def named(self, kind):
        """A map of permissions or sets; the key counts, not what stands in it."""
        def read(node):
            if not isinstance(node.value, Pairs):
                self.fail("type", "not a table", node)
            return {name: kind(item)[1] for name, item in node.value}
        return read

    def built(self, node):
        """One manifest of an acl-manifests.json, where the default has a set's shape."""
        pairs = self.object(node, ("default_permission", "permissions", "permission_sets", "global_scope_schema"), "a manifest")
        default = self.field(pairs, "default_permission", self.set, (None, None), nullable=True)
        return Manifest(default[1], self.field(pairs, "permission_sets", self.named(self.set), owner=node),
                        self.field(pairs, "permissions", self.named(self.permission), owner=node))


def files_below(folder, endings):
    """Files in Tauri's order: names compared one folder at a time; those right below a folder `schemas` are left out."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix[1:] in endings]
    return sorted((path for path in found if path.parent.name != "schemas"),
                  key=lambda path: [part.encode() for part in path.relative_to(folder).parts])


def read_any(path, file):
    return (read_toml if path.suffix == ".toml" else read_json)(path, file)


def read_manifests(path, file):
    """An acl-manifests.json: manifests by key."""
    node = read_json(path, file)
    if not isinstance(node.value, Pairs):
        raise Bad("type", "manifests are a table", file, node.line)
    return {key: PermissionReader(file, []).built(item) for key, item in node.value}


def read_permissions(folder, top, lints, leave_out=()):
    manifest = Manifest()
    for path in files_below(folder, ("json", "toml")):
        if path.relative_to(folder).parts[0] not in leave_out:
            file = str(path.relative_to(top))
            PermissionReader(file, lints).add_file(read_any(path, file), manifest)
    return manifest


def read_capabilities(folder, top, lints):
    capabilities = {}
    for path in files_below(folder, ("json", "toml", "json5")):
        file = str(path.relative_to(top))
        for capability in CapabilityReader(file, lints, False).document(read_any(path, file)):
            if capability.identifier in capabilities:
                raise Bad("duplicate", capability.identifier, file)
            capabilities[capability.identifier] = capability
    return capabilities
