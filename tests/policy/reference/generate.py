"""Random app folders for the comparison of program and reference: a seed makes the same folder for ever.

A `tidy` policy has nothing that mode strict refuses; the others have some of everything that resolves.
"""

import json
import random

LABELS = ("main", "main", "settings", "guest", "popup-1", "popup-2", "w/x")
GLOBS = ("main", "settings", "*", "*", "popup-*", "popup-?", "[mg]*", "[!m]*", "w/**", "**", "none")
ORIGINS = ("local", "local", "local", "https://a.example", "https://b.example", "https://sub.a.example", "http://localhost:1420",
           "http://localhost")
URLS = ("https://a.example", "https://b.example/", "http://localhost:1420")
WILD_URLS = ("https://*.a.example", "http://localhost:*", "https://*.example", "*://a.example")
TARGETS = ("linux", "macOS", "windows", "android", "iOS")
PLUGINS = {"tauri": ("alpha", "beta-2", "core:gamma", "core"), "ours": ("alpha", "beta-2", "gamma")}
OURS = '[app]\nid = "com.example.random"\n'
VALUES = ("/a", "/b/**", 1, 2.5, True, False, None, ["x", 1], {"path": "/c", "n": 0}, {})


class Policy:
    """One generated policy, as values; `write` makes the folder, by turns a Tauri project's and one of ours."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.tidy = seed % 3 == 0
        self.form = "ours" if seed % 2 else "tauri"
        self.manifests = {}
        self.app_files = {}
        self.allowing = {}
        for key in PLUGINS[self.form]:
            self.manifests[key] = self.manifest(key)
        if self.random.random() < 0.6:
            self.own_permissions()
        count = self.random.randint(1, 5)
        names = self.random.sample(["a", "b", "B", "a-b", "ä", "main", "z z"], count)
        self.capabilities = [self.capability(name) for name in names]

    def chance(self, share):
        return self.random.random() < share

    def some(self, items, low=0, high=3):
        return [self.random.choice(items) for _ in range(self.random.randint(low, high))]

    def values(self, nulls=True):
        return [value for value in self.some(VALUES, int(self.tidy)) if nulls or value is not None]

    def platforms(self):
        return {"platforms": self.some(TARGETS, 1) + ["linux"] * self.chance(0.7)} if self.chance(0.15) and not self.tidy else {}

    def scope(self):
        halves = {half: self.values() for half in ("allow", "deny") if self.chance(0.6)}
        return {"scope": halves} if halves and any(halves.values()) else {}

    def permissions(self, key):
        """allow-x and deny-x for each command, and some with scopes, several commands or none."""
        found = {}
        for command in ("open", "read_it", "write"):
            slug = command.replace("_", "-")
            found[f"allow-{slug}"] = {"commands": {"allow": [command], "deny": []}}
            found[f"deny-{slug}"] = {"commands": {"allow": [], "deny": [command]}}
            self.allowing[key, f"deny-{slug}"] = f"allow-{slug}"
        found["scoped"] = {"commands": {"allow": ["read_it", "extra"], "deny": []}, **self.scope()}
        found["only-scope"] = {"commands": {"allow": [], "deny": []}, "scope": {"allow": self.values() or ["/s"], "deny": self.values()}}
        if not self.tidy:
            found["mixed"] = {"commands": {"allow": ["open", "write"], "deny": ["write", "never"]}, **self.scope(), **self.platforms()}
            found["empty"] = {"commands": {"allow": [], "deny": []}, **self.platforms()}
            found["set-1"] = {"commands": {"allow": ["same_name"], "deny": []}}
        return found

    def members(self, key, names, sets):
        """Only what stands before it, so that no set holds itself."""
        members = [name for name in self.some(sorted(names), 1, 4) if not name.startswith("deny-")]
        members += self.some(sets, 0, 2) if sets else []
        for other in self.manifests:
            if self.chance(0.2):
                members.append(f"{other}:{self.random.choice(['default', 'allow-open', 'set-0', 'scoped'])}")
        self.random.shuffle(members)
        return members or ["allow-open"]

    def manifest(self, key):
        permissions = self.permissions(key)
        plain = [name for name in permissions if name != "set-1"]
        sets = {}
        for number in range(3):
            sets[f"set-{number}"] = self.members(key, plain, list(sets))
        default = self.members(key, plain, list(sets)) if self.tidy or self.chance(0.8) else None
        if default and not self.tidy and self.chance(0.3):
            sets["set-3"] = ["default"]
        return {"permissions": permissions, "sets": sets, "default": default}

    def own_permissions(self):
        """The app's own: in files, of which a later one may replace what an earlier one says."""
        first, second = self.permissions(""), self.permissions("")
        whole = {**first, "later": {"commands": {"allow": ["later"], "deny": []}}}
        self.app_files["a.toml"] = {"permission": whole, "set": {"set-0": self.members("", first, [])}}
        if not self.tidy:
            again = {name: second[name] for name in self.random.sample(sorted(second), 3)}
            self.app_files[self.random.choice(["a/b.json", "a-1.toml", "z.json"])] = {"permission": again, "default": ["later", "set-0"]}

    def names_of(self, key):
        if key:
            held = self.manifests[key]
            return [f"{key}:{name}" for name in (*held["permissions"], *held["sets"], "default")]
        return [*self.app_files["a.toml"]["permission"], "set-0", "default"]

    def entry(self, name):
        if self.chance(0.6):
            return name
        entry = {"identifier": name}
        for half in ("allow", "deny"):
            if self.chance(0.5):
                entry[half] = self.values(nulls=False) if self.chance(0.85) or self.tidy else None
        return entry

    def entries(self):
        keys = [*self.manifests] + [""] * bool(self.app_files)
        found = []
        for _ in range(self.random.randint(0, 6) + self.tidy):
            key = self.random.choice(keys)
            names = self.names_of(key)
            name = self.random.choice([name for name in names if ":deny-" not in f":{name}"] if self.chance(0.7) else names)
            base = name.rpartition(":")[2]
            if self.tidy and (key, base) in self.allowing:
                found.append(name[:len(name) - len(base)] + self.allowing[key, base])
            found.append(self.entry(name))
        return found

    def capability(self, identifier):
        found = {"identifier": identifier, "permissions": self.entries()}
        for labels in ("windows", "webviews"):
            if self.chance(0.7):
                found[labels] = self.some(GLOBS, int(self.tidy))
        if self.tidy and not found.get("webviews"):
            found["windows"] = ["main", "popup-*"]
        if self.chance(0.4):
            found["remote"] = {"urls": self.some(URLS if self.tidy else URLS + WILD_URLS, 1)}
            found["local"] = self.chance(0.5)
        elif self.chance(0.1) and not self.tidy:
            found["local"] = False
        return {**found, **self.platforms()}

    def calls(self, count, named):
        """Calls that are worth a decision: most of commands that somebody names."""
        commands = sorted(named) * 3 + ["plugin:alpha|open", "plugin:gamma|never", "plugin:gone|open", "read_it", "nobody"]
        for _ in range(count):
            view = self.random.choice(LABELS)
            yield {"command": self.random.choice(commands), "view": view, "origin": self.random.choice(ORIGINS),
                   "webview": view if self.chance(0.7) else self.random.choice(LABELS)}

    def write(self, folder, shuffled=None):
        """`shuffled` is a random.Random: the same policy under other file names, with its keys in another order."""
        order = list(range(len(self.capabilities)))
        if shuffled:
            shuffled.shuffle(order)
        whole = built(mixed(self.manifests, shuffled))
        files = ours_files(whole) if self.form == "ours" else \
            {"tauri.conf.json": '{"identifier": "com.example.random"}\n', "gen/schemas/acl-manifests.json": json.dumps(whole)}
        for name, content in self.app_files.items():
            files[f"permissions/{name}"] = permission_toml(content) if name.endswith(".toml") else permission_json(content, shuffled)
        for place, capability in zip(order, self.capabilities):
            toml = not shuffled and place % 3 == 1 and not has_null(capability)
            files[f"capabilities/{place}.{'toml' if toml else 'json'}"] = \
                capability_toml(capability) if toml else json.dumps(mixed(capability, shuffled), indent=1, ensure_ascii=False)
        for name in sorted(files, reverse=bool(shuffled)):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(files[name])
        return folder


