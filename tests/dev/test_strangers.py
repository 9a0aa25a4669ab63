"""Other pages in the same browser, which has the cookie: whatever they try, they get no file, no session, and no word."""

import pytest

from raw import Visitor

PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>'
FILES = {"dist/pixel.svg": PIXEL, "dist/style.css": "body { color: rgb(1, 2, 3); }", "dist/app.js": "window.ran = true;", "dist/frame.html": "<!doctype html><title>Frame</title>",
         "dist/text.txt": "of this app alone"}
# What a page can ask another server for. Each says whether it came.
PROBES = """
const element = (name, attributes, where = document.body) => new Promise((resolve) => {
  const made = Object.assign(document.createElement(name), attributes);
  made.onload = () => resolve(true);
  made.onerror = () => resolve(false);
  where.append(made);
});
const fetched = (path, options) => fetch(base + path, options).then((answer) => answer.ok || (answer.type === 'opaque' && 'opaque'), () => false);
const socket = (protocols) => new Promise((resolve) => {
  const made = new WebSocket(base.replace('http', 'ws') + '/.trollbridge/link', protocols);
  made.onopen = () => resolve(true);
  made.onerror = () => resolve(false);
});
const source = () => new Promise((resolve) => {
  const made = new EventSource(base + '/text.txt', { withCredentials: true });
  made.onopen = () => resolve(true);
  made.onerror = () => { made.close(); resolve(false); };
});
const asked = (path) => new Promise((resolve) => {
  const request = new XMLHttpRequest();
  request.open('GET', base + path);
  request.withCredentials = true;
  request.onload = () => resolve(request.status === 200);
  request.onerror = () => resolve(false);
  request.send();
});
return {
  image: await element('img', { src: base + '/pixel.svg' }),
  script: await element('script', { src: base + '/app.js' }),
  'script with CORS': await element('script', { src: base + '/app.js', crossOrigin: 'use-credentials' }),
  module: await element('script', { src: base + '/app.js?module', type: 'module' }),
  style: await element('link', { rel: 'stylesheet', href: base + '/style.css' }, document.head),
  prefetch: await element('link', { rel: 'prefetch', href: base + '/text.txt' }, document.head),
  preload: await element('link', { rel: 'preload', as: 'script', href: base + '/app.js?pre' }, document.head),
  fetch: await fetched('/text.txt', { credentials: 'include' }),
  'fetch without CORS': await fetched('/text.txt', { credentials: 'include', mode: 'no-cors' }),
  'fetch of a page': await fetched('/', { credentials: 'include', mode: 'no-cors' }),
  'fetch of the worker': await fetched('/.trollbridge/endpoint.js', { credentials: 'include', mode: 'no-cors' }),
  request: await asked('/text.txt'),
  socket: await socket(['trollbridge', 'ticket.' + '0'.repeat(32)]),
  'socket of Vite': await socket(['vite-hmr']),
  events: await source(),
};
"""
NO_FILE = ["image", "script", "script with CORS", "module", "style", "fetch", "fetch without CORS", "request", "socket", "socket of Vite", "events"]
WITH_A_FRAME = "<!doctype html><title>Evil</title><body><iframe id=frame></iframe><form id=form method=post></form>"
# Where such a page can stand: `site` of the Sec-Fetch headers, and its host.
PLACES = {"another site": "127.0.0.1", "another name of localhost": "evil.localhost", "the same name at another port": "{host}", "a name below it": "evil.{host}"}


@pytest.fixture
def bridge(make_app, start):
    app = make_app(files=FILES)
    return start(app)


@pytest.fixture
def context(chromium, bridge):
    """A profile that has come by the address, with the page open."""
    context = chromium.context()
    page = context.newPage()
    page.goto(bridge.main.url)
    page.run("window.kept = true; await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'});")  # all that it asks for has come
    yield context
    # All that others did was nothing to it.
    assert page.run("await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}); return window.kept;")
    assert len([r for r in bridge.app.records() if r["event"] == "open"]) == 1
    context.close()


@pytest.fixture
def stranger(context, bridge, elsewhere):
    """stranger(place): a page of that origin in that profile."""

    def open_page(place):
        server = elsewhere({"/": WITH_A_FRAME})
        page = context.newPage()
        page.goto(f"http://{PLACES[place].format(host=bridge.main.host.partition(':')[0])}:{server.http.server_port}/")
        return page

    return open_page


def came(chromium, bridge, since):
    """What the program has answered with anything but a refusal."""
    return [event for event in chromium.events[since:] if event["event"] == "response" and event["url"].startswith(bridge.main.origin) and event["status"] < 400]


