"""What a page of the dev bridge sees while its app is being written, and when processes die."""

import json
import os
import signal

import pytest

import bridge as bridges
import tree
from apps import capability
from shade import Shade

STAT = "return await trollbridge.invoke('plugin:fs|stat', {path: 'data/hello.txt'}).then(() => 'allowed', (error) => error.code)"
READ = "return await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}).then(() => 'allowed', (error) => error.code)"
SCOPE = {"identifier": "fs:scope", "allow": [{"path": "$RESOURCE/data/**"}]}
READS = ["fs:allow-read-text-file", "core:event:default", SCOPE]
STATS = [*READS, "fs:allow-stat"]
PAGE = "<!doctype html><title>{}</title><script src=page.js></script>"


@pytest.fixture
def opened(make_app, start, tab):
    """opened(permissions): (app, bridge, page)"""
    def open_page(permissions=(), **files):
        app = make_app(capabilities=[capability(list(permissions) or READS)], files={"dist/index.html": PAGE.format("First"), "dist/page.js": ""} | files)
        bridge, page = start(app), tab()
        page.goto(bridge.main.url)
        assert page.run(READ) == "allowed"
        return app, bridge, page
    return open_page


def write(app, name, text):
    """As editors do: another file takes its place."""
    path = app.path / name
    new = path.with_name("." + path.name + ".swp")
    new.write_text(text)
    os.chown(new, path.stat().st_uid, path.stat().st_gid)
    new.rename(path)


def write_policy(app, permissions):
    write(app, "capabilities/0.json", json.dumps(capability(permissions), indent=1))


def test_a_changed_page_is_loaded_again(opened):
    app, _, page = opened()
    write(app, "dist/index.html", PAGE.format("Second"))
    page.until("document.title === 'Second'", "the page was loaded again")
    assert page.run(READ) == "allowed"


def test_a_changed_script_is_loaded_again(opened):
    app, _, page = opened()
    write(app, "dist/page.js", "window.changed = true;")
    page.until("window.changed === true", "the script was loaded again")


def test_what_an_app_writes_beside_its_frontend_changes_nothing(opened):
    app, bridge, page = opened()
    page.evaluate("window.mark = 1")
    write(app, "data/hello.txt", "other")
    write(app, "dist/page.js", "window.changed = true;")
    page.until("window.changed === true", "the second change was seen")
    assert page.evaluate("window.mark") is None
    page.evaluate("window.mark = 2")
    write(app, "data/hello.txt", "another")
    write_policy(app, STATS)
    page.until("window.mark === undefined && window.changed", "the policy was read again")
    assert "policy" in bridge.errors()


def test_a_wider_policy_is_there_after_a_load(opened):
    app, bridge, page = opened()
    assert page.run(STAT) == "not_granted"
    page.evaluate("window.mark = 1")
    write_policy(app, STATS)
    page.until("window.mark === undefined && document.title", "the page was loaded again")
    assert page.run(STAT) == "allowed"
    bridge.says("trollbridge: policy: read again")


def test_a_narrower_policy_is_there_at_once(opened):
    app, _, page = opened(STATS)
    assert page.run(STAT) == "allowed"
    page.evaluate("window.mark = 1")
    write_policy(app, READS)
    page.until("window.mark === undefined && document.title", "the page was loaded again")
    assert page.run(STAT) == "not_granted"


def test_a_broken_policy_is_shown_with_its_line_until_it_is_mended(opened):
    app, bridge, page = opened()
    shade = Shade(page)
    assert shade.text() == ""
    good = (app.path / "capabilities/0.json").read_text()
    page.evaluate("window.mark = 1")
    write(app, "capabilities/0.json", '{\n  "identifier": "main",\n  "permissions": 5\n}\n')
    shade.shows("`permissions`", "capabilities/0.json:3")
    bridge.says(r"trollbridge: [a-z-]+: .*`permissions`.* \(capabilities/0\.json:3\)")
    assert page.run(READ) == "allowed"
    write(app, "capabilities/0.json", good)
    shade.shows_nothing()
    assert page.evaluate("window.mark") == 1


def test_escape_hides_what_is_wrong(opened):
    app, _, page = opened()
    shade = Shade(page)
    write(app, "capabilities/0.json", "{")
    shade.shows("capabilities/0.json:1")
    page.keyboard.press("Escape")
    shade.shows_nothing()


def test_a_page_that_comes_later_is_told_what_is_wrong(opened):
    app, bridge, page = opened()
    write(app, "capabilities/0.json", "{")
    Shade(page).shows("capabilities/0.json:1")
    page.reload()
    Shade(page).shows("capabilities/0.json:1")


