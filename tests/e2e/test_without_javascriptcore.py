"""A tree without JavaScriptCore is the same tree without one program."""

import json
import os
import pathlib
import subprocess

import tree

OPTION = "-Dhook=disabled"


def targets(folder):
    """The names of all that a configured build would make."""
    introspected = subprocess.run(["meson", "introspect", "--targets", folder], check=True, capture_output=True)
    return {target["name"] for target in json.loads(introspected.stdout)}


def test_nothing_but_the_hook_and_its_tests_needs_it(tmp_path):
    for name, options in (("with", []), ("without", [OPTION])):
        subprocess.run(["meson", "setup", tmp_path / name, tree.TOP, *options], check=True, capture_output=True)
    missing = targets(tmp_path / "with") - targets(tmp_path / "without")
    assert missing == {"hook", "tb_hook", "hook_prelude", "fuzz_hook_module", "fuzz_hook_value"}
    assert not targets(tmp_path / "without") - targets(tmp_path / "with")
    # Every step of the rest is there to be run.
    subprocess.run(["ninja", "-n", "-C", tmp_path / "without"], check=True, capture_output=True)


def without_webkit(folder):
    """The environment of a machine that has neither JavaScriptCore nor WebKitGTK to build with."""
    folder.mkdir()
    paths = subprocess.run(["pkg-config", "--variable", "pc_path", "pkg-config"], check=True, capture_output=True, text=True)
    for path in paths.stdout.strip().split(":"):
        for file in pathlib.Path(path).glob("*.pc"):
            if not file.name.startswith(("javascriptcore", "webkit")) and not (folder / file.name).exists():
                (folder / file.name).symlink_to(file)
    return {**os.environ, "PKG_CONFIG_LIBDIR": str(folder), "PKG_CONFIG_PATH": ""}


def test_a_machine_without_webkitgtk_builds_all_that_does_not_need_it(tmp_path):
    bare = tmp_path / "bare"
    subprocess.run(["meson", "setup", bare, tree.TOP], check=True, capture_output=True, env=without_webkit(tmp_path / "pc"))
    made = targets(bare)
    assert {"trollbridge", "supervisor", "broker", "scribe", "policy", "confine", "fs", "audit", "path"} <= made
    assert not {"hook", "run", "trollbridge-web-extension", "trollbridge-webkitgtk"} & made
    subprocess.run(["ninja", "-n", "-C", bare], check=True, capture_output=True)
