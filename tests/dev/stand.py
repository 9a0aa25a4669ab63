"""An app with two windows: one is open in a browser and has to go on working, at the other's door others try themselves."""

import contextlib

import apps
import raw
import tree
from bridge import bridging

WINDOWS = '[[window]]\nlabel = "main"\n[[window]]\nlabel = "second"\n'
FILES = {
    "dist/app.js": "window.ran = true;",
    "dist/frame.html": "<!doctype html><title>Frame</title><script src=app.js></script>",
    "dist/secret.txt": "of this app alone",
}
CALL = """
const bytes = await trollbridge.invoke('plugin:fs|read_text_file', { path: 'data/hello.txt' });
return [document.title, new TextDecoder().decode(bytes), window.kept];
"""


class Stand:
    def __init__(self, app, bridge, page):
        self.app, self.bridge, self.page = app, bridge, page
        page.goto(bridge.main.url)
        page.run("window.kept = 'the same document';")
        self.visitor = raw.Visitor(bridge["second"])

    @property
    def address(self):
        return self.bridge["second"]

    def renew(self):
        """Addresses with new tokens."""
        self.bridge.renew()
        return self.address

    def check(self):
        """It is the same program; the page that is open calls, in the session that it had; the other window's files come."""
        assert self.bridge.process.poll() is None, self.bridge.errors()
        assert self.page.run(CALL) == ["Page", apps.HELLO, "the same document"]
        answer = self.visitor.get(target="/app.js")
        assert (answer.status, answer.body) == (200, FILES["dist/app.js"].encode()), answer

    def check_sessions(self):
        """The other window had a session for each document that came with its first script, one more with it, and no other."""
        assert self.visitor.open()["label"] == "second"
        found = tree.until(lambda: self.opened()[self.visitor.n_opened - 1:], "the last one is in the log")
        assert len(found) == 1

    def opened(self):
        """Records of the other window's sessions."""
        return [r for r in self.app.records() if r["event"] == "open" and r["view"] == "second"]


@contextlib.contextmanager
def standing(installed, user, display, chromium):
    app = apps.App(installed, display, user, files=FILES, manifest=WINDOWS)
    context = chromium.context()
    try:
        with bridging(app, terminal=True) as bridge:
            yield Stand(app, bridge, context.newPage())
    finally:
        context.close()
        app.remove()
