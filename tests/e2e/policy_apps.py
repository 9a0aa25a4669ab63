"""Small app folders whose policy a test writes, and the two commands that read them."""
import json
import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TB_BUILD", TOP / "build"))
ROOT = pathlib.Path(os.environ.get("TB_ROOT", BUILD / "root")).resolve()


def policy(*arguments, env=None):
    done = subprocess.run([ROOT / "bin" / "trollbridge", "policy", *map(str, arguments)],
                          env={"HOME": "/home/u", **(env or {})}, capture_output=True, timeout=120, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def app(folder, capabilities, manifest="", permissions=None):
    """`capabilities` is a list; what of one is left out is filled in."""
    (folder / "capabilities").mkdir(parents=True)
    (folder / "trollbridge.toml").write_text('[app]\nid = "com.example.x"\n' + manifest)
    full = [{"identifier": f"c{n}", "windows": ["main"], "permissions": [], **one} for n, one in enumerate(capabilities)]
    (folder / "capabilities" / "all.json").write_text(json.dumps(full, indent=1))
    if permissions:
        (folder / "permissions").mkdir()
        (folder / "permissions" / "own.toml").write_text(permissions)
    return folder
