"""@tauri-apps/plugin-fs, unmodified, in a page: every function that it exports."""

import hashlib
import pathlib

import pytest

from apps import capability
from tauri_page import TAURI, bundled, cases_of, exports

EXPORTS = exports("@tauri-apps/plugin-fs")["@tauri-apps/plugin-fs"]
CASES = cases_of("fs_cases.js")
SIZES = [0, 1, 65_535, 65_536, 65_537, 1 << 20, (1 << 20) + 1, 64 << 20]
LARGE = """const told = {};
for (const size of SIZES) {
  const bytes = noise(size);
  await tauri.fs.writeFile(`data/${size}.bin`, bytes);
  const back = await tauri.fs.readFile(`data/${size}.bin`);
  told[size] = [back.length, await sha256(back) === await sha256(bytes), await sha256(bytes)];
}
return told;"""


@pytest.fixture
def page(make_app):
    """An app whose page has Tauri's packages, and which may do all that plugin fs can, in `data/` and in $APPDATA."""
    scope = {"identifier": "fs:scope",
             "allow": [{"path": path} for path in ("$RESOURCE/data", "$RESOURCE/data/**", "$APPDATA", "$APPDATA/**")],
             "deny": [{"path": "$RESOURCE/data/private"}, {"path": "$RESOURCE/data/private/**"}]}
    permissions = ["core:default", *every_fs_permission(), scope]
    app = make_app(files=bundled(), capabilities=[capability(permissions)])
    (app.path / "data/link").symlink_to("private/secret.txt")
    return app


def every_fs_permission():
    folder = pathlib.Path(__file__).resolve().parents[2] / "plugins/fs/permissions/commands"
    return [f"fs:allow-{file.stem.replace('_', '-')}" for file in sorted(folder.glob("*.toml"))]


def test_every_export_has_a_case():
    assert "FileHandle.read" in EXPORTS and len(EXPORTS) > 25
    assert [name for name in EXPORTS if name not in CASES] == []


def test_an_export_without_a_case_would_be_seen():
    assert [name for name in [*EXPORTS, "chmod"] if name not in CASES] == ["chmod"]


def test_every_function_does_what_its_package_says(page, run_app):
    told = run_app(page, eval=(TAURI / "fs_cases.js").read_text(), timeout=120)
    assert told == {name: "ok" for name in CASES}


def test_files_of_all_sizes_go_and_come_byte_for_byte(page, run_app):
    told = run_app(page, eval=f"const SIZES = {SIZES};\n{LARGE}", timeout=120)
    for size in SIZES:
        written = (page.path / f"data/{size}.bin").read_bytes()
        digest = hashlib.sha256(written).hexdigest()
        assert told[str(size)] == [size, True, digest], size
        assert len(written) == size
