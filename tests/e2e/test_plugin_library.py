"""libtrollbridge-plugin as other people get it: what was installed, and what `trollbridge new --plugin` makes of it."""

import os
import re
import shutil
import subprocess

import pytest

import tree

HEADER = tree.ROOT / "include/trollbridge-plugin.h"
LIBRARY = tree.ROOT / "lib/libtrollbridge-plugin.a"
SYMBOLS = tree.TOP / "plugins/sdk/trollbridge-plugin.symbols"
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror", "-fsyntax-only"]


def declared():
    """The functions of the public header, by name."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(encoding="utf-8"), flags=re.S)
    text = re.sub(r"typedef .*?;", "", text, flags=re.S)
    text = re.sub(r"static inline .*?\n}\n", "", text, flags=re.S)
    return set(re.findall(r"\b(tb_\w+)\(", text))


def test_what_the_header_declares_is_there_and_nothing_else():
    output = subprocess.run(["nm", "--defined-only", "--extern-only", LIBRARY], check=True, text=True,
                            capture_output=True).stdout
    exported = {line.split()[2] for line in output.splitlines() if len(line.split()) == 3}
    assert exported == declared() == set(SYMBOLS.read_text().split())


@pytest.mark.parametrize("compiler", [
    ["gcc", "-std=c99", "-xc"], ["gcc", "-std=c17", "-xc"], ["g++", "-std=c++11", "-xc++"], ["g++", "-std=c++20", "-xc++"],
])
def test_the_header_stands_alone(compiler, tmp_path):
    source = tmp_path / "alone"
    source.write_text(f'#include "{HEADER}"\nint main(void) {{ return tb_bytes_are(tb_bytes_of_string("a"), "a") ? 0 : 1; }}\n')
    subprocess.run([*compiler, *STRICT, source], check=True)


@pytest.fixture
def begun(app, ordinary):
    """A new plugin's folder, of an ordinary user."""
    app.belongs_to(ordinary)
    folder = app.folder / "my-plugin"
    result = app.run("new", "--plugin", folder)
    assert (result.returncode, result.stderr) == (0, b"")
    return app, folder, result.stdout.decode()


def shell(app, command, cwd):
    """One line as a person types it."""
    path = f"{app.installed}/bin:/usr/bin:/bin"
    return subprocess.run([*app.prefix, "sh", "-c", command], cwd=cwd, text=True, capture_output=True,
                          timeout=4 * tree.PATIENCE_S, env={**app.environment, "PATH": path}, check=False)


def console(text):
    """The commands of a console block, each with what it prints."""
    block = re.search(r"```console\n(.*?)```", text, flags=re.S).group(1)
    steps = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        else:
            steps[-1][1].append(line)
    return steps


def test_the_readme_works_as_it_stands(begun):
    app, folder, _ = begun
    steps = console((folder / "README.md").read_text())
    assert len(steps) == 3
    for command, expected in steps:
        done = shell(app, command, folder)
        assert (done.returncode, done.stderr) == (0, ""), command
        if expected:
            assert done.stdout.splitlines() == expected


def test_what_is_printed_works_as_it_stands(begun):
    app, _, printed = begun
    commands = [line[6:] for line in printed.splitlines()[1:]]
    assert len(commands) == 2
    done = [shell(app, command, "/") for command in commands]
    assert [step.returncode for step in done] == [0, 0]
    assert done[1].stdout == '"Hello, Beowulf."\n'
    assert "warning" not in done[0].stderr


def test_its_second_command_streams(begun):
    app, folder, _ = begun
    assert shell(app, "make", folder).returncode == 0
    args = '{"to":3,"everyMs":1,"onNumber":"__CHANNEL__:7"}'
    done = shell(app, f"trollbridge call app 'plugin:my-plugin|count' '{args}' --follow", folder)
    assert done.stdout.splitlines() == [*(f'{{"channel":7,"message":{n}}}' for n in (1, 2, 3)), '{"value":null}']
    done = shell(app, """trollbridge call app 'plugin:my-plugin|count' '{"to":"x"}'""", folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "to: expected a whole number from 0 to 1000000, got a string" in done.stderr


def test_started_by_hand_it_ends(begun):
    """Without a link there is nothing to wait for."""
    app, folder, _ = begun
    assert shell(app, "make", folder).returncode == 0
    assert shell(app, "app/plugins/my-plugin/my-plugin 3<&-", folder).returncode == 1


def test_the_policy_of_the_new_app_has_no_findings(begun):
    app, folder, _ = begun
    assert shell(app, "make", folder).returncode == 0
    done = shell(app, "trollbridge policy check app --deny-warnings", folder)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_cases_of_the_new_app_hold(begun):
    app, folder, _ = begun
    assert shell(app, "make", folder).returncode == 0
    done = shell(app, "trollbridge test app", folder)
    assert done.returncode == 0, done.stdout + done.stderr


def test_leaves_a_folder_alone_that_holds_something(begun):
    app, folder, _ = begun
    before = sorted(folder.rglob("*"))
    (folder / "README.md").write_text("mine")
    result = app.run("new", "--plugin", folder)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"is not empty" in result.stderr
    assert (sorted(folder.rglob("*")), (folder / "README.md").read_text()) == (before, "mine")


@pytest.mark.parametrize("name, word", [
    ("Upper", "a to z"), ("1st", "begin with a letter"), ("a_b", "a to z"), ("a-", "a to z"), ("a" * 65, "a to z"), ("..", "a to z"),
    ("fs", "another"), ("event", "another"),
])
def test_refuses_names_that_no_plugin_can_have(app, name, word):
    result = app.run("new", "--plugin", app.folder / "x" / name)
    assert result.returncode == 2
    assert word in result.stderr.decode()
    assert not (app.folder / "x").exists()


@pytest.mark.parametrize("arguments", [[], ["x", "y"], ["--plugin"], ["--plugin", "a", "b"], ["--app", "x"], ["--plugin", "--help"]])
def test_usage(app, arguments):
    result = app.run("new", *arguments)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"see trollbridge new --help" in result.stderr


def test_help(app):
    result = app.run("new", "--help")
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"--plugin" in result.stdout
    assert b"new" in app.run("help").stdout


def test_a_tree_without_its_templates_says_so(app, tmp_path):
    shutil.move(app.installed / "share/trollbridge/templates", tmp_path / "templates")
    try:
        result = app.run("new", "--plugin", app.folder / "my-plugin")
    finally:
        shutil.move(tmp_path / "templates", app.installed / "share/trollbridge/templates")
    assert result.returncode == 4
    assert b"a part of Trollbridge is missing" in result.stderr
