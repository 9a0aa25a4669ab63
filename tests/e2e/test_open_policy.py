"""[open] of the manifest, `elsewhere` and URL patterns of plugins: from the files to the facts and the grant."""

import json

import pytest

import msgpack_reader
import test_policy

MANIFEST = '[app]\nid = "com.example.open"\n'
PLUGIN = """name = "far"
program = "far"
commands = ["open", "stay"]
elsewhere = { open = "near" }
"""
NEAR = """name = "near"
host = true
commands = ["far_open"]
scope = "opaque"
scope_keys = { url = "url", path = "path", app = "bool or str" }
"""
PERMISSIONS = """[[permission]]
identifier = "allow-open"
commands.allow = ["open"]

[[permission]]
identifier = "allow-stay"
commands.allow = ["stay"]

[[permission]]
identifier = "allow-far-open"
commands.allow = ["far_open"]
"""
PARTS = '[plugins.far]\npermissions = "parts/far"\n[plugins.near]\npermissions = "parts/near"\n'


def make(folder, more="", permissions=(), plugin=PLUGIN, near=NEAR):
    capability = {"identifier": "main", "windows": ["main"], "permissions": list(permissions)}
    return test_policy.write_app(folder, {
        "trollbridge.toml": MANIFEST + more, "capabilities/main.json": json.dumps(capability, indent=1),
        "parts/far/plugin.toml": plugin, "parts/far/permissions/all.toml": PERMISSIONS,
        "parts/near/plugin.toml": near, "parts/near/permissions/all.toml": PERMISSIONS})


def facts(folder):
    status, text, out = test_policy.compile_app(folder)
    assert (status, text) == (0, "")
    return msgpack_reader.decode(msgpack_reader.decode(out["settings"])["facts"])


def grant(folder):
    status, text, out = test_policy.compile_app(folder)
    assert (status, text) == (0, "")
    return test_policy.grant_of(out["snapshot"])


def refused(folder, *words):
    status, text, _ = test_policy.compile_app(folder)
    assert status == 3
    for word in words:
        assert word in text, text


def test_what_is_not_said(tmp_path):
    assert facts(make(tmp_path))["open"] == {"schemes": ["https", "http", "mailto", "tel"], "with": []}


def test_what_is_said(tmp_path):
    more = '[open]\nschemes = ["https", "web+x"]\nurls = ["https://*.example.com/*"]\nwith = ["firefox", "org.gnome.Evince"]\n'
    assert facts(make(tmp_path, more))["open"] == {
        "schemes": ["https", "web+x"], "urls": ["https://*.example.com/*"], "with": ["firefox", "org.gnome.Evince"]}


def test_nothing_is_less_than_not_said(tmp_path):
    assert facts(make(tmp_path, "[open]\nschemes = []\nurls = []\n"))["open"] == {"schemes": [], "urls": [], "with": []}


@pytest.mark.parametrize("scheme", ["about", "blob", "data", "file", "javascript", "vbscript", "view-source"])
def test_schemes_that_are_never_opened(tmp_path, scheme):
    refused(make(tmp_path, f'[open]\nschemes = ["https",\n "{scheme}"]\n'), "trollbridge.toml:5", f"URLs of `{scheme}` are never opened")


@pytest.mark.parametrize("scheme", ["", "HTTPS", "https:", "1x", "a b", "x" * 33, "é"])
def test_what_is_no_scheme(tmp_path, scheme):
    refused(make(tmp_path, f'[open]\nschemes = ["{scheme}"]\n'), "trollbridge.toml:4", "is no scheme")


PATTERNS = [("example.com", "begins with a scheme"), (":x", "begins with a scheme"), ("https://exämple.com", "is ASCII"), ("https://a b", "is ASCII"),
            ("https://a\\\\b", "is ASCII"), ("https://[ab].example/", "no classes"), ("https://" + "x" * 2048, "2048 bytes")]


@pytest.mark.parametrize(("pattern", "words"), PATTERNS)
def test_what_is_no_pattern(tmp_path, pattern, words):
    refused(make(tmp_path, f'[open]\nurls = ["{pattern}"]\n'), "trollbridge.toml:4", words)


