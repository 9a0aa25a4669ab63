"""What an app ships with: no web server, and nothing of the library of one."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TB_BUILD", TOP / "build")).resolve()
ROOT = pathlib.Path(os.environ.get("TB_ROOT", BUILD / "root")).resolve()
DEV = "libexec/trollbridge/dev"
HELLO = '{"path": "data/hello.txt"}'


def elf_files(root):
    return sorted(path for folder in ("bin", "libexec", "lib") for path in (root / folder).rglob("*")
                  if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF")


def readelf(path, what):
    return subprocess.run(["readelf", "-W", what, str(path)], check=True, text=True, capture_output=True,
                          env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


def knows_websockets(path):
    """Whether it is linked with the library, or holds a piece of it."""
    needed = re.findall(r"NEEDED.*\[(.*)\]", readelf(path, "-d"))
    return any("websockets" in name for name in needed) or re.search(r"\blws_\w+", readelf(path, "--syms")) is not None


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The tree as it is installed for those who ship an app."""
    staged = tmp_path_factory.mktemp("release")
    subprocess.run(["meson", "install", "-C", str(BUILD), "--no-rebuild", "--quiet", "--tags", "runtime,man", "--destdir", str(staged)],
                   check=True, capture_output=True)
    return staged / ROOT.relative_to("/")


def run(tree, home, *words):
    app = home / "notes"
    if not app.exists():
        shutil.copytree(TOP / "examples/notes", app)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    return subprocess.run([str(tree / "bin/trollbridge"), *words], cwd=home, env=environment, capture_output=True, text=True, check=False)


def test_the_dev_bridge_alone_knows_websockets():
    files = elf_files(ROOT)
    assert len(files) > 15
    assert [str(path.relative_to(ROOT)) for path in files if knows_websockets(path)] == [DEV]


def test_a_release_has_all_but_the_dev_bridge(release):
    names = {str(path.relative_to(release)) for path in release.rglob("*") if path.is_file() and not path.is_symlink()}
    whole = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file() and not path.is_symlink()}
    left_out = {name for name in whole - names if not name.startswith(("include/", "lib/pkgconfig/")) and not name.endswith(".a")}
    assert left_out == {DEV, "share/man/man1/trollbridge-dev.1"}
    assert names <= whole
    assert not any(knows_websockets(path) for path in elf_files(release))


def test_a_release_makes_calls(release, tmp_path):
    done = run(release, tmp_path, "call", "notes", "plugin:fs|read_text_file", HELLO)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (TOP / "examples/notes/data/hello.txt").read_text()


def test_a_release_says_where_the_dev_bridge_is(release, tmp_path):
    done = run(release, tmp_path, "dev", "notes")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == ("trollbridge: part_missing: libexec/trollbridge/dev is not there: install the package trollbridge-dev, which apps "
                           "are shipped without\n")
