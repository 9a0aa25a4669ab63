"""The app's scheme, in a window without a broker: what is served, to whom, as what, and which scripts and styles run."""

import base64
import hashlib
import json
import os
import pathlib
import resource
import shutil
import subprocess

import pytest

import elsewhere
import tree

TOP = pathlib.Path(__file__).resolve().parents[2]
HOST = pathlib.Path(os.environ.get("TB_BUILD", TOP / "build")) / "tests/webkit/frontend/frontend_host"
PAGE = "<!doctype html><meta charset=utf-8><title>index</title><p>The index."
ORIGIN = "tauri://localhost"


class WrongFiles(Exception):
    pass


@pytest.fixture
def page(make_app):
    """page(files, eval, csp, origin): what the body of an async function returns in the frontend's index.
    `under`: what the host is run by."""
    def run(files, script, csp="", origin=None, prepare=None, under=()):
        app = make_app(files={f"dist/{name}": content for name, content in ({"index.html": PAGE} | files).items()})
        if prepare:
            prepare(app)
        shutil.copy(HOST, app.folder / "host")
        words = app.command()  # who runs it
        words[-1:] = [*under, str(app.folder / "host"), str(app.path), csp, script, *([origin] if origin else [])]
        with tree.leaves_nothing():
            done = subprocess.run(words, env=app.environment, cwd="/", capture_output=True, text=True, timeout=120)
        if done.returncode == 3:
            raise WrongFiles(done.stdout.strip())
        assert done.returncode == 0, (done.stdout, done.stderr)
        return json.loads(done.stdout)
    return run


FETCH = """
const answer = async (path, options) => {
  const r = await fetch(path, options);
  return [r.status, r.headers.get("content-type"), await r.text()];
};
"""


def test_files_by_their_paths(page):
    files = {"a b/\u00e4.txt": "umlaut", "docs/index.html": "docs", "about.html": "about", "deep/x.html/y.txt": "y",
             "100%.txt": "percent", "%2e.txt": "once", "noext": "bytes", "UPPER.JS": "1"}
    got = page(files, FETCH + """
      const out = {};
      for (const path of ["/a%20b/%C3%A4.txt", "/a b/\u00e4.txt?q=1#f", "/docs/", "/docs", "/about", "/about.html",
                          "/deep/x.html/y.txt", "/100%25.txt", "/%252e.txt", "/noext", "/UPPER.JS", "/index.html"])
        out[path] = await answer(path);
      return out;""")
    html, text = "text/html; charset=utf-8", "text/plain; charset=utf-8"
    assert got == {
        "/a%20b/%C3%A4.txt": [200, text, "umlaut"], "/a b/\u00e4.txt?q=1#f": [200, text, "umlaut"],
        "/docs/": [200, html, "docs"], "/docs": [200, html, "docs"],
        "/about": [200, html, "about"], "/about.html": [200, html, "about"],
        "/deep/x.html/y.txt": [200, text, "y"], "/100%25.txt": [200, text, "percent"],
        "/%252e.txt": [200, text, "once"], "/noext": [200, "application/octet-stream", "bytes"],
        "/UPPER.JS": [200, "text/javascript; charset=utf-8", "1"], "/index.html": [200, html, PAGE]}


def test_a_path_without_a_dot_is_the_index(page):
    got = page({}, FETCH + 'return [await answer("/notes/17"), await answer("/gone.js"), await answer("/v1.2/"),'
                           ' await answer("/v1.2/x")]')
    assert [entry[0] for entry in got] == [200, 404, 404, 200]
    assert got[0][2] == got[3][2] == PAGE


OUTSIDE = ["/%2e%2e/trollbridge.toml", "/..%2ftrollbridge.toml", "/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
           "/a%00.txt", "/%2fetc/passwd", "//etc/passwd%00", "/a%0Ab", "/%ff.txt", "/%", "/%4", "/%zz", "/x%2f%2e%2e%2fa.txt",
           "/a.txt%00.html", "/" + "a" * 2000 + ".txt"]


