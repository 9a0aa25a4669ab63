"""`policy diff`: a table of changes and whether each is wider; and that nothing wider goes unsaid."""
import json
import random

import pytest

from policy_apps import app, policy

READ = "fs:allow-read-text-file"
HOME = {"identifier": "fs:scope", "allow": ["$HOME/**"]}


def scoped(*allow, deny=()):
    return {"identifier": "fs:allow-read-file", "allow": list(allow), "deny": list(deny)}


def one(*permissions, **keys):
    return [{"permissions": list(permissions), **keys}]


# name: old, new (capabilities, or capabilities and manifest), wider, what a line must hold
CHANGES = {
    "a command more": (one(), one(READ), True, "+ main (local)  plugin:fs|read_text_file"),
    "a command less": (one(READ), one(), False, "- main (local)  plugin:fs|read_text_file"),
    "a set more": (one(), one("core:default"), True, "+ main (local)  core:default: 92 commands"),
    "allow more": (one(scoped("$APPDATA/*")), one(scoped("$APPDATA/*", "$HOME/**")), True,
                   "+ main (local)  plugin:fs|read_file  scope $HOME/**  capabilities/all.json:"),
    "allow less": (one(scoped("$APPDATA/*", "$HOME/**")), one(scoped("$APPDATA/*")), False,
                   "- main (local)  plugin:fs|read_file  no more scope $HOME/**"),
    "deny less": (one(scoped("$HOME/**", deny=["$HOME/.ssh"])), one(scoped("$HOME/**")), True, "no more denied $HOME/.ssh"),
    "deny more": (one(scoped("$HOME/**")), one(scoped("$HOME/**", deny=["$HOME/.ssh"])), False, "denied $HOME/.ssh"),
    "scope for all of a plugin": (one(READ), one(READ, HOME), True, "plugin:fs|read_text_file  scope $HOME/**"),
    "a command denied": (one(READ), one(READ, "fs:deny-read-text-file"), False, "- main (local)  plugin:fs|read_text_file"),
    "a denial less": (one(READ, "fs:deny-read-text-file"), one(READ), True, "+ main (local)  plugin:fs|read_text_file"),
    "a denial elsewhere less": (
        one(READ) + one("fs:deny-read-text-file", windows=["x"]), one(READ) + one(windows=["x"]), True,
        "+ x (local)  plugin:fs|read_text_file  no more denied"),
    "a denial of nothing less": (one("fs:deny-read-text-file"), one(), False, "the same"),
    "a window more": (one(READ), one(READ, windows=["main", "x"]), True, "+ x (local)  plugin:fs|read_text_file"),
    "a window less": (one(READ, windows=["main", "x"]), one(READ), False, "- x (local)  plugin:fs|read_text_file"),
    "a glob for a window": (one(READ), one(READ, windows=["m*"]), True, "+ m* (local)  plugin:fs|read_text_file"),
    "a window for a glob": (one(READ, windows=["*"]), one(READ), False, "- * (local)  plugin:fs|read_text_file"),
    "a window that a glob has": (one(READ, windows=["*"]), one(READ, windows=["*", "main"]), False, "the same"),
    "a webview more": (one(READ), one(READ, webviews=["p"]), True, "+ p (local)"),
    "an origin more": (one(READ), one(READ, remote={"urls": ["https://a.example.com"]}), True,
                       "+ main (https://a.example.com)  plugin:fs|read_text_file"),
    "an origin for a pattern": (
        one(READ, remote={"urls": ["https://*.example.com"]}), one(READ, remote={"urls": ["https://a.example.com"]}), False,
        "- main (https://*.example.com)"),
    "local no more": (one(READ, remote={"urls": ["https://a.example.com"]}),
                      one(READ, local=False, remote={"urls": ["https://a.example.com"]}), False, "- main (local)"),
    "another name": (one(READ, identifier="a"), one(READ, identifier="b"), False, "the same"),
    "another order": (one(READ, "core:app:default"), one("core:app:default", READ), False, "the same"),
    "two files' worth": (one(READ, "fs:allow-stat"), one("fs:allow-stat") + one(READ), False, "the same"),
    "said twice": (one(READ), one(READ, READ), False, "the same"),
    "a set in parts": (one("core:app:default"), one(*[f"core:app:allow-{name}" for name in (
        "version", "name", "tauri-version", "identifier", "bundle-type", "register-listener", "remove-listener",
        "supports-multiple-windows")]), False, "the same"),
    "another spelling": (one(scoped("$APPDATA/*")), one(scoped({"path": "$APPDATA/*"})), False, "the same"),
    "order of entries": (one(scoped("$APPDATA/a", "$APPDATA/b")), one(scoped("$APPDATA/b", "$APPDATA/a")), False, "the same"),
    "strict to narrow": ((one(), '[policy]\nmode = "strict"\n'), (one(), ""), True, "+ mode narrow, which was strict"),
    "narrow to tauri": ((one(), ""), (one(), '[policy]\nmode = "tauri"\n'), True, "+ mode tauri, which was narrow"),
    "tauri to strict": ((one(READ), '[policy]\nmode = "tauri"\n'), (one(READ), '[policy]\nmode = "strict"\n'), False,
                        "- mode strict, which was tauri"),
    "audit": ((one(READ), ""), (one(READ), "[plugins.fs]\nsandbox = { audit = true }\n"), True, "+ fs  sandbox audit true"),
    "jit": ((one(READ), ""), (one(READ), "[plugins.fs]\nsandbox = { jit = true }\n"), True, "+ fs  sandbox jit true"),
    "network": ((one(READ), ""), (one(READ), "[plugins.fs]\nsandbox = { network = true }\n"), True, "+ fs  sandbox network true"),
    "a folder less": ((one(READ), "[plugins.fs]\nsandbox = { read = ['/etc', '/srv'] }\n"),
                      (one(READ), "[plugins.fs]\nsandbox = { read = ['/etc'] }\n"), False, '- fs  sandbox read "/srv"'),
    "a folder more": ((one(READ), ""), (one(READ), "[plugins.fs]\nsandbox = { write = ['/srv'] }\n"), True,
                      '+ fs  sandbox write "/srv"'),
    "memory": ((one(READ), "[plugins.fs]\nsandbox = { memory_mib = 64 }\n"),
               (one(READ), "[plugins.fs]\nsandbox = { memory_mib = 128 }\n"), True, "+ fs  sandbox memory_mib 128"),
    "a warning": (one(), one("core:window:deny-close"), False, "! new warning denies-nothing: "),
    "risk": (one(scoped("$APPDATA/*")), one(scoped("$APPDATA/*", "/**")), True, "~ main (local)  risk 2 -> "),
}


