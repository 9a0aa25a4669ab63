"""`trollbridge policy check`, from the installed tree."""

import json
import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TB_BUILD", TOP / "build"))
ROOT = pathlib.Path(os.environ.get("TB_ROOT", BUILD / "root"))
NOTES = TOP / "examples" / "notes"


def check(*arguments, home="/home/u"):
    command = [ROOT / "bin" / "trollbridge", "policy", *arguments]
    done = subprocess.run(command, env={"HOME": home}, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_says_what_a_view_gets():
    status, out, errors = check("check", str(NOTES))
    assert (status, errors) == (0, "")
    first, *rows = out.splitlines()
    assert first.startswith("main (local): 8 commands, risk ") and len(rows) >= 6
    assert any(row.split()[:2] == ["fs:allow-read-file", "plugin:fs|read_file"] and "capabilities/main.json:" in row
               for row in rows)


def test_json_of_a_view_that_gets_nothing():
    status, out, errors = check("check", str(NOTES), "--json", "--view", "other")
    assert (status, errors) == (0, "")
    answer = json.loads(out)
    assert answer["mode"] == "narrow" and answer["target"] == "linux" and answer["allowed"] == {}
    assert len(answer["digest"]) == 64


def test_the_digest_is_that_of_the_user():
    outs = {check("check", str(NOTES), home=home)[1] for home in ("/home/u", "/home/v")}
    assert len(outs) == 2


def test_errors_come_through(tmp_path):
    (tmp_path / "trollbridge.toml").write_text('[app]\nid = "com.example.x"\nnmae = "x"\n')
    status, out, errors = check("check", str(tmp_path))
    assert (status, out) == (3, "")
    assert errors.startswith("trollbridge: unknown-key: [app] has no key `nmae`") and errors.endswith("(trollbridge.toml:3)\n")


@pytest.mark.parametrize("arguments", [[], ["explain"], ["check"], ["check", "a", "b"], ["check", "--nope", "a"]])
def test_usage(arguments):
    assert check(*arguments)[:2] == (2, "")
