"""Those who reach the dev bridge: other pages of the same browser, other users of the machine, names that lead to it."""

import base64
import contextlib
import os
import socket
import struct
import time

import apps
import devbridge
import devserver
import world as worlds
from bench import Trial, row
from devbridge import BINARY, PING, TEXT, frame

INDEX = "<!doctype html><title>dev</title><p>dev</p>"
STRANGERS = 1000
GIB = 1 << 30


class DevTrial(Trial):
    """A row against `trollbridge dev`, whose twin is the page of a browser that came in by the door."""

    environment = {}

    def __init__(self, row, settings):
        self.row = row
        self.world = worlds.World(settings)
        self.breach = settings.breach
        self.twins = 0
        apps.make(self.world, **row.app)
        apps.write(self.world.app / "dist/index.html", INDEX)
        self.write(self.world.app / "trollbridge.toml")
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.world.home), "XDG_STATE_HOME": str(self.world.home / "state"),
                       **self.environment}
        self.dev = devbridge.Dev(settings.tree, self.world.app, environment)
        self.ended = None

    def write(self, manifest):
        manifest.write_text(manifest.read_text().replace("[app]\n", "[app]\n" + self.pages(), 1))

    def pages(self):
        """Where they come from, in the manifest."""
        return 'frontend = "dist"\n'

    def enter(self):
        """The twin: the address that was printed leads to a page whose calls work."""
        self.check(self.dev.enter().status == 303, "the token was not taken")
        self.page()

    def page(self):
        view = devbridge.View(self.dev).begin()
        self.honest(view)
        self.twins += 1
        return view

    def after(self):
        if self.dev.cookie is None:
            self.check(self.dev.enter().status == 303, "the token was not taken")
        if self.breach == "dead":
            (self.world.app / "data/hello.txt").unlink()
        self.page()
        self.world.stop = self.stop

    def stop(self):
        if self.ended is None:
            self.ended = self.dev.close()
            self.check(self.ended[0] == 0, f"it ended with {self.ended}")

    def end(self):
        with contextlib.suppress(Exception):
            self.dev.process.kill()
            self.dev.process.communicate()
        self.world.remove()


class WindowsTrial(DevTrial):
    """The same with two windows."""

    def write(self, manifest):
        super().write(manifest)
        with manifest.open("a") as file:
            file.write('\n[[window]]\nlabel = "main"\n\n[[window]]\nlabel = "side"\n')


class ServerTrial(DevTrial):
    """The same with pages of a development server."""

    def pages(self):
        self.server = devserver.Server(devserver.html(INDEX))
        return f'dev_url = "http://127.0.0.1:{self.server.port}"\n'

    def end(self):
        self.server.close()
        super().end()


class ProxyTrial(ServerTrial):
    """The same where the machine has a proxy for what is elsewhere."""

    environment = {"http_proxy": "http://127.0.0.1:9", "socks_proxy": "127.0.0.1:9"}


def dev(id, tried, layer, code, **more):
    return row(f"dev-{id}", tried, layer, code, event="", trial=DevTrial, **more)


def answered(answer):
    """What came of a request that should get no session."""
    if answer.has_bootstrap:
        return "a bootstrap"
    return str(answer.status) if answer.status else "closed"


def asks(id, tried, layer, code, **headers):
    """A request for the page by somebody who is in, but for these headers."""
    @dev(id, tried, layer, code)
    def attack(trial):
        trial.enter()
        return answered(trial.dev.get(**headers))


@dev("token-twice", "the printed address opened a second time", "the token is spent", "401")
def token_twice(trial):
    trial.enter()
    cookie, trial.dev.cookie = trial.dev.cookie, None
    code = answered(trial.dev.get(f"/?trollbridge={trial.dev.token}"))
    trial.dev.cookie = cookie
    return code


@dev("token-none", "the page without token and cookie", "cookie", "401")
def token_none(trial):
    return answered(trial.dev.get())


@dev("token-guessed", "the page with a token that somebody made up", "token", "401")
def token_guessed(trial):
    return answered(trial.dev.get("/?trollbridge=" + "0" * 64))


