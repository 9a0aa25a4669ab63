"""The path plugin: Tauri's path commands as the page calls them. The table of texts is tests/unit/test_path_text.c."""

import json

import pytest

import tree
from plugin_link import Plugin

PROGRAM = tree.ROOT / "libexec/trollbridge/plugins/path"
COMMANDS = ["resolve_directory", "resolve", "normalize", "join", "dirname", "extname", "basename", "is_absolute"]
# Numbers of @tauri-apps/api's BaseDirectory.
FOLDERS = {
    1: "AUDIO", 2: "CACHE", 3: "CONFIG", 4: "DATA", 5: "LOCALDATA", 6: "DOCUMENT", 7: "DOWNLOAD", 8: "PICTURE", 9: "PUBLIC",
    10: "VIDEO", 11: "RESOURCE", 12: "TEMP", 13: "APPCONFIG", 14: "APPDATA", 15: "APPLOCALDATA", 16: "APPCACHE", 17: "APPLOG",
    18: "DESKTOP", 19: "EXE", 20: "FONT", 21: "HOME", 22: "RUNTIME", 23: "TEMPLATE",
}
VARIABLES = {name: f"/of/{name.lower()}" for name in FOLDERS.values()}


@pytest.fixture
def plugin():
    running = Plugin(PROGRAM, COMMANDS, [], VARIABLES)
    yield running
    assert running.end() == 0


def error(plugin, command, args):
    answer = plugin.call(command, args, scope=None)
    assert isinstance(answer, dict) and set(answer) == {"error"}, answer
    return answer["error"]["code"], answer["error"]["message"]


CASES = [
    ("resolve_directory", {"directory": 21, "path": "a/../b"}, "/of/home/a/../b"),
    ("resolve_directory", {"directory": 21, "path": ""}, "/of/home/"),
    ("resolve_directory", {"directory": 21, "path": "/b"}, "/b"),
    ("resolve_directory", {"directory": 11, "path": "/a/../b/."}, "/of/resource/_root_/a/_up_/b"),
    ("resolve_directory", {"directory": 21, "path": None}, "/of/home"),
    ("resolve", {"paths": []}, "/of/resource"),
    ("resolve", {"paths": ["a", "..", "b/"]}, "/of/resource/b"),
    ("resolve", {"paths": ["a", "/b", "../c", "d"]}, "/c/d"),
    ("resolve", {"paths": ["/b", "/c", "d"]}, "/c/d"),
    ("resolve", {"paths": ["../../../.."]}, "/"),
    ("resolve", {"paths": [""]}, "/of/resource"),
    ("normalize", {"path": "a//b/../c/"}, "a/c/"),
    ("join", {"paths": ["a", "..", "..", "b"]}, "b"),
    ("join", {"paths": []}, "."),
    ("dirname", {"path": "/a/b.c"}, "/a"),
    ("extname", {"path": "/a/b.c"}, "c"),
    ("basename", {"path": "/a/b.c"}, "b.c"),
    ("basename", {"path": "/a/b.c", "ext": None}, "b.c"),
    ("basename", {"path": "/a/b.c", "ext": ".c"}, "b"),
    ("basename", {"path": "/a/b.c", "ext": ""}, "b.c"),
    ("basename", {"path": "/a/b.c", "ext": "b.c"}, ""),
    ("basename", {"path": "/a/b.c", "ext": "/a/b.c"}, "b.c"),
    ("basename", {"path": "/a/b.c", "ext": ".d"}, "b.c"),
    ("is_absolute", {"path": "/"}, True),
    ("is_absolute", {"path": "a/"}, False),
    ("is_absolute", {"path": ""}, False),
]


@pytest.mark.parametrize("command,args,value", CASES)
def test_it_answers_as_tauri_does(plugin, command, args, value):
    assert plugin.call(command, args, scope=None) == value


@pytest.mark.parametrize("number", FOLDERS)
def test_every_base_directory_is_a_variable(plugin, number):
    assert plugin.call("resolve_directory", {"directory": number}, scope=None) == VARIABLES[FOLDERS[number]]


def test_a_folder_that_the_user_has_not_got():
    running = Plugin(PROGRAM, COMMANDS, [], {"HOME": "/home/me"})
    assert error(running, "resolve_directory", {"directory": 1})[0] == "not_found"
    assert running.end() == 0