def test_nothing_outside(page):
    script = FETCH + f"const out = []; for (const path of {json.dumps(OUTSIDE)}) out.push((await answer('{ORIGIN}' + path))[0]); return out"
    assert page({"a.txt": "a"}, script) == [404] * len(OUTSIDE)


def test_no_link_is_followed_and_nothing_but_files_is_opened(page):
    def prepare(app):
        dist = app.path / "dist"
        (dist / "link.txt").symlink_to("inside.txt")
        (dist / "out.txt").symlink_to("/etc/passwd")
        (dist / "folder").symlink_to("sub")
        (dist / "index2.html").symlink_to("index.html")
        os.mkfifo(dist / "pipe.txt")
        (dist / "locked.txt").write_text("no")
        (dist / "locked.txt").chmod(0)
    got = page({"inside.txt": "in", "sub/a.txt": "a"}, FETCH + """
      const out = [];
      for (const path of ["/link.txt", "/out.txt", "/folder/a.txt", "/index2.html", "/pipe.txt", "/locked.txt", "/sub/a.txt"])
        out.push((await answer(path))[0]);
      return out;""", prepare=prepare)
    assert got == [403] * 6 + [200]


def test_only_get_and_head(page):
    got = page({"a.txt": "text"}, """
      const out = {};
      for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
        const r = await fetch("/a.txt", {method, body: method === "GET" || method === "HEAD" ? undefined : new Blob(["x"])});
        out[method] = [r.status, r.headers.get("allow"), (await r.text()).slice(0, 4)];
      }
      return out;""")
    refused = [405, "GET, HEAD", "405 "]
    assert got == {"GET": [200, None, "text"], "HEAD": [200, None, ""], "POST": refused, "PUT": refused,
                   "DELETE": refused, "PATCH": refused, "OPTIONS": refused}


def test_headers(page):
    got = page({"a.js": "1"}, """
      const out = [];
      for (const path of ["/a.js", "/", "/gone.js"]) out.push(Object.fromEntries((await fetch(path)).headers));
      return out;""")
    for headers in got:
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["access-control-allow-origin"] == ORIGIN
        assert "content-security-policy" in headers
    assert got[2]["content-security-policy"] == "default-src 'none'"
    nonces = {headers["content-security-policy"].split("'nonce-")[1].split("'")[0] for headers in got[:2]}
    assert len(nonces) == 2


def test_what_is_sniffable_is_not_sniffed(page):
    assert page({"s.txt": "self.ran = 1"}, """
      const script = document.createElement("script");
      script.src = "/s.txt";
      const end = new Promise(done => { script.onload = () => done("ran"); script.onerror = () => done("refused"); });
      document.head.append(script);
      return [await end, self.ran ?? 0];""") == ["refused", 0]


def test_a_document_is_utf_8_without_saying_so(page):
    assert page({"index.html": "<!doctype html><title>\u00e4\u2764</title>"},
                "return [document.characterSet, document.title]") == ["UTF-8", "\u00e4\u2764"]


SIZE = 300 * 1024 * 1024


def test_a_large_file_is_streamed(page):
    def prepare(app):
        with open(app.path / "dist/large.bin", "wb") as large:
            large.truncate(SIZE)
            large.seek(SIZE - 3)
            large.write(b"end")
    got = page({}, """
      const reader = (await fetch("/large.bin")).body.getReader();
      let n = 0, last = [];
      for (;;) {
        const {value, done} = await reader.read();
        if (done) return [n, last];
        n += value.length;
        last = [...value.slice(-3)];
      }""", prepare=prepare)
    assert got == [SIZE, [*b"end"]]


def test_files_that_are_asked_for_at_once_leave_the_host_its_descriptors(page):
    """1,100 at once, of a host that may have 1,024 descriptors, as by default."""
    got = page({"part.bin": b"x" * 300_000}, """
      const asked = (path) => fetch(path, {cache: "no-store"}).then(async (r) => (await r.arrayBuffer()).byteLength);
      const all = await Promise.all(Array.from({length: 1100}, (_, i) => asked("/part.bin?" + i)));
      return [[...new Set(all)], await asked("/part.bin")];""", under=["prlimit", "--nofile=1024"])
    assert got == [[300_000], 300_000]


