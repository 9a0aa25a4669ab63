"""What a person picks: plugins that may have it are given just this, and nothing that is kept from them."""


import pytest

import picker
import tree
from picker import ask, pick


@pytest.fixture
def tree_of(app):
    """A folder that no scope holds, with a folder and files in it."""
    folder = app.folder / "elsewhere"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "inner/b.txt").write_text("b")
    return folder


@pytest.fixture(params=["root", "ordinary"])
def picking(request, app, tree_of, ordinary):
    """The app with the plugin, run by whoever runs the tests and by an ordinary user."""
    picker.add(app)
    if request.param == "ordinary":
        app.belongs_to(ordinary)
    return app


def test_a_folder_is_there_for_a_plugin_that_runs(picking, tree_of):
    with tree.running(picking) as host:
        assert ask(host, "read", path=f"{tree_of}/a.txt") == "ENOENT"
        assert ask(host, "picks") == []
        assert pick(host, tree_of) == ""
        [told] = ask(host, "picks")
        assert told == {"number": 1, "path": str(tree_of), "at": "/.picked/1", "folder": True, "recursive": True,
                        "writable": False}
        assert ask(host, "read", path="/.picked/1/a.txt") == "a"
        assert ask(host, "read", path="/.picked/1/inner/b.txt") == "b"
        assert ask(host, "list", path="/.picked/1") == ["a.txt", "inner"]
        assert ask(host, "write", path="/.picked/1/a.txt") == "EROFS"
        assert ask(host, "read", path=f"{tree_of}/a.txt") == "ENOENT"
    assert (tree_of / "a.txt").read_text() == "a"


def test_a_plugin_that_starts_later_has_all_before_its_first_call(picking, tree_of):
    with tree.running(picking) as host:
        assert pick(host, tree_of, "frw") == ""
        assert pick(host, tree_of / "a.txt", "-") == ""
        assert ask(host, "read", path="/.picked/f2") == "a"
        assert [(told["number"], told["at"], told["folder"]) for told in ask(host, "picks")] == \
            [(1, "/.picked/1", True), (2, "/.picked/f2", False)]
        assert ask(host, "write", path="/.picked/1/new.txt") == ""
        assert ask(host, "write", path="/.picked/f2") == "EROFS"
    assert (tree_of / "new.txt").read_text() == "new"
