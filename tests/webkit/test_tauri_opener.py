"""@tauri-apps/plugin-opener, unmodified, in a page: every function that it exports."""

import urllib.parse

import pytest

from apps import capability
from opened import Desktop
from tauri_page import bundled, cases, cases_of, exports

EXPORTS = exports("@tauri-apps/plugin-opener")["@tauri-apps/plugin-opener"]
CASES = cases_of("opener_cases.js")
URLS = [{"url": "https://example.org/*"}]
PATHS = [{"path": "$RESOURCE/data"}, {"path": "$RESOURCE/data/**"}]
PRIVATE = [{"path": "$RESOURCE/data/private"}, {"path": "$RESOURCE/data/private/**"}]
PERMISSIONS = ["core:default", {"identifier": "opener:allow-open-url", "allow": URLS},
               {"identifier": "opener:allow-open-path", "allow": PATHS, "deny": PRIVATE},
               {"identifier": "opener:allow-reveal-item-in-dir", "allow": PATHS, "deny": PRIVATE}]


@pytest.fixture
def page(make_app):
    app = make_app(files=bundled(), capabilities=[capability(PERMISSIONS)])
    (app.path / "data/link").symlink_to("private/secret.txt")
    return app


def test_every_export_has_a_case():
    assert len(EXPORTS) > 2
    assert [name for name in EXPORTS if name not in CASES] == []


def test_an_export_without_a_case_would_be_seen():
    assert [name for name in [*EXPORTS, "openDir"] if name not in CASES] == ["openDir"]


def path_of(opened):
    return urllib.parse.unquote(urllib.parse.urlsplit(opened).path)


def test_every_function_does_what_its_package_says(page, run_app):
    desktop = Desktop(page)
    assert run_app(page, eval=cases("opener_cases.js"), timeout=120) == {name: "works" for name in CASES}
    first, second, file, folder = desktop.await_opened(4)
    assert [first, second] == ["https://example.org/a%20page?q=1#there", "https://example.org/second"]
    assert path_of(file) == str(page.path / "data/hello.txt")
    assert path_of(folder).rstrip("/") == str(page.path / "data")