def mixed(value, shuffled):
    """The value with the keys of its objects in another order."""
    if isinstance(value, dict) and shuffled:
        keys = list(value)
        shuffled.shuffle(keys)
        return {key: mixed(value[key], shuffled) for key in keys}
    return [mixed(item, shuffled) for item in value] if isinstance(value, list) else value


def named(items, make):
    """Each with its identifier and the description that a set needs."""
    return {name: {"identifier": name, "description": "", **make(item)} for name, item in items.items()}


def built(manifests):
    """acl-manifests.json as a Tauri build writes it."""
    whole = {}
    for key, held in manifests.items():
        default = held["default"] and {"identifier": "default", "description": "", "permissions": held["default"]}
        whole[key] = {"default_permission": default, "permissions": named(held["permissions"], dict),
                      "permission_sets": named(held["sets"], lambda items: {"permissions": items}), "global_scope_schema": None}
    return whole


def ours_files(whole):
    """The manifest of an app of ours whose plugins are those of an acl-manifests.json, and the plugins' files."""
    files = {"trollbridge.toml": OURS + "".join(f'\n[plugins.{key}]\npermissions = "parts/{key}"\n' for key in whole)}
    for key, held in whole.items():
        commands = sorted({name for item in held["permissions"].values() for half in item["commands"].values() for name in half})
        files[f"parts/{key}/plugin.toml"] = f'name = "{key}"\nprogram = "fs"\ncommands = {json.dumps(commands)}\nscope = "opaque"\n'
        content = {"permission": list(held["permissions"].values()), "set": list(held["permission_sets"].values())}
        if held["default_permission"]:
            content["default"] = {"permissions": held["default_permission"]["permissions"]}
        files[f"parts/{key}/permissions/all.json"] = json.dumps(content)
    return files


def listed(content):
    """One permission file's content as its own format has it."""
    found = {"permission": [{"identifier": name, **item} for name, item in content["permission"].items()],
             "set": [{"identifier": name, "description": "", "permissions": items} for name, items in content.get("set", {}).items()]}
    if "default" in content:
        found["default"] = {"permissions": content["default"]}
    return found


def permission_json(content, shuffled):
    return json.dumps(mixed(listed(content), shuffled), indent=1)


def has_null(value):
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    return any(map(has_null, value)) if isinstance(value, list) else value is None


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value if item is not None) + "]"
    return json.dumps(value, ensure_ascii=False)


def permission_toml(content):
    lines = []
    for kind, items in listed(content).items():
        for item in items if isinstance(items, list) else [items]:
            lines.append(f"[[{kind}]]" if isinstance(items, list) else f"[{kind}]")
            lines += [f"{key} = {toml(value)}" for key, value in item.items()] + [""]
    return "\n".join(lines)


def capability_toml(capability):
    lines = [f"{key} = {toml(value)}" for key, value in capability.items() if key != "permissions"]
    entries = ",\n".join(f"  {toml(entry)}" for entry in capability["permissions"])
    return "\n".join([*lines, f"permissions = [ # one a line\n{entries}\n]", ""])