def test_a_changed_manifest_starts_the_broker_anew_behind_the_same_addresses(opened):
    app, bridge, page = opened()
    before = bridge.role("broker")
    page.evaluate("window.mark = 1")
    manifest = app.path / "trollbridge.toml"
    write(app, "trollbridge.toml", manifest.read_text() + '[[window]]\nlabel = "main"\ntitle = "Other"\n[[window]]\nlabel = "second"\n')
    bridge.says("trollbridge: restart")
    page.until("window.mark === undefined && document.title", "the page was loaded again")
    assert page.run(READ) == "allowed"
    assert bridge.role("broker") != before
    # only that of the new window: the other is in use
    bridge.read_addresses(1)
    assert sorted(bridge.addresses) == ["main", "second"]


def test_a_manifest_that_cannot_be_started_is_mended(opened):
    app, bridge, page = opened()
    shade = Shade(page)
    good = (app.path / "trollbridge.toml").read_text()
    write(app, "trollbridge.toml", good + "nonsense = 1\n")
    shade.shows("nonsense", "trollbridge.toml:")
    write(app, "trollbridge.toml", good)
    shade.shows_nothing()
    assert page.run(READ) == "allowed"


def test_an_app_that_is_marked_for_production_while_it_is_open_is_served_no_more(opened):
    app, bridge, page = opened()
    shade = Shade(page)
    good = (app.path / "trollbridge.toml").read_text()
    write(app, "trollbridge.toml", good.replace("[app]\n", "[app]\nproduction = true\n"))
    bridge.says("trollbridge: production: ")
    shade.shows("production", "trollbridge.toml")
    assert page.run(READ) == "session_closed"
    write(app, "trollbridge.toml", good)
    shade.shows_nothing()
    assert page.run(READ) == "allowed"


def test_a_broker_that_dies_is_told_of_and_calls_go_on(opened):
    app, bridge, page = opened()
    shade = Shade(page)
    page.run("window.heard = []; await trollbridge.listen('greet', (event) => { heard.push(event.payload); });")
    before = bridge.role("broker")
    os.kill(before, signal.SIGKILL)
    shade.shows("The broker was started again.", "Reload", "Dismiss")
    bridge.says("trollbridge: lost")
    assert page.run(READ) == "allowed"
    assert bridge.role("broker") != before
    # who listens still does, in the new session
    page.run("await trollbridge.emit('greet', 'again');")
    page.until("heard.length > 0", "the listener heard")
    assert page.evaluate("heard") == ["again"]


def test_calls_under_way_fail_when_the_broker_dies(opened):
    _, bridge, page = opened()
    os.kill(bridge.role("fs"), signal.SIGSTOP)
    page.run("window.ended = []; trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}).catch((error) => ended.push(error.code));")
    os.kill(bridge.role("broker"), signal.SIGKILL)
    page.until("ended.length === 1", "the call ended")
    assert page.evaluate("ended") == ["session_closed"]
    Shade(page).shows("The broker was started again.")
    assert page.run(READ) == "allowed"


def test_the_panel_shows_calls_with_their_rules(opened):
    _, _, page = opened()
    shade = Shade(page)
    page.keyboard.press("Control+Alt+b")
    shade.shows("Calls of this page", "plugin:fs|read_text_file", "allow", "fs:allow-read-text-file", "capabilities/0.json:")
    assert page.run(STAT) == "not_granted"
    shade.shows("plugin:fs|stat", "deny", "not_granted")
    page.keyboard.press("Control+Alt+b")
    shade.shows_nothing()


def test_no_script_of_the_page_opens_the_panel_or_finds_it(opened):
    _, _, page = opened()
    page.run("""for (const target of [window, document, document.documentElement])
  target.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyB', ctrlKey: true, altKey: true, bubbles: true}));""")
    assert page.run(READ) == "allowed"
    assert Shade(page).text() == ""
    page.keyboard.press("Control+Alt+b")
    Shade(page).shows("plugin:fs|read_text_file")
    assert page.run("""const found = [];
for (const element of document.querySelectorAll('*')) if (element.shadowRoot) found.push(element.outerHTML);
return [found, document.documentElement.innerText.includes('Calls of this page')];""") == [[], False]