@pytest.mark.parametrize("command,args,message", [
    ("dirname", {"path": "/"}, "path does not have a parent"),
    ("dirname", {"path": ""}, "path does not have a parent"),
    ("extname", {"path": "a"}, "path does not have an extension"),
    ("extname", {"path": ".."}, "path does not have an extension"),
    ("basename", {"path": "a/.."}, "path does not have a basename"),
    ("basename", {"path": "/", "ext": "x"}, "path does not have a basename"),
    ("resolve_directory", {"directory": 0}, "directory: 0 is no BaseDirectory; they are 1 to 23"),
    ("resolve_directory", {"directory": 24}, "directory: expected a whole number from 0 to 23, got 24"),
    ("resolve_directory", {"directory": -1}, "directory: expected a whole number from 0 to 23, got -1"),
    ("resolve_directory", {"directory": "Home"}, "directory: expected a whole number from 0 to 23, got a string"),
    ("resolve_directory", {}, "directory: expected a whole number from 0 to 23, got nothing"),
    ("normalize", {}, "path: expected a string, got nothing"),
    ("join", {"paths": "a"}, "paths: expected an array of at most 1024 strings, got a string"),
    ("join", {"paths": ["a", 1]}, "paths[1]: expected a string, got 1"),
    ("join", {"paths": ["a"] * 1025}, "paths: expected an array of at most 1024 strings, got one of 1025"),
])
def test_what_has_no_answer_is_an_error(plugin, command, args, message):
    assert error(plugin, command, args) == ("invalid_args", message)


@pytest.mark.parametrize("command,args", [
    ("resolve_directory", {"directory": 21, "path": "a\0"}), ("resolve", {"paths": ["a", "b\0c"]}), ("normalize", {"path": "\0"}),
    ("join", {"paths": ["\0"]}), ("dirname", {"path": "a/\0"}), ("extname", {"path": "a.\0"}), ("is_absolute", {"path": "/\0"}),
    ("basename", {"path": "a", "ext": "\0"}), ("basename", {"path": "a\0", "ext": "a"}),
])
def test_a_nul_is_refused(plugin, command, args):
    code, message = error(plugin, command, args)
    assert code == "invalid_args" and message.endswith(": holds a NUL, which no path can")


def test_long_paths_take_no_longer_than_they_are(plugin):
    deep = "a/" * 200000
    assert plugin.call("normalize", {"path": deep}, scope=None) == deep
    assert plugin.call("normalize", {"path": deep + "../" * 200000}, scope=None) == "/"
    assert plugin.call("dirname", {"path": deep}, scope=None) == deep[:-3]
    assert plugin.call("basename", {"path": "/" * 500000 + "./" * 200000}, scope=None)["error"]["code"] == "invalid_args"


def test_an_answer_that_no_frame_holds(plugin):
    whole = "a" * 1048570
    refused = plugin.call("resolve_directory", {"directory": 21, "path": whole}, scope=None)
    assert len(refused) == 1 and refused["error"]["code"] == "too_large"


# ---- in a broker ----


@pytest.fixture
def path_app(app):
    capability = {"identifier": "main", "windows": ["main"], "permissions": ["core:path:default"]}
    (app.path / "capabilities/main.json").write_text(json.dumps(capability))
    return app


def test_a_page_calls_it(path_app):
    with tree.leaves_nothing():
        result = path_app.call("plugin:path|resolve_directory", {"directory": 11, "path": "data"})
    assert (result.returncode, json.loads(result.stdout)) == (0, str(path_app.path / "data"))
    home = path_app.call("plugin:path|resolve_directory", {"directory": 21})
    assert json.loads(home.stdout) == path_app.environment["HOME"]


def test_its_hull_holds_nothing(path_app):
    result = path_app.run("policy", "explain", path_app.path, "plugin:path|join", "--json")
    plugin = json.loads(result.stdout)["plugin"]
    assert plugin["name"] == "core:path" and plugin["read"] == plugin["write"] == plugin["mask"] == []


def test_a_scope_that_it_would_not_look_at_is_refused(path_app):
    entry = {"identifier": "core:path:allow-join", "deny": [{"path": "/"}]}
    capability = {"identifier": "main", "windows": ["main"], "permissions": [entry]}
    (path_app.path / "capabilities/main.json").write_text(json.dumps(capability))
    result = path_app.run("policy", "check", path_app.path)
    assert result.returncode == 3 and b"core:path" in result.stderr