@dev("token-framed", "the printed address loaded in a frame of another page", "Sec-Fetch-Dest", "403")
def token_framed(trial):
    return answered(trial.dev.get(f"/?trollbridge={trial.dev.token}", Sec_Fetch_Dest="iframe", Sec_Fetch_Site="cross-site"))


@dev("token-linked", "a link to the printed address in another page", "Sec-Fetch-Site", "403")
def token_linked(trial):
    return answered(trial.dev.get(f"/?trollbridge={trial.dev.token}", Sec_Fetch_Site="cross-site"))


asks("cookie-other", "the page with the cookie of another run", "cookie", "401", Cookie="trollbridge=" + "0" * 64)
asks("origin", "a request of another origin", "Origin", "403", Origin="http://evil.example")
asks("origin-null", "a request of a sandboxed frame's origin", "Origin", "403", Origin="null")
asks("site", "a navigation that another site began", "Sec-Fetch-Site", "403", Sec_Fetch_Site="cross-site")
asks("same-site", "a navigation that another name below .localhost began", "Sec-Fetch-Site", "403", Sec_Fetch_Site="same-site")
asks("host-rebound", "a name on the internet that leads to 127.0.0.1", "Host", "421", Host="evil.example")
asks("host-address", "the address itself as the name", "Host", "421", Host="127.0.0.1")
asks("host-none", "no name at all", "Host", "421", Host=None)
asks("frame", "a frame of the page asks for a session", "Sec-Fetch-Dest", "200", Sec_Fetch_Dest="iframe", Sec_Fetch_Site="same-origin")
asks("fetch", "a script of the page fetches the document", "Sec-Fetch-Dest", "200", Sec_Fetch_Dest="empty", Sec_Fetch_Mode="cors", Sec_Fetch_Site="same-origin")
asks("prefetch", "the page is fetched before anybody looks at it", "Sec-Purpose", "403", Sec_Purpose="prefetch")
asks("worker", "a service worker's script", "Service-Worker", "403", Service_Worker="script", Sec_Fetch_Dest="serviceworker", Sec_Fetch_Site="same-origin")
asks("post", "a form posted", "method", "405", method="POST", Content_Length="0")
asks("above", "a file above the frontend", "path", "404", target="/../trollbridge.toml")
asks("above-encoded", "the same, encoded", "path", "404", target="/%2e%2e%2ftrollbridge.toml")


