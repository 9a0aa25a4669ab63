"""libtrollbridge-webkitgtk as other people get it: what was installed, found with pkg-config, and the example."""

import os
import re
import signal
import subprocess

import pytest

import tree

HEADER = tree.ROOT / "include/trollbridge-webkitgtk.h"
LIBRARY = tree.ROOT / "lib/libtrollbridge-webkitgtk.so.0"
STRICT = ["-Wall", "-Wextra", "-Werror"]
PAGE = """<!doctype html><meta charset=utf-8><title>Example</title><script>
trollbridge.invoke('plugin:fs|write_text_file', {path: 'data/seen.txt'}, {raw: new TextEncoder().encode(document.title)});
</script>"""


def pkg_config(*arguments):
    return subprocess.run(["pkg-config", *arguments, "trollbridge-webkitgtk"], check=True, text=True,
                          capture_output=True, env={**os.environ, "PKG_CONFIG_PATH": str(tree.ROOT / "lib/pkgconfig")}
                          ).stdout.split()


@pytest.fixture
def example(installed, make_app):
    """start(): the example with an app's window, as Popen; start.app is the app."""
    program = installed / "bin/webkitgtk"
    subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", *STRICT, str(tree.TOP / "examples/webkitgtk/webkitgtk.c"),
                    "-o", str(program), *pkg_config("--cflags", "--libs")], check=True)

    def start():
        command = start.app.command(start.app.path)
        command[command.index(str(installed / "bin/trollbridge"))] = str(program)
        return subprocess.Popen(command, cwd="/", env=start.app.environment, stderr=subprocess.PIPE, text=True)

    start.app = make_app(files={"dist/index.html": PAGE})
    start.app.environment["LD_LIBRARY_PATH"] = str(installed / "lib")
    return start


def test_the_example_shows_a_page_that_calls(example):
    seen = example.app.path / "data/seen.txt"
    with tree.leaves_nothing(), example() as process:
        tree.until(lambda: seen.exists() and seen.read_text() == "Example", "the page has written its title")
        process.send_signal(signal.SIGTERM)
        errors = process.communicate(timeout=60)[1]
    assert process.returncode == 0
    assert not [line for line in errors.splitlines() if line.startswith(("webkitgtk:", "main "))]
    assert example.app.records()[-1]["event"] == "stop"


def test_wrong_files_are_told(example):
    example.app.write("trollbridge.toml", "[app]\nid = 'com.example.page'\ntypo = 1\n")
    with example() as process:
        errors = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "trollbridge.toml:3" in errors and "webkitgtk: the app's policy or manifest is wrong" in errors


def test_exactly_the_header_is_exported(tmp_path):
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(encoding="utf-8"), flags=re.S)
    declared = set(re.findall(r"^TROLLBRIDGE_API[^(;]*?\*?(\w+)\(", text, flags=re.M))
    symbols = subprocess.run(["nm", "-D", "--defined-only", str(LIBRARY)], check=True, text=True, capture_output=True,
                             cwd=tmp_path).stdout
    assert {line.split()[2].split("@")[0] for line in symbols.splitlines()} == declared
    assert "trollbridge_webkit_attach" in declared


def test_the_extension_exports_its_entry_alone():
    (extension,) = (tree.ROOT / "lib/trollbridge/webkitgtk").iterdir()
    symbols = subprocess.run(["nm", "-D", "--defined-only", str(extension)], check=True, text=True,
                             capture_output=True).stdout
    assert [line.split()[2] for line in symbols.splitlines()] == ["webkit_web_extension_initialize"]


@pytest.mark.parametrize("compiler, standard", [("gcc", "c11"), ("gcc", "c17"), ("g++", "c++17")])
def test_the_header_is_c_and_cplusplus(tmp_path, compiler, standard):
    (tmp_path / "once.h").write_text("#include <trollbridge-webkitgtk.h>\n#include <trollbridge-webkitgtk.h>\n")
    subprocess.run([compiler, f"-std={standard}", *STRICT, "-x", "c" if compiler == "gcc" else "c++", "-fsyntax-only",
                    *pkg_config("--cflags"), "-"], check=True, text=True, cwd=tmp_path,
                   input='#include "once.h"\nint main(void) { return TROLLBRIDGE_WEBKIT_INVALID; }\n')
