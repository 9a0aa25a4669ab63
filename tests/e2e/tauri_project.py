"""Tauri projects for tests: made ones, and the real ones that are at hand."""

import json
import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TB_BUILD", TOP / "build"))
ROOT = pathlib.Path(os.environ.get("TB_ROOT", BUILD / "root"))
CONF = {"identifier": "com.example.project", "productName": "Project"}


def real_apps():
    return sorted(path / "src-tauri" for path in (TOP / "tests" / "policy" / "apps").iterdir() if path.is_dir())


def write(folder, files):
    """Text as it is, anything else as JSON."""
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1))
    return folder


def capability(identifier, *permissions, **rest):
    return {"identifier": identifier, "windows": ["main"], "permissions": list(permissions), **rest}


def permission(identifier, *commands, **rest):
    return {"identifier": identifier, "description": "", "commands": {"allow": list(commands), "deny": []}, **rest}


def manifest(*permissions, default=None, sets=None):
    return {
        "default_permission": {"identifier": "default", "description": "", "permissions": default} if default is not None else None,
        "permissions": {one["identifier"]: one for one in permissions},
        "permission_sets": {
            name: {"identifier": name, "description": "", "permissions": members} for name, members in (sets or {}).items()
        },
        "global_scope_schema": None,
    }


def run(*arguments):
    command = [str(ROOT / "bin" / "trollbridge"), *map(str, arguments)]
    done = subprocess.run(command, env={"HOME": "/home/u"}, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check(app, *options):
    """The exit status and the report."""
    status, out, errors = run("policy", "check", app, "--json", *options)
    assert out, errors
    return status, json.loads(out)


def codes(findings):
    return [finding["code"] for finding in findings]


def granted(app, *options):
    """The allowed commands of a project that has no error."""
    status, report = check(app, *options)
    assert (status, report["errors"]) == (0, [])
    return sorted(report["allowed"])