@pytest.mark.parametrize("name", ["", "/usr/bin/firefox", "../firefox", ".hidden", "a\\nb", "x" * 129])
def test_what_is_no_program(tmp_path, name):
    refused(make(tmp_path, f'[open]\nwith = ["{name}"]\n'), "trollbridge.toml:4", "the name of its desktop entry")


@pytest.mark.parametrize("key", ["schemes", "urls", "with"])
def test_lists_have_an_end(tmp_path, key):
    items = ", ".join(f'"x{i}:"' if key == "urls" else f'"x{i}"' for i in range(65))
    refused(make(tmp_path, f"[open]\n{key} = [{items}]\n"), "trollbridge.toml:4", "64 entries at most")
    refused(make(tmp_path / "number", f"[open]\n{key} = [1]\n"), "trollbridge.toml:4", key)


def test_a_command_goes_elsewhere_under_its_own_name(tmp_path):
    granted = grant(make(tmp_path, PARTS, ["far:allow-open", "far:allow-stay"]))
    commands = {command["name"]: command for command in granted["commands"]}
    plugins = [plugin["name"] for plugin in granted["plugins"]]
    assert {name: (command["local"], plugins[command["plugin"]]) for name, command in commands.items()} == {
        "plugin:far|open": ("far_open", "near"), "plugin:far|stay": ("stay", "far")}


def test_what_grants_it_is_a_permission_of_its_own_plugin(tmp_path):
    granted = grant(make(tmp_path, PARTS, ["far:allow-open", "near:allow-far-open"]))
    assert [command["name"] for command in granted["commands"]] == ["plugin:far|open", "plugin:near|far_open"]


@pytest.mark.parametrize(("elsewhere", "words"), [
    ("{ open = 1 }", "is not told by a plugin's name"), ("{ other = \"near\" }", "is not in `commands`"), ("{ open = \"far\" }", "is the plugin's own already")])
def test_what_elsewhere_cannot_say(tmp_path, elsewhere, words):
    refused(make(tmp_path, PARTS, ["far:allow-open"], PLUGIN.replace('{ open = "near" }', elsewhere)), "parts/far/plugin.toml:4", words)


@pytest.mark.parametrize("near", [NEAR.replace("host = true", 'program = "near"'), NEAR.replace("far_open", "open")])
def test_only_a_host_that_has_the_command_takes_it(tmp_path, near):
    refused(make(tmp_path, PARTS, ["far:allow-open"], near=near), "parts/far/plugin.toml:4", "is carried out by no plugin", "`host = true`", "`far_open`")


def entry(**fields):
    return {"identifier": "near:allow-far-open", "allow": [fields]}


def test_entries_have_their_patterns_expanded(tmp_path):
    granted = grant(make(tmp_path, PARTS, [entry(url="https://example.com/*", app=True), entry(path="$HOME/x/**", app="firefox")]))
    [command] = granted["commands"]
    assert granted["scopes"][command["scope"]]["allow"] == [{"url": "https://example.com/*", "app": True}, {"path": "/home/u/x/**", "app": "firefox"}]


@pytest.mark.parametrize(("fields", "words"), [
    ({"url": "example.com"}, "begins with a scheme"), ({"url": 1}, "url"), ({"path": "relative"}, "relative"), ({"url": "https:*", "app": 1}, "app")])
def test_entries_that_are_wrong(tmp_path, fields, words):
    refused(make(tmp_path, PARTS, [entry(**fields)]), "capabilities/main.json", words)
    status, text, out = test_policy.compile_app(make(tmp_path / "tauri", PARTS + '[policy]\nmode = "tauri"\n', [entry(**fields) | {"allow": [fields, {"url": "https://example.com/"}]}]))
    assert (status, words in text) == (0, True)
    granted = test_policy.grant_of(out["snapshot"])
    assert granted["scopes"][granted["commands"][0]["scope"]]["allow"] == []