@dev("window-svg", "a picture with a script opens a window, and changes it before its first script runs", "sandbox", "no windows")
def window_svg(trial):
    trial.enter()
    apps.write(trial.world.app / "dist/picture.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    policies = [value for name, value in trial.dev.get("/picture.svg").headers if name.lower() == "content-security-policy"]
    sandboxed = [policy for policy in policies if policy.startswith("sandbox ") and "allow-popups" not in policy]
    return "no windows" if len(sandboxed) == 1 else f"policies: {policies}"


@dev("host-twice", "two names in one request", "Host", "421")
def host_twice(trial):
    trial.enter()
    text = trial.dev.text().replace(b"Cookie:", f"Host: {trial.dev.host}\r\nCookie:".encode())
    return answered(trial.dev.send(text))


@dev("link", "a file that a link in the frontend leads to", "openat2", "403")
def link(trial):
    trial.enter()
    os.symlink("../trollbridge.toml", trial.world.app / "dist/linked.txt")
    return answered(trial.dev.get("/linked.txt", Sec_Fetch_Dest="empty"))


def connects(id, tried, layer, how):
    """A WebSocket that is refused, and whose ticket, where it has one, is good afterwards for the page alone."""
    @dev(id, tried, layer, "refused")
    def attack(trial):
        trial.enter()
        _, ticket = trial.dev.document()
        return "opened" if trial.dev.may_connect(ticket, **how) else "refused"


connects("socket-origin", "a WebSocket of another page", "Origin", {"Origin": "http://evil.example"})
connects("socket-origin-none", "a WebSocket of no page", "Origin", {"Origin": None})
connects("socket-host", "a WebSocket to another name", "Host", {"Host": "evil.example"})
connects("socket-cookie", "a WebSocket without the cookie", "cookie", {"Cookie": None})
connects("socket-ticket", "a WebSocket without a ticket", "ticket", {"Sec_WebSocket_Protocol": "trollbridge"})
connects("socket-guessed", "a WebSocket with a ticket that somebody made up", "ticket",
         {"Sec_WebSocket_Protocol": "trollbridge, ticket." + "0" * 32})
for inner in ("http", "loop", "fetch"):
    connects(f"socket-{inner}", f"a WebSocket of another page that names the program's own `{inner}`", "protocols",
             {"Sec_WebSocket_Protocol": inner, "Origin": "http://evil.example", "Host": "evil.example", "Cookie": None})


@dev("socket-twice", "a second WebSocket with one ticket", "the ticket is spent", "refused")
def socket_twice(trial):
    trial.enter()
    _, ticket = trial.dev.document()
    devbridge.Socket(trial.dev, ticket)
    return "opened" if trial.dev.may_connect(ticket) else "refused"


def sends(id, tried, layer, code, data):
    """What is no message, on the WebSocket of a page that is in."""
    @dev(id, tried, layer, code)
    def attack(trial):
        trial.enter()
        web = devbridge.Socket(trial.dev, trial.dev.document()[1])
        web.send(data)
        return web.end()


sends("message-text", "a message of text", "bytes alone", "closed 1009", frame(b"\0a", TEXT))
sends("message-empty", "an empty message", "first byte", "closed 1008", frame(b""))
sends("message-channel", "a message that is neither of the two kinds", "first byte", "closed 1008", frame(b"\2a"))
sends("message-json", "a control message that is no JSON", "reader", "closed 1008", frame(b"\1{"))
sends("message-large", "a message of a byte more than one may have", "cap", "closed 1009", frame(b"\0" * (devbridge.MESSAGE_MOST + 1)))
sends("message-gib", "a message that claims 1 GiB", "cap", "closed 1009", frame(b"\0" * 70000, size=GIB))
sends("message-endless", "a message in ever more parts", "cap", "closed 1009",
      frame(b"\0", final=False) + frame(b"a" * 1000, 0, final=False) * 100)
sends("message-bits", "reserved bits", "libwebsockets", "closed 1002", frame(b"\0a", bits=4))
sends("message-control", "a ping of 200 bytes", "libwebsockets", "closed", frame(b"a" * 200, PING))


@row("dev-message-frames", "noise on the view link in a WebSocket", "frame header", "CLOSE 1 violation", reason="a frame header", trial=DevTrial)
def message_frames(trial):
    trial.enter()
    view = devbridge.View(trial.dev).boot()
    view.link.send(b"\xff" * 64)
    return view.end()


@row("dev-server-talks", "a development server that goes on talking to pages that have gone", "the relay's ends", "served", event="",
     trial=ServerTrial)
def server_talks(trial):
    trial.enter()
    for _ in range(100):
        with contextlib.closing(trial.dev.connect()) as sock:
            sock.sendall(trial.dev.upgrade("", target="/", Sec_WebSocket_Protocol="vite-hmr"))
            trial.check(sock.recv(100).startswith(b"HTTP/1.1 101"), "no WebSocket to the development server")
    return "served" if trial.dev.get().has_bootstrap else "gone"


def serves(id, tried, code, head):
    """What a development server answers, with a body that is an answer by itself: one without any policy."""
    @row(id, tried, "status", code, event="", trial=ServerTrial)
    def attack(trial):
        trial.enter()
        usual, inner = trial.server.answer, devserver.html("<script src=/evil.js></script>")
        trial.server.answer = f"{head}\r\nContent-Type: text/html\r\nContent-Length: {len(inner)}\r\n\r\n".encode() + inner
        answer = trial.dev.get("/picture")
        trial.server.answer = usual
        return f"{answer.status}, {'a body' if b'evil' in answer.body else 'none of it'}"


serves("dev-server-early", "a development server whose answer holds another one, behind a head that is not the last", "503, none of it",
       "HTTP/1.1 103 Early Hints")
serves("dev-server-empty", "the same behind a head that has no body", "204, none of it", "HTTP/1.1 204 No Content")
serves("dev-server-odd", "a status that is none", "503, none of it", "HTTP/1.1 99999 Many")


@row("dev-server-chunk", "a development server whose chunk is of less than nothing, behind a head that has no body", "what is kept of an answer", "503", event="",
     trial=ServerTrial)
def server_chunk(trial):
    trial.enter()
    usual = trial.server.answer
    trial.server.answer = b"HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n80000000\r\nhello\r\n0\r\n\r\n"
    answer = trial.dev.get("/picture")
    trial.server.answer = usual
    trial.check(trial.dev.get("/other").status == 200, "others are not served")
    return str(answer.status)


@row("dev-server-silent", "a development server that never ends an answer, asked by pages that have gone", "the fetch ends with them", "bounded", event="",
     trial=ServerTrial)
def server_silent(trial):
    trial.enter()
    usual, trial.server.answer = trial.server.answer, None
    before = trial.dev.descriptors()
    for _ in range(50):
        with contextlib.closing(trial.dev.connect()) as sock:
            sock.sendall(trial.dev.text())
            trial.server.asked.acquire(timeout=worlds.SECONDS)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    trial.server.answer = usual
    end = time.monotonic() + worlds.SECONDS
    while (held := trial.dev.descriptors() - before) > 10 and time.monotonic() < end:
        trial.check(trial.dev.get("/other").status == 200, "others are not served")
    return "bounded" if held <= 10 else f"{held} descriptors more"


@row("dev-server-proxy", "a proxy of the environment answers for the development server", "no proxies", "200", event="", trial=ProxyTrial)
def server_proxy(trial):
    trial.check(trial.dev.enter().status == 303, "the token was not taken")
    return str(trial.dev.get("/other").status)


@row("dev-broker-killed", "a page that was opened elsewhere is given the next session of another view", "ids of one broker", "its own", event="",
     trial=WindowsTrial)
def broker_killed(trial):
    side = trial.dev.next_view()
    for view in (trial.dev, side):
        trial.check(view.enter().status == 303, "the token was not taken")
    main = devbridge.Socket(trial.dev, trial.dev.document()[1])
    pages = [devbridge.Socket(side, side.document()[1]) for _ in range(2)]
    pages[0].told("taken")
    trial.dev.kill_broker()
    for page in (main, pages[1]):
        page.told("lost")
        page.told("bootstrap")
    return "its own"


@dev("broker-twice", "bytes for a session that two brokers ago had, sent as if they were of the newest", "each session is begun", "dropped")
def broker_twice(trial):
    trial.enter()
    web = devbridge.Socket(trial.dev, trial.dev.document()[1])
    for _ in range(2):
        trial.dev.kill_broker()
        bootstrap = base64.b64decode(web.told("bootstrap")["data"])
    web.send(frame(b'\1{"type":"begin"}') + frame(b"\0" + b"\xff" * 64) + frame(b'\1{"type":"begin"}'))
    trial.honest(devbridge.View(trial.dev, bootstrap, web).begin())
    return "dropped"


@dev("body-gib", "a request with a body of 1 GiB", "no bodies", "405")
def body_gib(trial):
    trial.enter()
    return answered(trial.dev.get(method="POST", Content_Length=str(GIB)))


@dev("head-large", "64 KiB of headers", "cap", "closed")
def head_large(trial):
    trial.enter()
    return answered(trial.dev.get(X_Much="a" * 65536))


@dev("upgrade-h2", "another protocol instead of a WebSocket", "upgrades", "closed")
def upgrade_h2(trial):
    trial.enter()
    return answered(trial.dev.get(Upgrade="h2c", Connection="Upgrade, HTTP2-Settings", HTTP2_Settings="AAMAAABkAARAAAAAAAIAAAAA"))


@dev("strangers", f"{STRANGERS} connections that say nothing, held open", "the oldest strangers make way", "bounded", slow=True)
def strangers(trial):
    trial.enter()
    page = trial.page()
    with contextlib.ExitStack() as held:
        for _ in range(STRANGERS):
            sock = held.enter_context(socket.socket())
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sock.connect(("127.0.0.1", trial.dev.port))
        trial.honest(page)
        trial.page()
        return "bounded" if trial.dev.descriptors() < 300 else f"{trial.dev.descriptors()} descriptors"