def test_no_script_of_the_page_reads_what_is_shown(opened):
    """Neither by searching, nor by selecting, nor by fonts of its own, which are fetched for the letters that are shown."""
    face = "@font-face {{ font-family: '{0}'; src: url(/{0}.woff) }}"
    faces = "\n".join(face.format(name) for name in ("ours", "sans-serif", "monospace", "system-ui", "ui-monospace"))
    own = "html > div { all: revert !important; font-family: ours !important; user-select: text !important }"
    _, _, page = opened()
    page.run("""const sheet = new CSSStyleSheet();
sheet.replaceSync(text);
document.adoptedStyleSheets = [sheet];
document.body.append('of the page');""", text=f"{faces}\n{own}")
    page.keyboard.press("Control+Alt+b")
    Shade(page).shows("Calls of this page", "plugin:fs|read_text_file")
    found = page.run("""
        document.body.getBoundingClientRect();
        const has = (text) => [window.find(text), String(getSelection())];
        const seen = [has('Calls of this page'), has('plugin:fs'), has('Clear'), has('of the page')];
        getSelection().selectAllChildren(document.documentElement);
        return [seen, String(getSelection()).includes('plugin:fs'), [...document.fonts].map(({ status }) => status)];""")
    assert found == [[[False, ""]] * 3 + [[True, "of the page"]], False, ["unloaded"] * 5]


def test_what_a_script_of_the_page_takes_out_comes_again(opened):
    app, _, page = opened()
    shade = Shade(page)
    write(app, "capabilities/0.json", "{")
    shade.shows("capabilities/0.json:1")
    page.evaluate("document.documentElement.lastElementChild.remove()")
    shade.shows_nothing()
    write(app, "capabilities/0.json", "{{")
    shade.shows("capabilities/0.json:1")


def test_a_second_tab_takes_the_view_over(opened):
    _, bridge, page = opened()
    second = page.context().newPage()
    second.goto(bridge.main.origin + "/")
    assert second.run(READ) == "allowed"
    Shade(page).shows("This view was opened elsewhere")
    assert page.run(READ) == "session_closed"
    page.reload()
    assert page.run(READ) == "allowed"


def test_a_page_says_when_the_program_has_gone(make_app, tab):
    page = tab()
    bridge = bridges.Bridge(make_app(capabilities=[capability(READS)]))
    page.goto(bridge.main.url)
    assert page.run(READ) == "allowed"
    assert bridge.end() == 0
    Shade(page).shows("`trollbridge dev` has ended", "open the address that it prints")
    assert page.run(READ) == "session_closed"


def test_enter_prints_new_addresses(make_app, start, tab):
    bridge = start(make_app(capabilities=[capability(READS)]), terminal=True)
    old = bridge.main
    bridge.renew()
    assert (bridge.main.origin, bridge.main.token != old.token) == (old.origin, True)
    page = tab()
    assert page.goto(old.url).status() == 401
    assert page.goto(bridge.main.url).status() == 200


def test_a_manifest_for_production_is_refused(make_app):
    app = make_app(manifest="production = true")
    code, out, errors = app.run("dev", app.path)
    assert (code, out) == (3, "")
    assert "production" in errors and "trollbridge.toml" in errors


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.com", ""])
def test_other_addresses_are_refused(make_app, host):
    app = make_app()
    code, out, errors = app.run("dev", app.path, "--host", host)
    assert (code, out) == (2, "") and "this machine" in errors


def test_a_port_that_is_taken_is_said(make_app, start):
    app = make_app()
    port = start(app).main.port
    code, out, errors = make_app().run("dev", app.path, "--port", port)
    assert (code, out) == (4, "") and f"port {port} is taken" in errors


def test_windows_have_names_of_their_own(make_app, start, tab):
    app = make_app(manifest='[[window]]\nlabel = "main"\n[[window]]\nlabel = "side"\nurl = "side.html?a=1#b"\n', files={"dist/side.html": "<!doctype html><title>Side</title>"},
                   capabilities=[capability(READS, ["main"])])
    bridge, page = start(app), tab()
    assert bridge["main"].host != bridge["side"].host
    page.goto(bridge["side"].url)
    assert page.evaluate("[document.title, location.href]") == ["Side", bridge["side"].origin + "/side.html?a=1#b"]
    assert page.run(READ) == "not_granted"
    # the cookie of one is none of the other's
    assert page.goto(bridge["main"].origin + "/").status() == 401
    assert page.goto(bridge["main"].url).status() == 200
    assert page.run(READ) == "allowed"


def test_it_is_the_users_own(start, make_app):
    bridge = start(make_app())
    status = dict(line.split(":\t", 1) for line in open(f"/proc/{bridge.pid}/status", encoding="ascii").read().splitlines() if ":\t" in line)
    assert status["Uid"].split()[0] == str(bridge.app.user.pw_uid)
    assert tree.descendants(bridge.pid)