def write(folder, source):
    capabilities, manifest = source if isinstance(source, tuple) else (source, "")
    return app(folder, capabilities, manifest)


def diff(tmp_path, old, new, *options):
    return policy("diff", write(tmp_path / "old", old), write(tmp_path / "new", new), *options)


@pytest.mark.parametrize("name", CHANGES)
def test_changes(tmp_path, name):
    old, new, wider, line = CHANGES[name]
    status, out, errors = diff(tmp_path, old, new)
    assert errors == "" and status == int(wider), out
    assert any(line in shown for shown in out.splitlines()), out
    status, out, _ = policy("diff", tmp_path / "old", tmp_path / "new", "--json")
    answer = json.loads(out)
    assert status == int(wider) and answer["wider"] is wider and bool(answer["gives"]) is wider
    if line == "the same":
        assert answer["takes"] == [] and answer["risk"] == []


@pytest.mark.parametrize("name", CHANGES)
def test_nothing_changes(tmp_path, name):
    for n, source in enumerate(CHANGES[name][:2]):
        folder = write(tmp_path / str(n), source)
        assert policy("diff", folder, folder) == (0, "the same: gives nothing, takes 0\n", "")


def kinds_of(items):
    return sorted((item["kind"], item.get("view", "")) for item in items if item["kind"] != "denial")


