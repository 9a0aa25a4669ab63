"""What a plugin.toml says of secrets and of its scopes: `record`, `secrets`, `state`, `scope_keys`, from the files to the grant and
to what people are shown. The plugin's permissions and scopes are shaped as those of the enclave."""

import json

import pytest

import msgpack_reader
import test_policy
from policy_apps import policy

KEY = "0123456789ABCDEF0123456789ABCDEF01234567"
PLUGIN = """name = "safe"
program = "safe"
commands = ["sign", "list", "vault_get"]
scope = "opaque"
scope_keys = { key = "str", unlock_s = "uint", vault = "str" }
record = ["key", "name"]
secrets = true
[sandbox]
state = true
memory_mib = 768
"""
PERMISSIONS = """
[default]
permissions = ["allow-sign", "allow-list", "all-keys"]

[[set]]
identifier = "vault"
description = "The vault."
permissions = ["allow-vault-get", "all-keys"]

[[permission]]
identifier = "all-keys"
[[permission.scope.allow]]
key = "*"
unlock_s = 300

[[permission]]
identifier = "allow-sign"
commands.allow = ["sign"]

[[permission]]
identifier = "allow-list"
commands.allow = ["list"]

[[permission]]
identifier = "allow-vault-get"
commands.allow = ["vault_get"]
[[permission.scope.allow]]
vault = "*"

[[permission]]
identifier = "deny-list"
commands.deny = ["list"]
"""
MANIFEST = '[app]\nid = "com.example.safe"\n[plugins.safe]\npermissions = "parts/safe"\n'


def make(folder, permissions=("safe:default",), plugin=PLUGIN, more="", mode="narrow", files=PERMISSIONS):
    capability = {"identifier": "main", "windows": ["main"], "permissions": list(permissions)}
    return test_policy.write_app(folder, {
        "trollbridge.toml": f"{MANIFEST}{more}\n[policy]\nmode = \"{mode}\"\n",
        "capabilities/main.json": json.dumps(capability, indent=1),
        "parts/safe/plugin.toml": plugin, "parts/safe/permissions/all.toml": files})


def grant(folder):
    status, text, out = test_policy.compile_app(folder)
    assert (status, text) == (0, "")
    return test_policy.grant_of(out["snapshot"])


def scopes(granted):
    """By command: what its scope allows and denies."""
    return {command["local"]: (granted["scopes"][command["scope"]]["allow"], granted["scopes"][command["scope"]]["deny"])
            for command in granted["commands"]}


def refused(folder, *words):
    status, text, _ = test_policy.compile_app(folder)
    assert status == 3
    for word in words:
        assert word in text, text


# ---- from the files to the grant ----


def test_the_grant_has_what_the_plugin_says(tmp_path):
    granted = grant(make(tmp_path))
    [plugin] = granted["plugins"]
    assert plugin["state"] == "/home/u/.local/state/trollbridge/com.example.safe/plugins/safe"
    assert plugin["secrets"] is True and plugin["memory_mib"] == 768
    assert plugin["read"] == plugin["write"] == plugin["make"] == plugin["mask"] == []
    assert all(command["record"] == ["key", "name"] for command in granted["commands"])


def test_the_folder_follows_the_users_own_place(tmp_path):
    status, _, out = test_policy.compile_app(make(tmp_path), {"HOME": "/home/u", "XDG_STATE_HOME": "/var/own"})
    assert status == 0
    [plugin] = test_policy.grant_of(out["snapshot"])["plugins"]
    assert plugin["state"] == "/var/own/trollbridge/com.example.safe/plugins/safe"
    assert msgpack_reader.decode(out["settings"])["states"] == "/var/own/trollbridge"


def test_what_is_not_said_is_not_there(tmp_path):
    [plugin] = (granted := grant(make(tmp_path, plugin='name = "safe"\nprogram = "safe"\ncommands = ["sign"]\nscope = "opaque"\n')))["plugins"]
    assert (plugin["state"], plugin["secrets"]) == ("", False)
    assert all("record" not in command for command in granted["commands"])


