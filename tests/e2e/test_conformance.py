"""The cases of tests/conformance for the kit in C, Python and JavaScript, in the real sandbox."""

import json
import os
import pathlib
import shutil
import sys

import pytest

import tree

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "conformance"))
import page  # noqa: E402

CASES, EVENTS = (json.loads((TESTS / "conformance" / name).read_text()) for name in ("cases.json", "events.json"))
BUILT = pathlib.Path(os.environ.get("TB_BUILD", tree.TOP / "build")) / "examples/kit/kit"
MSGPACK = tree.TOP / "shim-js/node_modules/@msgpack"


class World:
    """What page.world.Host works in."""

    def __init__(self, folder):
        self.app, self.home = folder / "kit", folder / "home"
        shutil.copytree(tree.TOP / "examples/kit", self.app, ignore=shutil.ignore_patterns("meson.build"))
        shutil.copy(BUILT, self.app / "c/kit")
        shutil.copytree(MSGPACK, self.app / "node/node_modules/@msgpack", symlinks=True)
        self.home.mkdir()


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("conformance"))
    host = page.world.Host(str(tree.ROOT), made.app, str(made.home))
    yield host
    host.close()


@pytest.mark.parametrize("case", CASES + EVENTS, ids=lambda case: case["name"])
@pytest.mark.parametrize("plugin", ["c", "python", "node"])
def test_case(host, plugin, case):
    view = page.Page(host)
    page.Runner(view, plugin).run(case)
    view.close()


def test_parts_for_a_command_that_takes_its_body_whole(host):
    """The library for C refuses them: the handler would take the beginning for all."""
    view = page.Page(host)
    step = {"call": "greet", "args": {"name": "Beowulf"}, "body": "begin", "parts": {"each": 10, "n": 10, "from": 0},
            "error": "too_large"}
    page.Runner(view, "c").run({"name": "parts", "steps": [step]})
    view.close()