@pytest.mark.parametrize("name", [name for name, change in CHANGES.items() if change[2]])
def test_what_is_given_is_taken_back(tmp_path, name):
    old, new, _, _ = CHANGES[name]
    given = json.loads(diff(tmp_path, old, new, "--json")[1])["gives"]
    status, out, _ = policy("diff", tmp_path / "new", tmp_path / "old", "--json")
    taken = json.loads(out)["takes"]
    assert status == 0 and kinds_of(given) == kinds_of(taken)


def test_both_ways_at_once(tmp_path):
    status, out, _ = diff(tmp_path, one(READ), one("fs:allow-stat"))
    assert status == 1 and "+ main (local)  plugin:fs|stat" in out and "- main (local)  plugin:fs|read_text_file" in out
    assert out.splitlines()[-1] == "wider: gives 1, takes 1"


def test_an_own_command_without_a_limit(tmp_path):
    """To a command that looks at its scope itself, an empty list may mean anything."""
    own = '[[permission]]\nidentifier = "allow-x"\ncommands.allow = ["x"]\n'
    limited = app(tmp_path / "a", one({"identifier": "allow-x", "allow": ["a"]}), permissions=own)
    free = app(tmp_path / "b", one("allow-x"), permissions=own)
    status, out, _ = policy("diff", limited, free)
    assert status == 1 and "+ main (local)  x  no scope limits it any more" in out


def test_errors_stop_it(tmp_path):
    status, out, errors = diff(tmp_path, one(READ), one("fs:nope"))
    assert (status, out) == (3, "")
    first, second = errors.splitlines()
    assert first.startswith("trollbridge: policy: ") and "/new has these errors" in first
    assert second.startswith("trollbridge: unknown-permission: ")


def test_mode_and_target_are_for_both(tmp_path):
    old = one(READ) + one(windows=["x"])
    new = one(READ) + one(HOME, windows=["x"])
    assert diff(tmp_path, old, new)[0] == 0
    status, out, _ = policy("diff", tmp_path / "old", tmp_path / "new", "--mode", "tauri")
    assert status == 1 and "+ main (local)  plugin:fs|read_text_file  scope $HOME/**" in out
    mac = one(READ, platforms=["macOS"])
    assert diff(tmp_path / "mac", one(), mac)[0] == 0
    assert policy("diff", tmp_path / "mac/old", tmp_path / "mac/new", "--target", "macOS")[0] == 1


def test_too_many_views_are_not_passed_over(tmp_path):
    many = one(READ, windows=[f"w{n}" for n in range(1100)])
    status, out, _ = diff(tmp_path, many, many)
    assert status == 1 and "+ 76 views with an origin are too many to compare" in out


def test_names_are_shown_escaped(tmp_path):
    evil = "\u001b]2;x\u202e\u0007"
    status, out, _ = diff(tmp_path, one(), one(READ, windows=[evil]))
    assert status == 1 and not any(c in out for c in "\u001b\u202e\u0007") and "\\u001b]2;x\\u202e\\u0007 (local)" in out


@pytest.mark.parametrize("arguments", [[], ["a"], ["a", "b", "c"], ["--nope", "a", "b"], ["a", "b", "--mode"]])
def test_usage(arguments):
    status, out, errors = policy("diff", *arguments)
    assert (status, out) == (2, "") and errors.startswith("trollbridge: usage: ")


# ---- random pairs ----

LABELS = ["main", "x", "e-1", "e-2"]
GLOBS = [*LABELS, "*", "e-*", "[mx]*"]
URLS = ["https://a.example.com", "https://*.example.com"]
PATHS = ["$HOME/**", "$APPDATA/*", "/etc/hosts", "$RESOURCE/**"]
ENTRIES = ["fs:allow-read-file", "fs:allow-stat", "fs:deny-stat", "fs:allow-write-file", "core:app:default", "core:app:deny-name"]


def some(generator, items, least=0):
    return generator.sample(items, generator.randint(least, min(3, len(items))))


