"""The part of the demo about `trollbridge dev`: the notes example as a browser has it, and what others get."""

import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tests/hostile"))
import devbridge  # noqa: E402

READ = "plugin:fs|read_text_file"


def refused(row, what, answer, layer, status):
    row(answer.status == status and not answer.has_bootstrap, what, f"refused: {answer.status or 'NOTHING'}", layer)


def show(app, row):
    dev = devbridge.Dev(app.installed, app.path, app.environment)
    try:
        entered = dev.enter()
        row(entered.status == 303 and dev.cookie is not None, "the printed address, opened", "a cookie, no token", "good once")
        view = devbridge.View(dev).begin()
        text = view.do(READ, {"path": "data/hello.txt"})
        row(text == (app.path / "data/hello.txt").read_bytes(), "its page reads data/hello.txt", "allowed", "the same broker, policy, log")
        error = view.do(READ, {"path": "data/private/secret.txt"})
        row(isinstance(error, dict) and error["error"]["code"] == "scope", "and data/private/secret.txt", "refused: scope", "the plugin: scope")
        cookie, dev.cookie = dev.cookie, None
        refused(row, "the printed address, opened again", dev.get(f"/?trollbridge={dev.token}"), "the token is spent", 401)
        refused(row, "the page, by who has no cookie", dev.get(), "cookie", 401)
        dev.cookie = cookie
        refused(row, "a name that was made to lead here", dev.get(Host="evil.example"), "Host", 421)
        refused(row, "another page of the same browser", dev.get(Origin="http://evil.example"), "Origin", 403)
        framed = dev.get(Sec_Fetch_Dest="iframe", Sec_Fetch_Site="same-origin")
        row(framed.status == 200 and not framed.has_bootstrap, "the page, in a frame", "no session", "Sec-Fetch-Dest")
        _, ticket = dev.document()
        row(not dev.may_connect(ticket, Origin="http://evil.example"), "a WebSocket of another page", "refused", "Origin")
        row(dev.may_connect(ticket), "the page's own", "opened", "a ticket, good once")
        row(not dev.may_connect(ticket), "one more with the same ticket", "refused", "the ticket is spent")
    finally:
        status, _ = dev.close()
    row(status == 0, "Ctrl+C", "ended", "nothing listens any more")
