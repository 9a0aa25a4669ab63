"""@tauri-apps/plugin-opener, unmodified, in a page: every function that it exports."""

import pytest

from apps import capability
from desktop import Desktop
from tauri_page import bundled, cases, cases_of, exports

EXPORTS = exports("@tauri-apps/plugin-opener")["@tauri-apps/plugin-opener"]
CASES = cases_of("opener_cases.js")
URLS = [{"url": "https://example.org/*"}, {"url": "https://example.org/*", "app": "other"}]
MANIFEST = '[open]\nwith = ["other"]\n'
PATHS = [{"path": "$RESOURCE/data"}, {"path": "$RESOURCE/data/**"}]
PRIVATE = [{"path": "$RESOURCE/data/private"}, {"path": "$RESOURCE/data/private/**"}]
PERMISSIONS = ["core:default", {"identifier": "opener:allow-open-url", "allow": URLS},
               {"identifier": "opener:allow-open-path", "allow": PATHS, "deny": PRIVATE},
               {"identifier": "opener:allow-reveal-item-in-dir", "allow": PATHS, "deny": PRIVATE}]


@pytest.fixture
def page(make_app):
    app = make_app(files=bundled(), manifest=MANIFEST, capabilities=[capability(PERMISSIONS)])
    (app.path / "data/link").symlink_to("private/secret.txt")
    return app


def test_every_export_has_a_case():
    assert len(EXPORTS) > 2
    assert [name for name in EXPORTS if name not in CASES] == []


def test_an_export_without_a_case_would_be_seen():
    assert [name for name in [*EXPORTS, "openDir"] if name not in CASES] == ["openDir"]


# Each program of the desktop: what it opens, and what it is given in the cases.
PROGRAMS = {
    "browser": (("x-scheme-handler/https",), lambda page: "https://example.org/a%20page?q=1#there"),
    "other": ((), lambda page: "https://example.org/other"),
    "reader": (("text/plain",), lambda page: f"{page.path}/data/hello.txt"),
    "files": (("inode/directory",), lambda page: f"{page.path}/data"),
}


def test_every_function_does_what_its_package_says(page, run_app):
    desktop = Desktop(page)
    for name, (types, _) in PROGRAMS.items():
        desktop.add(name, types)
    assert run_app(page, eval=cases("opener_cases.js"), timeout=120) == {name: "works" for name in CASES}
    assert {name: desktop.calls(name) for name in PROGRAMS} == {name: [given(page)] for name, (_, given) in PROGRAMS.items()}