def test_record_may_be_empty(tmp_path):
    granted = grant(make(tmp_path, plugin=PLUGIN.replace('["key", "name"]', "[]")))
    assert all(command["record"] == [] for command in granted["commands"])


def test_a_host_has_secret_arguments_and_nothing_else_of_it(tmp_path):
    plugin = 'name = "safe"\nhost = true\ncommands = ["sign"]\nscope = "opaque"\nrecord = ["key"]\n'
    granted = grant(make(tmp_path / "a", plugin=plugin))
    assert [command["record"] for command in granted["commands"]] == [["key"], ["key"]]
    refused(make(tmp_path / "b", plugin=plugin + "secrets = true\n"), "plugin.toml:6", "it asks people itself, so leave `secrets` out")
    refused(make(tmp_path / "c", plugin=plugin + "sandbox = { state = true }\n"), "plugin.toml:6", "leave `sandbox` out")


@pytest.mark.parametrize("more, words", [
    ("[plugins.safe.sandbox]\nsecrets = true\n", ["trollbridge.toml:6", "`secrets`"]),
    ("[plugins.safe.sandbox]\nrecord = []\n", ["trollbridge.toml:6", "`record`"]),
    ('secrets = true\n', ["trollbridge.toml:5", "`secrets`"]),
    ('record = ["key"]\n', ["trollbridge.toml:5", "`record`"]),
])
def test_the_manifest_says_neither(tmp_path, more, words):
    refused(make(tmp_path, more=more), *words)


def test_the_manifest_takes_the_folder_away(tmp_path):
    [plugin] = grant(make(tmp_path / "a", more="[plugins.safe.sandbox]\nstate = false\n"))["plugins"]
    assert plugin["state"] == ""
    [plugin] = grant(make(tmp_path / "b", more="[plugins.safe.sandbox]\nstate = true\n"))["plugins"]
    assert plugin["state"]
    refused(make(tmp_path / "c", plugin=PLUGIN.replace("state = true\n", ""), more="[plugins.safe.sandbox]\nstate = true\n"),
            "trollbridge.toml:6", "`state` can only be taken away here")


@pytest.mark.parametrize("record, words", [
    ('["key", "key"]', "`key` is in `record` twice"),
    ('["key", ""]', "a name in `record` has 1 to 64 bytes"),
    (json.dumps(["x" * 65]), "a name in `record` has 1 to 64 bytes"),
    (json.dumps([f"a{n}" for n in range(17)]), "`record` names more than 16 arguments"),
    ('["key", 1]', "each entry of `record` must be a string"),
    ('"key"', "`record`"),
])
def test_what_record_cannot_be(tmp_path, record, words):
    refused(make(tmp_path, plugin=PLUGIN.replace('["key", "name"]', record)), "plugin.toml:6", words)


def test_without_a_home_it_is_said_what_to_set(tmp_path):
    folder = make(tmp_path, more='[audit]\nfile = "/var/log/safe.jsonl"\n')
    status, text, _ = test_policy.compile_app(folder, {})
    assert status == 3 and "the plugin `safe` keeps a folder of its own, and there is no place for it: set HOME or XDG_STATE_HOME" in text


def test_an_app_does_not_lie_where_apps_keep_what_no_plugin_gets(tmp_path):
    folder = make(tmp_path / "trollbridge/notes")
    status, text, _ = test_policy.compile_app(folder, {"HOME": "/home/u", "XDG_STATE_HOME": str(tmp_path)})
    assert status == 3 and f"the app folder lies in `{tmp_path}/trollbridge`" in text
    assert test_policy.compile_app(folder, {"HOME": "/home/u", "XDG_STATE_HOME": str(tmp_path / "troll")})[0] == 0


# ---- scopes of maps ----

ALL = {"key": "*", "unlock_s": 300}


@pytest.mark.parametrize("mode", ["narrow", "strict"])
def test_maps_are_kept_as_they_are_and_stay_with_their_view(tmp_path, mode):
    entries = ["safe:default", "safe:vault"]
    granted = scopes(grant(make(tmp_path, entries, mode=mode)))
    assert granted == {"sign": ([ALL], []), "list": ([ALL], []), "vault_get": ([{"vault": "*"}, ALL], [])}