def test_documents_that_are_asked_for_at_once_leave_the_host_its_memory(page):
    """300 times 4 MB at once. The most that any program which has ended here has held, in KiB, is asked of the kernel."""
    got = page({"long.html": "<p>" + "x" * 4_000_000}, """
      const asked = (i) => fetch("/long.html?" + i, {cache: "no-store"}).then(async (r) => (await r.arrayBuffer(), r.status));
      return [...new Set(await Promise.all(Array.from({length: 300}, (_, i) => asked(i))))];""")
    assert got == [200] and resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 768 * 1024


TRY_ALL = """
const out = {};
for (const mode of ["cors", "no-cors"])
  try { out[mode] = (await fetch(`${target}/a.txt`, {mode})).type } catch (error) { out[mode] = error.name }
const element = (name, attribute) => new Promise(done => {
  const it = document.createElement(name);
  it.onload = () => done("loaded");
  it.onerror = () => done("refused");
  setTimeout(() => done("nothing"), 3000);
  it[attribute] = `${target}/${name === "img" ? "a.svg" : name === "script" ? "a.js" : name === "link" ? "a.css" : "frame.html"}`;
  if (name === "link") it.rel = "stylesheet";
  document.body.append(it);
});
out.img = await element("img", "src");
out.script = await element("script", "src");
out.link = await element("link", "href");
const frame = document.createElement("iframe");
frame.src = `${target}/frame.html`;
const spoke = new Promise(done => { addEventListener("message", event => done(event.data)); setTimeout(() => done("silence"), 3000); });
document.body.append(frame);
out.frame = await spoke;
return out;
"""
SUBJECTS = {"a.txt": "secret", "a.js": "self.ran = 1", "a.css": "body{}", "frame.js": "parent.postMessage('here', '*')",
            "a.svg": "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
            "frame.html": "<!doctype html><script src=/frame.js></script>"}


def test_its_own_origin_gets_all(page):
    assert page(SUBJECTS, f"const target = '{ORIGIN}';" + TRY_ALL) == {
        "cors": "basic", "no-cors": "basic", "img": "loaded", "script": "loaded", "link": "loaded", "frame": "here"}


@pytest.mark.parametrize("origin", ["https://example.com/", "http://localhost/", "other://localhost/"])
def test_another_origin_gets_nothing(page, origin):
    got = page(SUBJECTS, f"const target = '{ORIGIN}';" + TRY_ALL, origin=origin)
    assert {name: value for name, value in got.items() if value in ("basic", "cors", "loaded", "here")} == {}


def test_an_opaque_origin_gets_nothing(page):
    """A sandboxed frame of the app's own page, whose script comes from the page."""
    inner = f"const target = '{ORIGIN}';" + TRY_ALL.replace("return out", "parent.postMessage({out, origin: self.origin}, '*')")
    got = page(SUBJECTS | {"index.html": PAGE + "<script>self.own = 1</script>", "inner.js": inner}, """
      const text = await (await fetch("/inner.js")).text();
      const frame = document.createElement("iframe");
      frame.sandbox = "allow-scripts";
      frame.srcdoc = `<!doctype html><body><script nonce="${document.querySelector("script").nonce}">(async () => {${text}})()<\\/script>`;
      const said = new Promise(done => addEventListener("message", event => done(event.data)));
      document.body.append(frame);
      return await said;""")
    assert got["origin"] == "null"
    assert {name: value for name, value in got["out"].items() if value in ("basic", "cors", "loaded", "here")} == {}


def test_no_other_host_on_the_scheme(page):
    got = page({"a.txt": "text"}, """
      const out = [];
      for (const url of ["tauri://other/a.txt", "tauri://localhost:80/a.txt", "tauri://localhost.evil/a.txt", "tauri:a.txt"])
        try { out.push((await fetch(url)).status) } catch (error) { out.push(error.name) }
      return out;""", csp="default-src *; connect-src * tauri: tauri://*")
    assert all(entry in (404, "TypeError") for entry in got), got


