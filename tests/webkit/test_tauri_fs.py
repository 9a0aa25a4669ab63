"""@tauri-apps/plugin-fs, unmodified, in a page: every function that it exports."""

import hashlib

import pytest

from apps import capability
from tauri_page import bundled, cases, cases_of, exports, fs_permissions

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
    app = make_app(files=bundled(), capabilities=[capability(["core:default", *fs_permissions()])])
    (app.path / "data/link").symlink_to("private/secret.txt")
    return app


def test_every_export_has_a_case():
    assert "FileHandle.read" in EXPORTS and len(EXPORTS) > 25
    assert [name for name in EXPORTS if name not in CASES] == []


def test_an_export_without_a_case_would_be_seen():
    assert [name for name in [*EXPORTS, "chmod"] if name not in CASES] == ["chmod"]


def test_every_function_does_what_its_package_says(page, run_app):
    told = run_app(page, eval=cases("fs_cases.js"), timeout=120)
    assert told == {name: "works" for name in CASES}


def test_files_of_all_sizes_go_and_come_byte_for_byte(page, run_app):
    told = run_app(page, eval=f"const SIZES = {SIZES};\n{LARGE}", timeout=120)
    for size in SIZES:
        written = (page.path / f"data/{size}.bin").read_bytes()
        digest = hashlib.sha256(written).hexdigest()
        assert told[str(size)] == [size, True, digest], size
        assert len(written) == size