@pytest.mark.parametrize("mode", ["narrow", "strict"])
def test_a_capability_adds_scopes_of_its_own(tmp_path, mode):
    entries = [{"identifier": "safe:allow-sign", "allow": [{"key": KEY, "unlock_s": 30}], "deny": [{"key": "F" * 40}]},
               {"identifier": "safe:allow-vault-get", "allow": [{"vault": "notes/*"}], "deny": [{"vault": "notes/private/*"}]}]
    granted = scopes(grant(make(tmp_path, entries, mode=mode)))
    assert granted["sign"] == ([{"key": KEY, "unlock_s": 30}], [{"key": "F" * 40}])
    allow, deny = granted["vault_get"]
    assert {"vault": "notes/*"} in allow and deny == [{"vault": "notes/private/*"}]


def test_explain_and_check_show_them(tmp_path):
    folder = make(tmp_path, [{"identifier": "safe:allow-sign", "allow": [{"key": KEY, "unlock_s": 30}]}])
    status, out, _ = policy("explain", folder, "plugin:safe|sign", "--json")
    assert status == 0
    assert json.loads(out)["scope"] == {"allow": [{"key": KEY, "unlock_s": 30}], "deny": []}
    status, out, _ = policy("check", folder)
    assert status == 0 and KEY in out and "unlock_s" in out


# ---- scope_keys ----


@pytest.mark.parametrize("entry, words", [
    ({"kye": KEY}, "`kye` is not a key of it"),
    ({"key": KEY, "unlock": 3}, "`unlock` is not a key of it"),
    ({"key": 1}, "`key` must be of the type str"),
    ({"key": KEY, "unlock_s": "300"}, "`unlock_s` must be of the type uint"),
    ({"key": KEY, "unlock_s": -1}, "`unlock_s` must be of the type uint"),
    ({"key": KEY, "unlock_s": 1.5}, "`unlock_s` must be of the type uint"),
    ({"vault": ["a"]}, "`vault` must be of the type str"),
    ({"vault": None}, "`vault` must be of the type str"),
    (KEY, "an entry in a scope of `safe` is a table of key (str), unlock_s (uint), vault (str)"),
    ({}, "an entry in a scope of `safe` is a table of"),
])
@pytest.mark.parametrize("side", ["allow", "deny"])
def test_a_misspelt_entry_is_an_error_with_its_line(tmp_path, entry, words, side):
    text = json.dumps({"identifier": "main", "windows": ["main"], "permissions": [{"identifier": "safe:allow-sign", side: [entry]}]})
    folder = make(tmp_path)
    (folder / "capabilities/main.json").write_text("\n\n" + text)
    refused(folder, "capabilities/main.json:3", words)


def test_the_plugins_own_files_are_checked_as_well(tmp_path):
    refused(make(tmp_path, files=PERMISSIONS.replace("unlock_s = 300", "unlock_s = true")), "parts/safe/permissions/all.toml:14",
            "`unlock_s` must be of the type uint")


def test_one_mistake_is_told_once(tmp_path):
    folder = make(tmp_path, ["safe:default", {"identifier": "safe:vault", "allow": [{"valut": "*"}]}])
    status, text, _ = test_policy.compile_app(folder)
    assert status == 3 and text.count("`valut` is not a key of it") == 1


def test_mode_tauri_warns_and_allows_nothing(tmp_path):
    folder = make(tmp_path, [{"identifier": "safe:allow-sign", "allow": [{"key": "*"}, {"kye": KEY}]}], mode="tauri")
    status, text, out = test_policy.compile_app(folder)
    assert status == 0 and "`kye` is not a key of it" in text and "the scope that this stands in allows nothing" in text
    assert scopes(test_policy.grant_of(out["snapshot"]))["sign"] == ([], [])