# ---- the content security policy ----

INLINE = """<!doctype html><meta charset=utf-8>
<script>self.plain = 1</script>\r\n<script type=module>\r\n  self.lines = `a\r\nb\rc`;\n</script>
<script src=/outside.js></script><link rel=stylesheet href=/outside.css>
<style>\r\n#styled { width: 11px }\r</style>
<p id=styled></p><p id=linked></p><p id=attribute style="width: 13px"></p><p id=handler onclick="self.handled = 1"></p>"""
OUTSIDE_FILES = {"outside.js": "self.outside = 1", "outside.css": "#linked { width: 12px }"}
STATE = """
await new Promise(requestAnimationFrame);
const width = (id) => document.getElementById(id) ? getComputedStyle(document.getElementById(id)).width : null;
document.getElementById("handler")?.click();
return {plain: self.plain, lines: self.lines, outside: self.outside, handled: self.handled ?? 0,
        styled: width("styled") === "11px", linked: width("linked") === "12px", attribute: width("attribute") === "13px"};
"""
OWN = {"plain": 1, "lines": "a\nb\nc", "outside": 1, "handled": 0, "styled": True, "linked": True, "attribute": False}
NOTHING = {"handled": 0, "styled": False, "linked": False, "attribute": False}


@pytest.mark.parametrize("csp", ["", "default-src 'self'", "img-src *", "default-src 'self'; script-src 'self' 'unsafe-inline'"])
def test_the_page_s_own_scripts_and_styles_run_and_no_others(page, csp):
    assert page(OUTSIDE_FILES | {"index.html": INLINE}, STATE, csp=csp) == OWN


def test_styles_that_the_manifest_lets_be_inline(page):
    assert page(OUTSIDE_FILES | {"index.html": INLINE}, STATE, csp="default-src 'self'; style-src 'self' 'unsafe-inline'") == \
        OWN | {"attribute": True}


@pytest.mark.parametrize("csp", ["default-src 'none'", "script-src 'none'; style-src 'none'", "default-src *; script-src; style-src"])
def test_none_stays_none(page, csp):
    assert page(OUTSIDE_FILES | {"index.html": INLINE}, STATE, csp=csp) == NOTHING


def test_files_of_another_origin_are_let_in_by_the_manifest_alone(page):
    """A nonce on their elements would let them in from anywhere."""
    server = elsewhere.Server({"/x.js": (200, {"content-type": "text/javascript"}, "self.elsewhere = 1"),
                               "/x.css": (200, {"content-type": "text/css"}, "p { width: 12px }")})
    index = f"""<!doctype html><script src="{server.origin}/x.js"></script><link rel=stylesheet href="{server.origin}/x.css">
                <script src=/own.js></script>"""
    try:
        files = {"index.html": index, "own.js": "self.own = 1"}
        for csp in ["", "default-src 'self'; script-src 'self'"]:
            assert page(files, "return [self.elsewhere ?? 0, self.own]", csp=csp) == [0, 1]
        assert server.asked == []
        allowed = f"default-src 'self'; script-src 'self' {server.origin}"
        assert page(files, "return [self.elsewhere ?? 0, self.own]", csp=allowed) == [1, 1]
        assert server.asked == ["/x.js"]
    finally:
        server.close()


def test_hashes_are_those_that_webkit_computes(page):
    """Over the text as WebKit has parsed it, with its line ends."""
    got = page(OUTSIDE_FILES | {"index.html": PAGE, "inline.html": INLINE}, """
      const answer = await fetch("/inline.html");
      const policy = answer.headers.get("content-security-policy").replaceAll(/'nonce-[^']*'/g, "");
      const text = (await answer.text()).replaceAll(/ nonce="[^"]*"/g, "").replaceAll(/<script src[^]*?<.script>|<link[^>]*>/g, "");
      const document_ = new DOMParser().parseFromString(text, "text/html");
      const hash = async (text) => btoa(String.fromCharCode(...new Uint8Array(
        await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))));
      const out = [];
      for (const element of document_.querySelectorAll("script, style")) out.push(policy.includes(`'sha256-${await hash(element.textContent)}'`));
      return [out, policy.split("sha256-").length - 1];""")
    assert got == [[True, True, True], 3]


