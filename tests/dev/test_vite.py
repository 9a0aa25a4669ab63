"""The Vite template in a browser, beside its own server: an edit shows without a reload."""

import contextlib
import json
import os
import signal
import socket
import subprocess

import pytest

import bridge as bridges
import tree
from apps import capability
from elsewhere import Server

READ = "return await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}).then(() => 'allowed', (error) => error.code)"


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def npm(app, *words):
    done = subprocess.run(["npm", *words], cwd=app.path, capture_output=True, text=True, check=False, timeout=300,
                          env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]})
    assert done.returncode == 0, done.stdout + done.stderr


@contextlib.contextmanager
def vite(app, port):
    """The template's own server, until it answers; run by the app's user."""
    command = app.as_user(["node", "node_modules/vite/bin/vite.js", "--port", str(port)])
    with subprocess.Popen(command, cwd=app.path, env=app.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as process:
        try:
            said = []
            while not said or "Local:" not in said[-1]:
                said.append(process.stdout.readline())
                assert said[-1], f"Vite did not start: {said}"
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


@pytest.fixture
def made(make_app):
    """(the template's app, a port that its server may have)"""
    app, port = make_app(), free_port()
    app.path = app.folder / "my-vite"
    code, _, errors = app.run("new", app.path, "--template", "vite")
    assert (code, errors) == (0, "")
    app.log = app.home / "state/trollbridge/com.example.my-vite/audit.jsonl"
    manifest = app.path / "trollbridge.toml"
    assert 'dev_url = "http://localhost:5173"' in manifest.read_text()
    manifest.write_text(manifest.read_text().replace("localhost:5173", f"localhost:{port}"))
    npm(app, "ci", "--no-audit", "--no-fund")
    return app, port


def edit(app, name, old, new):
    path = app.path / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_an_edit_shows_without_a_reload(made, tab):
    app, port = made
    with tree.leaves_nothing(), vite(app, port):
        bridge, page = bridges.Bridge(app), tab()
        page.goto(bridge.main.url)
        page.until("document.querySelector('#status')?.value.includes('characters read.')", "the page has read its note")
        page.evaluate("window.mark = 1")
        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        with open(app.path / "src/style.css", "a", encoding="utf-8") as file:
            file.write("\nbody { background: rgb(1, 2, 3) !important; }\n")
        page.until("getComputedStyle(document.body).backgroundColor === 'rgb(1, 2, 3)'", "the edit shows")
        assert before != "rgb(1, 2, 3)" and page.evaluate("window.mark") == 1
        # what Vite cannot put in place it loads anew, and the page is one of a new session
        edit(app, "index.html", "Save</button>", "Keep</button>")
        page.until("document.querySelector('#save')?.textContent === 'Keep'", "the page was loaded again")
        page.until("document.querySelector('#status')?.value.includes('characters read.')", "it has read its note again")
        assert page.texts("error") == []
        page.context().close()
        assert bridge.end() == 0


def test_a_page_waits_for_a_server_that_is_not_there_yet(make_app, start, tab):
    port = free_port()
    app = make_app(manifest=f'dev_url = "http://127.0.0.1:{port}"')
    bridge, page = start(app), tab()
    assert page.goto(bridge.main.url).status() == 503
    assert "does not answer" in page.content()
    with contextlib.closing(Server({"/": "<!doctype html><title>There</title>"}, port=port)):
        page.until("document.title === 'There'", "the page came when the server did")
        assert page.run(READ) == "allowed"


@pytest.fixture
def served(make_app, start, tab, elsewhere):
    """served(pages): (server, bridge, page) of an app whose pages that server has."""
    def serve(pages, **options):
        server = elsewhere(pages)
        port = server.origin.rpartition(":")[2]
        bridge = start(make_app(manifest=f'dev_url = "http://127.0.0.1:{port}"', **options))
        return server, bridge, tab()
    return serve


def test_pages_keep_the_apps_policy(served):
    page_text = ("<!doctype html><meta charset=utf-8><title>é</title><script>window.inline = 1</script>"
                 "<script src=http://127.0.0.1:1/x.js></script><img src=x onerror='window.handler = 1'>")
    _, bridge, page = served({"/": page_text})
    page.goto(bridge.main.url)
    assert page.run("return [document.title, window.inline ?? 0, window.handler ?? 0]") == ["é", 1, 0]
    assert page.run(READ) == "allowed"


def test_what_is_asked_of_the_server_is_path_and_query_alone(served):
    path = "/a%20b+c/%C3%BC.js"
    server, bridge, page = served({"/": "<!doctype html><title>a</title>", path: (200, {"content-type": "text/plain"}, "found")})
    page.goto(bridge.main.url)
    found = page.run("return await (await fetch(path + '?x=1&y=%26z')).text()", path=path)
    assert (server.asked[-1], found) == (path + "?x=1&y=%26z", "found")
    assert set(server.headers[-1]) <= {"host", "accept", "connection", "pragma", "cache-control"}
    assert bridge.main.token not in json.dumps([server.asked, server.headers])


@pytest.mark.parametrize("url", ["https://localhost:1", "http://example.com", "http://127.0.0.1.example.com:1", "http://localhost:99999", "http://localhost:0", "http://user@localhost:1",
                                 "http://localhost:1/path", "http://[::2]:1"])
def test_an_address_elsewhere_is_refused(make_app, url):
    app = make_app(manifest=f'dev_url = "{url}"', capabilities=[capability()])
    code, out, errors = app.run("dev", app.path)
    assert (code, out) == (3, "") and "`dev_url`" in errors and "trollbridge.toml" in errors