def test_the_page_s_own_requests_come(context, bridge):
    """The right form of all that follows."""
    [page] = context.pages()
    results = page.run(PROBES, base=bridge.main.origin)
    assert {name: results[name] for name in NO_FILE} == {name: name not in ("socket", "socket of Vite", "events") for name in NO_FILE}
    assert results["fetch of a page"] is True


@pytest.mark.parametrize("place", PLACES)
def test_requests_of_a_stranger(chromium, stranger, bridge, place):
    page = stranger(place)
    since = len(chromium.events)
    results = page.run(PROBES, base=bridge.main.origin)
    assert {name: results[name] for name in NO_FILE if results[name]} == {}
    assert came(chromium, bridge, since) == []
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize("place", PLACES)
def test_frames_of_a_stranger(chromium, stranger, bridge, place):
    page = stranger(place)
    since = len(chromium.events)
    for name, attribute in (("iframe", "src"), ("object", "data"), ("embed", "src")):
        for path in ("/", "/frame.html"):
            with_url = f"document.body.append(Object.assign(document.createElement('{name}'), {{{attribute}: '{bridge.main.origin}{path}'}}));"
            before = len(chromium.events)
            page.run(with_url)
            chromium.wait(lambda event: event.get("url", "").startswith(bridge.main.origin) and event["event"] in ("response", "failed"), "it is asked for", before)
    assert came(chromium, bridge, since) == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("place", PLACES)
def test_a_form_of_a_stranger(chromium, stranger, bridge, place, method):
    page = stranger(place)
    origin = page.evaluate("location.origin")
    since = len(chromium.events)
    page.run("Object.assign(document.getElementById('form'), {method, action}).submit();", method=method, action=bridge.main.origin + "/")
    chromium.wait(lambda event: event["event"] == "response" and event["url"].startswith(bridge.main.origin + "/"), "it is asked for", since)
    page.until(f"location.origin !== {origin!r}", "it has gone there")
    assert came(chromium, bridge, since) == []
    assert page.evaluate("typeof window.trollbridge") == "undefined"


@pytest.mark.parametrize("place", PLACES)
def test_a_link_of_a_stranger(chromium, stranger, bridge, place):
    """Whoever follows it is told, and loses nothing: no session begins, and the page that is open keeps its own."""
    page = stranger(place)
    since = len(chromium.events)
    page.run("const link = document.createElement('a'); link.href = href; link.textContent = 'goats'; document.body.append(link);", href=bridge.main.origin + "/")
    page.locator("a").click()
    page.waitForURL(bridge.main.origin + "/")
    assert came(chromium, bridge, since) == []
    assert "Another site asks" in page.evaluate("document.body.innerText")


@pytest.mark.parametrize("place", PLACES)
def test_a_window_of_a_stranger(chromium, stranger, context, bridge, place):
    page = stranger(place)
    since = len(chromium.events)
    page.run("window.opened = window.open(url); window.other = window.open(url + 'frame.html');", url=bridge.main.origin + "/")
    for path in ("/", "/frame.html"):
        chromium.wait(lambda event: event["event"] == "response" and event["url"] == bridge.main.origin + path, "it is asked for", since)
    assert came(chromium, bridge, since) == []
    # until the answer takes the empty document's place, that is the stranger's own
    refused = "(() => { try { opened.document.title; return ''; } catch (error) { return error.name; } })()"
    assert page.until(refused, "the window is none of the stranger's") in ("SecurityError", "TypeError")


@pytest.mark.parametrize("place", PLACES)
def test_a_stranger_does_not_spend_a_token(chromium, make_app, start, elsewhere, place):
    """Not even one that it knows."""
    bridge = start(make_app(files=FILES))
    server = elsewhere({"/": WITH_A_FRAME})
    page = chromium.context().newPage()
    try:
        page.goto(f"http://{PLACES[place].format(host=bridge.main.host.partition(':')[0])}:{server.http.server_port}/")
        since = len(chromium.events)
        page.run(PROBES, base=bridge.main.url.removesuffix("/") + "&")
        page.run("document.getElementById('frame').src = url;", url=bridge.main.url)
        chromium.wait(lambda event: event.get("url") == bridge.main.url and event["event"] in ("response", "failed"), "the frame asks", since)
        page.run("location.href = url;", url=bridge.main.url)
        page.waitForURL(bridge.main.origin + "/*")
        assert came(chromium, bridge, since) == []
        Visitor(bridge.main)
    finally:
        page.context().close()


def test_nothing_of_a_page_goes_to_other_sites(tab, bridge, elsewhere):
    """When a page leads elsewhere, it is not said where from."""
    server = elsewhere({"/": "elsewhere"})
    page = tab()
    page.goto(bridge.main.url)
    page.run("location.href = url;", url=server.origin + "/")
    page.waitForURL(server.origin + "/")
    assert server.asked[0] == "/" and page.evaluate("document.referrer") == ""
