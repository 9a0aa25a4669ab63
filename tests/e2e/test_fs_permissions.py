"""The fs plugin's permission files: what Tauri's capability files rely on."""

import json
import pathlib
import subprocess
import sys
import tomllib

from tree import READ

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDER = TOP / "plugins/fs/permissions"
ENTRY_KEYS = {"identifier", "description", "commands", "scope"}


def load():
    """Permissions and sets by identifier, and the default set."""
    permissions, sets, default = {}, {}, []
    for path in FOLDER.rglob("*.toml"):
        content = tomllib.loads(path.read_text())
        assert set(content) <= {"permission", "set", "default"}, path
        for kind, entries in (("permission", permissions), ("set", sets)):
            for entry in content.get(kind, []):
                assert entry["identifier"] not in permissions.keys() | sets.keys()
                assert set(entry) <= (ENTRY_KEYS if kind == "permission" else {"identifier", "description", "permissions"})
                entries[entry["identifier"]] = entry
        default += content.get("default", {}).get("permissions", [])
    return permissions, sets, default


def test_the_files_are_what_the_tool_writes():
    assert subprocess.run([sys.executable, TOP / "tools/fs-permissions.py", "--check"]).returncode == 0


def test_the_default_deny_denies():
    permissions, sets, default = load()
    assert "deny-default" in default and "deny-webview-data-linux" in sets["deny-default"]["permissions"]
    linux = [entry["path"] for entry in permissions["deny-webview-data-linux"]["scope"]["deny"]]
    assert {"$APPLOCALDATA/localstorage/**", "$APPLOCALDATA/cookies"} <= set(linux)
    # On Linux $APPDATA is the same folder: the app's own files in it are not the web view's.
    assert not {"$APPLOCALDATA", "$APPLOCALDATA/*", "$APPLOCALDATA/**"} & set(linux)
    windows = permissions["deny-webview-data-windows"]["scope"]["deny"]
    assert windows == [{"path": "$APPLOCALDATA/EBWebView/**"}]


def test_every_permission_but_the_empty_one_grants_or_denies():
    permissions, sets, default = load()
    for name, entry in permissions.items():
        assert name == "scope" or entry.get("commands") or entry.get("scope"), name
    for members in [default, *(entry["permissions"] for entry in sets.values())]:
        assert members and set(members) <= permissions.keys() | sets.keys()


def test_what_is_implemented_can_be_granted_and_denied():
    permissions, _, _ = load()
    plugin = tomllib.loads((TOP / "plugins/fs/plugin.toml").read_text())
    reads, writes = set(plugin["read_commands"]), set(plugin["write_commands"])
    on_what_is_open = set(plugin["commands"]) - reads - writes
    assert on_what_is_open == {
        "fstat", "ftruncate", "read", "read_text_file_lines_next", "seek", "start_accessing_security_scoped_resource",
        "stop_accessing_security_scoped_resource", "unwatch", "write"}
    assert reads | writes <= set(plugin["commands"])
    for command in plugin["commands"]:
        name = command.replace("_", "-")
        assert command in permissions[f"allow-{name}"]["commands"]["allow"]
        assert permissions[f"deny-{name}"]["commands"] == {"deny": [command]}
        groups = ["write-all"] if command in writes - reads else ["read-all", "read-meta", "write-all"]
        assert command.endswith("_security_scoped_resource") or any(command in permissions[group]["commands"]["allow"] for group in groups)


def test_scopes_of_a_folder():
    permissions, sets, _ = load()
    paths = [entry["path"] for entry in permissions["scope-home-recursive"]["scope"]["allow"]]
    assert paths == ["$HOME", "$HOME/**"]
    assert [e["path"] for e in permissions["scope-home"]["scope"]["allow"]] == ["$HOME", "$HOME/*"]
    assert [e["path"] for e in permissions["scope-home-index"]["scope"]["allow"]] == ["$HOME"]
    assert sets["allow-home-read-recursive"]["permissions"] == ["read-all", "scope-home-recursive"]


def flat(entry):
    """A permission as tests/policy/tauri/manifests.json has it."""
    found = {key: " ".join(names) for key, names in entry.get("commands", {}).items()}
    for key, paths in entry.get("scope", {}).items():
        found[f"scope_{key}"] = " ".join(path["path"] for path in paths)
    return found


# Where Tauri's plugin has changed since the one that the app was built with.
MENDED = {
    "create-app-specific-dirs": "listed the scope `scope-app-index` among its commands",
    "read-app-specific-dirs-recursive": "listed the scope `scope-app-recursive` among its commands, and is a set since",
    "deny-webview-data-linux": "denied nothing, as its table was not read",
    "deny-webview-data-windows": "denied nothing, as its table was not read",
    "write-files": "had not `open`, `seek` and `fstat` of files that it writes in parts",
}


def test_it_is_what_a_real_app_was_built_with():
    real = json.loads((TOP / "tests/policy/tauri/manifests.json").read_text())["apps"]["HuLaSpark/HuLa"]["fs"]
    permissions, sets, default = load()
    assert " ".join(default) == real["default"]
    assert permissions.keys() | sets.keys() == real["permissions"].keys() | real["sets"].keys()
    differing = {name for name, entry in real["permissions"].items() if flat(permissions.get(name, {})) != entry}
    assert differing == set(MENDED)
    for name, members in real["sets"].items():
        assert " ".join(sets[name]["permissions"]) == members


def test_the_default_reads_the_apps_data_but_not_the_web_views(app):
    capability = {"identifier": "main", "windows": ["main"], "permissions": ["fs:default"]}
    (app.path / "capabilities/main.json").write_text(json.dumps(capability))
    data = app.folder / "home/.local/share/com.example.notes"
    for name in ("mine.txt", "cookies", "localstorage/x", "databases/a/b"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text("Hello.")
    app_data = 14
    results = {name: app.call(READ, {"path": name, "options": {"baseDir": app_data}})
               for name in ("mine.txt", "cookies", "localstorage/x", "databases/a/b")}
    assert results.pop("mine.txt").stdout == b"Hello."
    for name, result in results.items():
        assert result.returncode == 1 and result.stderr.startswith(b"trollbridge: scope: "), name