WORLD = """
const frame = document.createElement("iframe");
frame.src = "/hashed.html";
const said = new Promise(done => addEventListener("message", event => done(event.data)));
document.body.append(frame);
return await said;
"""


def test_a_hash_alone_lets_a_script_run(page):
    """The document has a policy of its own besides, which knows no nonce: both must hold."""
    script = "parent.postMessage(`ran\r\n${self.more ?? 0}`, '*')"
    other = "self.more = 1"
    normal = script.replace("\r\n", "\n")
    digest = base64.b64encode(hashlib.sha256(normal.encode()).digest()).decode()
    html = f"<!doctype html><meta http-equiv=Content-Security-Policy content=\"script-src 'sha256-{digest}'\"><script>{other}</script><script>{script}</script>"
    assert page({"hashed.html": html}, WORLD, csp="") == "ran\n0"


def test_a_nonce_is_for_one_answer(page):
    got = page({"index.html": PAGE + "<script>1</script>"}, """
      const nonces = [];
      for (let i = 0; i < 20; i++) {
        const answer = await fetch("/");
        const nonce = /<script nonce="([^"]*)">/.exec(await answer.text())[1];
        nonces.push([nonce, answer.headers.get("content-security-policy").split(`'nonce-${nonce}'`).length]);
      }
      return nonces;""")
    assert len({nonce for nonce, _ in got}) == 20
    assert all(len(nonce) == 24 and times == 3 for nonce, times in got)


def test_what_is_new_since_the_load_gets_no_nonce(make_app, ordinary):
    """The document is exchanged between the load of the app and that of the page."""
    app = make_app(files={"dist/index.html": INLINE, "dist/more.html": "<script>self.plain = 1</script>"})
    shutil.copy(HOST, app.folder / "host")
    script = f"""
      const first = (await (await fetch("/")).text()).split(" nonce=").length - 1;
      const second = (await (await fetch("/more.html")).text()).split(" nonce=").length - 1;
      const third = (await (await fetch("/new.html")).text()).split(" nonce=").length - 1;
      const policy = (await fetch("/new.html")).headers.get("content-security-policy");
      return [first, second, third, policy.includes("sha256"), policy.includes("nonce")];"""
    words = [*app.command()[:-1], str(app.folder / "host"), str(app.path), "", script, "-", "change"]
    (app.path / "change").mkdir()
    (app.path / "change/more.html").write_text("<script>self.plain = 2</script>")
    (app.path / "change/new.html").write_text("<script>self.plain = 3</script>")
    subprocess.run(["chmod", "-R", "a+rwX", app.path], check=True)
    done = subprocess.run(words, env=app.environment, cwd="/", capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "") or "a11y" in done.stderr
    assert json.loads(done.stdout) == [3, 0, 0, False, True]


@pytest.mark.parametrize("html, message", [
    ("a" * (4 * 1024 * 1024 + 1), "dist/big.html is larger than 4 MiB: split it"),
    ("".join(f"<script>{n}</script>" for n in range(257)), "dist/big.html has more than 4 MiB, 4096 scripts and styles, or 256 inline ones"),
], ids=["bytes", "inline"])
def test_documents_that_are_too_large_are_told_at_the_load(page, html, message):
    with pytest.raises(WrongFiles, match=message):
        page({"big.html": html}, "return 1")


def test_a_policy_that_is_none_is_told_at_the_load(page):
    with pytest.raises(WrongFiles, match="`csp` in .app. of trollbridge.toml has more than 64 directives"):
        page({}, "return 1", csp="default-src 'self', script-src *")