def test_without_scope_keys_any_entry_will_do(tmp_path):
    plugin = "\n".join(line for line in PLUGIN.splitlines() if not line.startswith("scope_keys"))
    granted = scopes(grant(make(tmp_path, [{"identifier": "safe:allow-sign", "allow": ["text", {"kye": [1]}]}], plugin=plugin)))
    assert granted["sign"][0] == ["text", {"kye": [1]}]


@pytest.mark.parametrize("keys, words", [
    ('{ key = "string" }', "the type of `key` must be one of str, uint, bool, strs, path, url and `bool or str`"),
    ("{ key = 1 }", "the type of `key` must be one of str, uint, bool, strs, path, url and `bool or str`"),
    ("{}", "`scope_keys` has 1 to 32 keys"),
])
def test_what_scope_keys_cannot_be(tmp_path, keys, words):
    refused(make(tmp_path, plugin=PLUGIN.replace('{ key = "str", unlock_s = "uint", vault = "str" }', keys)), "plugin.toml:5", words)


def test_scope_keys_are_for_opaque_scopes(tmp_path):
    plugin = PLUGIN.replace('scope = "opaque"', 'scope = "path"')
    refused(make(tmp_path, ["safe:allow-list"], plugin=plugin), "plugin.toml:5", 'write `scope = "opaque"`, or leave it out')


@pytest.mark.parametrize("value, fits", [(["a", "b"], True), ([], True), (["a", 1], False), ("a", False)])
def test_lists_of_strings(tmp_path, value, fits):
    folder = make(tmp_path, [{"identifier": "safe:allow-sign", "allow": [{"vault": value}]}], files=PERMISSIONS.replace('vault = "*"', 'vault = []'),
                  plugin=PLUGIN.replace('vault = "str"', 'vault = "strs"'))
    if fits:
        assert scopes(grant(folder))["sign"][0] == [{"vault": value}]
    else:
        refused(folder, "`vault` must be of the type strs")


# ---- what people are shown ----


def test_explain_says_what_is_private(tmp_path):
    folder = make(tmp_path)
    status, out, _ = policy("explain", folder, "plugin:safe|sign", "--json")
    answer = json.loads(out)
    assert status == 0
    assert answer["plugin"]["state"] == "/home/u/.local/state/trollbridge/com.example.safe/plugins/safe"
    assert answer["plugin"]["secrets"] is True
    [private] = [item for item in answer["filters"] if item["kind"] == "private"]
    assert private == {"kind": "private", "value": {"record": ["key", "name"]}, "file": "parts/safe/plugin.toml", "line": 6}
    out = policy("explain", folder, "plugin:safe|sign")[1]
    assert "  the plugin alone has the folder /home/u/.local/state/trollbridge/com.example.safe/plugins/safe\n" in out
    assert "  the plugin may ask a person for a passphrase\n" in out
    assert '  its arguments are secrets: the log has only ["key","name"] (parts/safe/plugin.toml:6)\n' in out


def test_check_shows_it_with_each_view(tmp_path):
    out = policy("check", make(tmp_path))[1]
    assert "  calls are filtered\n" in out
    assert 'plugin:safe|list +1  its arguments are secrets: the log has only ["key","name"]  parts/safe/plugin.toml:6\n' in out
    assert "its plugin asks people for passphrases" in out


@pytest.mark.parametrize("before, after, wider, words", [
    ("secrets = true\n", "", False, "secrets"),
    ("", "secrets = true\n", True, "secrets"),
    ('record = ["key", "name"]\n', "", True, "its arguments are secrets"),
    ("", 'record = ["key", "name"]\n', False, "its arguments are secrets"),
    ("[sandbox]\nstate = true\n", "", False, "state"),
    ("", "[sandbox]\nstate = true\n", True, "state"),
])
def test_diff_tells_what_becomes_wider(tmp_path, before, after, wider, words):
    base = 'name = "safe"\nprogram = "safe"\ncommands = ["sign", "list", "vault_get"]\nscope = "opaque"\n'
    old, new = (make(tmp_path / name, plugin=base + text) for name, text in (("a", before), ("b", after)))
    status, out, _ = policy("diff", old, new)
    assert status == wider and words in out, out