def random_entry(generator):
    kind = generator.random()
    if kind < 0.5:
        return generator.choice(ENTRIES)
    identifier = generator.choice(["fs:scope", "fs:allow-read-file", "fs:allow-write-file"])
    return {"identifier": identifier, "allow": some(generator, PATHS), "deny": some(generator, PATHS)}


def random_policy(generator):
    capabilities = []
    for n in range(generator.randint(1, 3)):
        one_of = {"identifier": f"c{n}", "windows": some(generator, GLOBS, 1),
                  "permissions": [random_entry(generator) for _ in range(generator.randint(1, 4))]}
        if generator.random() < 0.3:
            one_of["remote"] = {"urls": some(generator, URLS, 1)}
            one_of["local"] = generator.random() < 0.5
        capabilities.append(one_of)
    return capabilities


def changed(generator, capabilities):
    """One thing more or less."""
    new = json.loads(json.dumps(capabilities))
    target = generator.choice(new)
    for _ in range(generator.randint(1, 2)):
        kind = generator.randrange(4)
        if kind == 0:
            target["permissions"].append(random_entry(generator))
        elif kind == 1:
            target["permissions"].pop(generator.randrange(len(target["permissions"])))
            target["permissions"] = target["permissions"] or ["core:app:default"]
        elif kind == 2:
            target["windows"] = some(generator, GLOBS, 1)
        else:
            generator.shuffle(target["permissions"])
    return new


def report_of(folder, mode, label):
    status, out, _ = policy("check", folder, "--json", "--mode", mode, "--view", label)
    assert status == 0
    return json.loads(out)


def local(side):
    """The entries for the app's own pages, by command."""
    kept = {name: [entry for entry in entries if entry["context"] == "local"] for name, entries in side.items()}
    return {name: entries for name, entries in kept.items() if entries}


def granted(folder, label):
    """What a view's local page may call in mode narrow, by the report for programs."""
    report = report_of(folder, "narrow", label)
    return set(local(report["allowed"])) - set(local(report["denied"]))


def allowed_paths(folder, label):
    """The same in mode tauri for the scopes of fs, whose paths are its own and those of the whole plugin."""
    report = report_of(folder, "tauri", label)
    everywhere = json.loads(policy("check", folder, "--json", "--mode", "tauri")[1])
    shared = everywhere["global_scope"].get("fs", {"allow": []})["allow"]
    return {(name, path) for name, entries in local(report["allowed"]).items() for entry in entries
            if name.startswith("plugin:fs|") and name not in everywhere["denied"]
            for path in shared + report["scopes"].get(str(entry.get("scope")), {"allow": []})["allow"]}


@pytest.mark.parametrize("seed", range(40))
def test_random_pairs(tmp_path, seed):
    generator = random.Random(seed)
    capabilities = random_policy(generator)
    old = app(tmp_path / "old", capabilities)
    new = app(tmp_path / "new", changed(generator, capabilities))
    status, out, _ = policy("diff", old, new, "--json")
    answer = json.loads(out)
    gives = {(item["view"], item["command"]) for item in answer["gives"] if item["kind"] == "command"}
    wider = [(label, name) for label in LABELS for name in granted(new, label) - granted(old, label)]
    assert not wider or status == 1
    # What a label gets that some file names is said of just that label.
    named = {view for item in json.loads((old / "capabilities/all.json").read_text())
             + json.loads((new / "capabilities/all.json").read_text()) for view in item["windows"]}
    for label, name in wider:
        assert label not in named or (label, name) in gives
    # And nothing is said to be given to a label that does not get it.
    given = {(item["view"], item["command"]) for item in answer["gives"]
             if item["kind"] == "command" and item["context"] == "local" and item["view"] in LABELS}
    assert given <= set(wider)
    assert policy("diff", new, new)[0] == 0
    paths = [path for label in LABELS for path in allowed_paths(new, label) - allowed_paths(old, label)]
    assert not paths or policy("diff", old, new, "--mode", "tauri")[0] == 1
