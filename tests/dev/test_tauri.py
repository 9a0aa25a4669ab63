"""Tauri's own packages, unmodified, in a browser: the same cases as in WebKitGTK."""

import hashlib
import pathlib
import re

import pytest

import tauri_page
from apps import capability

COMPAT = pathlib.Path(__file__).resolve().parents[2] / "docs/tauri-compat.md"
ROW = re.compile(r"^\| `([\w.]+)` \| (\w+) \| ?(.*) \|$", re.M)
FS_CASES = tauri_page.cases_of("fs_cases.js")
SIZES = [0, 1, 65_535, 65_536, 65_537, 1 << 20, (1 << 20) + 1, 8 << 20]
LARGE = """const told = {};
for (const size of SIZES) {
  const bytes = noise(size);
  await tauri.fs.writeFile(`data/${size}.bin`, bytes);
  const back = await tauri.fs.readFile(`data/${size}.bin`);
  told[size] = [back.length, await sha256(back) === await sha256(bytes), await sha256(bytes)];
}
return told;"""
FOLDERS = {"MUSIC": "Music", "DESKTOP": "Desktop", "DOCUMENTS": "Documents", "DOWNLOAD": "Downloads",
           "PICTURES": "Pictures", "PUBLICSHARE": "Public", "TEMPLATES": "Templates", "VIDEOS": "Videos"}


@pytest.fixture
def opened(make_app, start, tab):
    """opened(*permissions): (app, its page)"""
    def open_page(*permissions):
        app = make_app(files=tauri_page.bundled(), capabilities=[capability([*permissions, *tauri_page.fs_permissions()])])
        (app.path / "data/link").symlink_to("private/secret.txt")
        lines = [f'XDG_{name}_DIR="$HOME/{folder}"\n' for name, folder in FOLDERS.items()]
        (app.home / "config/user-dirs.dirs").write_text("".join(lines))
        page = tab()
        page.goto(start(app).main.url)
        return app, page
    return open_page


def test_every_function_of_fs_does_what_its_package_says(opened):
    _, page = opened("core:default")
    assert page.run(tauri_page.cases("fs_cases.js")) == {name: "works" for name in FS_CASES}


def test_files_of_all_sizes_go_and_come_byte_for_byte(opened):
    app, page = opened("core:default")
    told = page.run(LARGE, SIZES=SIZES)
    for size in SIZES:
        written = (app.path / f"data/{size}.bin").read_bytes()
        assert told[str(size)] == [size, True, hashlib.sha256(written).hexdigest()], size
        assert len(written) == size


def test_windows_are_known_by_their_labels(opened):
    _, page = opened("core:default", *tauri_page.core_permissions())
    assert page.run("return [(await tauri.window.getAllWindows()).map(({ label }) => label), (await tauri.webview.getAllWebviews()).map(({ label }) => label)]") == [
        ["main"], ["main"]]
    # what a browser's page has not is no window's
    assert "the host does not serve this command" in page.run("return await tauri.window.getCurrentWindow().innerSize().catch((error) => error)")


@pytest.mark.parametrize("file, modules", [("api_cases.js", ("core", "event", "path")), ("app_cases.js", ("app",))])
def test_the_api_is_what_the_table_says(opened, file, modules):
    _, page = opened("core:default", *tauri_page.core_permissions())
    stated = {name: state for name, state, _ in ROW.findall(COMPAT.read_text()) if name.split(".")[0] in modules}
    assert len(stated) > 15
    assert page.run(tauri_page.cases(file)) == stated
