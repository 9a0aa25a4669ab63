"""A tree without JavaScriptCore is the same tree without one program."""

import json
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
