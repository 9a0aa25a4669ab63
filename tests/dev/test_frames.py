"""What else runs beside the page: frames, workers, service workers, scripts that look for what the first one had. None has a session."""

import pytest

import raw

FILES = {
    "dist/frame.html": "<!doctype html><title>Frame</title><script src=frame.js></script>",
    "dist/frame.js": "window.ran = true;",
    "dist/work.js": "postMessage([typeof trollbridge, typeof __TAURI_INTERNALS__, typeof document]);",
    "dist/service.js": "addEventListener('fetch', (event) => event.respondWith(event.request.url.startsWith(location.origin) ? new Response('mine') : fetch(event.request)));",
    "dist/page.html": "<!doctype html><title>Other</title><p>Another page.",
}
FORGED = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", "Sec-Fetch-User": "?1", "Upgrade-Insecure-Requests": "1",
          "Purpose": "", "X-Sec-Fetch-Dest": "document", "Accept": "text/html"}


@pytest.fixture
def app(make_app):
    return make_app(files=FILES)


@pytest.fixture
def page(app, start, tab):
    bridge = start(app)
    page = tab()
    page.goto(bridge.main.url)
    assert page.evaluate("typeof trollbridge") == "object"
    yield page
    # Whatever was tried, there was one session.
    page.run("await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'})")
    assert len([r for r in app.records() if r["event"] == "open"]) == 1


@pytest.mark.parametrize("path", ["/", "/frame.html", "/?a", "/#b", "/none"])
def test_a_frame_of_the_same_origin(page, path):
    """It is shown, and its scripts run; it is not one of the app's pages."""
    found = page.run("""
        const frame = document.createElement('iframe');
        const loaded = new Promise((resolve) => (frame.onload = resolve));
        frame.src = path;
        document.body.append(frame);
        await loaded;
        const window = frame.contentWindow, { document: inner } = window;
        return [typeof window.trollbridge, typeof window.isTauri, typeof window.__TAURI_INTERNALS__, typeof window.TROLLBRIDGE_DEV, inner.title,
                inner.documentElement.outerHTML, window.ran === true];""", path=path)
    assert found[:4] == ["undefined"] * 4
    assert found[4] == ("Frame" if path == "/frame.html" else "Page") and found[6] == (path == "/frame.html")
    assert not raw.secrets_of(found[5].encode())


@pytest.mark.parametrize("name, attribute", [("object", "data"), ("embed", "src")])
def test_no_frame_of_an_older_kind(page, name, attribute):
    """The policy has object-src 'none': none is asked for."""
    assert page.run("""
        const violated = new Promise((resolve) => addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective)));
        document.body.append(Object.assign(document.createElement(name), { [attribute]: '/' }));
        return await violated;""", name=name, attribute=attribute) == "object-src"


@pytest.mark.parametrize("kind", ["about:blank", "srcdoc", "nested", "sandboxed"])
def test_a_frame_of_another_kind(page, kind):
    page.run("""
        const frame = document.createElement('iframe');
        const loaded = new Promise((resolve) => { frame.onload = resolve; });
        if (kind === 'srcdoc' || kind === 'nested') frame.srcdoc = kind === 'nested' ? '<iframe src="/"></iframe>' : '<p>inside';
        if (kind === 'sandboxed') Object.assign(frame, { src: '/', sandbox: 'allow-scripts' });
        document.body.append(frame);
        await loaded;""", kind=kind)
    inner = page.frames()[1:]
    assert len(inner) == (2 if kind == "nested" else 1)
    for frame in inner:
        assert frame.evaluate("[typeof window.trollbridge, typeof window.isTauri, typeof window.__TAURI_INTERNALS__]") == ["undefined"] * 3


@pytest.mark.parametrize("how", ["fetch", "forged", "navigate", "request", "no-cors", "head"])
def test_a_fetch_of_the_page_has_no_bootstrap(page, how):
    text = page.run("""
        if (how === 'request') return await new Promise((resolve) => {
            const request = new XMLHttpRequest();
            request.open('GET', '/');
            for (const name of Object.keys(forged)) try { request.setRequestHeader(name, forged[name]); } catch {}
            request.onload = () => resolve(request.responseText);
            request.send();
        });
        const options = { fetch: {}, forged: { headers: forged }, navigate: { headers: forged, cache: 'reload', redirect: 'manual' }, 'no-cors': { mode: 'no-cors', headers: forged },
                          head: { method: 'HEAD' } }[how];
        return await (await fetch('/', options)).text();""", how=how, forged=FORGED)
    assert ("<title>Page</title>" in text) == (how != "head")
    assert not raw.secrets_of(text.encode())


def test_a_fetch_cannot_say_that_it_is_a_navigation(page):
    assert page.run("try { await fetch('/', { mode: 'navigate' }); } catch (error) { return error.name; }") == "TypeError"


def test_nothing_is_left_of_the_first_script(page):
    """Neither in the document, nor where a script can look for what was there."""
    left = page.run("""
        const shown = [document.documentElement.outerHTML, JSON.stringify(performance.getEntries()), document.cookie, location.href, history.state, document.referrer,
                       JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), Object.getOwnPropertyNames(window).join()];
        return [document.scripts.length, shown.join('\\n')];""")
    assert left[0] == 0
    assert not [word for word in ("bootstrap", "ticket", "TROLLBRIDGE_DEV") if word in left[1]], left[1]


def test_no_event_leads_to_the_endpoint(page):
    """What waits for an answer, or observes what is shown, runs when the event that brought it is over."""
    assert page.run("""
        const look = () => window.event === undefined ? 'none' : `${window.event.type} on ${window.event.target}`;
        const args = { path: 'data/hello.txt' };
        const answered = await trollbridge.invoke('plugin:fs|read_text_file', args).then(look);
        const refused = await trollbridge.invoke('plugin:fs|none', args).catch(look);
        return [answered, refused];""") == ["none", "none"]


def test_a_worker_has_no_session(page):
    assert page.run("""
        const worker = new Worker('/work.js');
        return await new Promise((resolve) => (worker.onmessage = (event) => resolve(event.data)));""") == ["undefined"] * 3


def test_the_endpoint_by_itself_has_no_session(page):
    """Its script is no secret: what it is told at first is."""
    assert page.run("""
        const worker = new Worker('/.trollbridge/endpoint.js');
        const socket = new WebSocket(`ws://${location.host}/.trollbridge/link`, ['trollbridge', 'ticket.' + '0'.repeat(32)]);
        return await new Promise((resolve) => { socket.onopen = () => resolve('open'); socket.onerror = () => resolve('refused'); });""") == "refused"


@pytest.mark.parametrize("script", ["/service.js", "/.trollbridge/endpoint.js", "/frame.js"])
def test_no_service_worker(page, script):
    assert page.run("""
        try { await navigator.serviceWorker.register(script, { scope: '/' }); return 'registered'; } catch (error) { return error.name; }""", script=script) != "registered"
    assert page.run("return (await navigator.serviceWorker.getRegistrations()).length") == 0


def test_a_service_worker_of_another_server_that_was_at_this_port(chromium, app, start, tab, elsewhere):
    """It stays with its own name: the pages of this run have names that were never there before."""
    code = FILES["dist/service.js"]
    server = elsewhere({"/": "<!doctype html><title>Before</title>", "/service.js": (200, {"content-type": "text/javascript"}, code)})
    port = server.http.server_port
    before = tab()
    before.goto(f"http://earlier.localhost:{port}/")
    before.run("await navigator.serviceWorker.register('/service.js'); await navigator.serviceWorker.ready;")
    before.reload()
    before.until("document.body.innerText === 'mine'", "it answers for its own name")
    server.close()
    bridge = start(app, "--port", str(port))
    page = before.context().newPage()
    page.goto(bridge.main.url)
    assert page.title() == "Page" and page.evaluate("navigator.serviceWorker.controller") is None
    assert page.run("return new TextDecoder().decode(await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}))").startswith("Hello")
    since = len(chromium.events)
    before.goto(f"http://earlier.localhost:{port}/again")
    assert before.evaluate("document.body.innerText") == "mine"
    assert before.run("return await fetch(url, { credentials: 'include', mode: 'no-cors' }).then(() => 'came', () => 'refused')", url=bridge.main.origin + "/frame.js") == "refused"
    assert not [event for event in chromium.events[since:] if event["event"] == "response" and event["url"].startswith(bridge.main.origin) and event["status"] < 400]


def test_a_page_opens_no_window(page):
    """A new one begins with an empty document of the page's own origin, where the page could lay traps for the next first script."""
    assert page.run("const opened = window.open('/page.html'); return opened === null;") is True
    page.run("const link = Object.assign(document.createElement('a'), { href: '/page.html', target: '_blank', textContent: 'open' }); document.body.append(link);")
    page.locator("a").click()
    page.run("await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'})")
    assert len(page.context().pages()) == 1


def test_no_trap_survives_a_navigation(app, start, tab):
    """Whatever a page has changed of its realm, the next document's first script meets a new one."""
    page = tab()
    page.goto(start(app).main.url)
    page.run("""
        window.marked = true;
        Object.prototype.marked = true;
        Worker = WebSocket = function () { throw new Error('trapped'); };
        Function.prototype.call = Function.prototype.apply = () => { throw new Error('trapped'); };
        location.href = '/page.html';""")
    page.waitForURL("**/page.html")
    assert page.evaluate("[typeof trollbridge, typeof window.marked]") == ["object", "undefined"]
    assert page.run("return new TextDecoder().decode(await trollbridge.invoke('plugin:fs|read_text_file', {path: 'data/hello.txt'}))").startswith("Hello")
