"""A headless Firefox, driven through WebDriver BiDi, which it speaks by itself: https://www.w3.org/TR/webdriver-bidi/."""

import base64
import json
import os
import re
import select
import subprocess
import time

import raw
import tree
import websocket

SECONDS = 60
KEYS = {"Control": "\ue009", "Alt": "\ue00a", "Enter": "\ue007"}


class FirefoxError(Exception):
    """What the browser, or the page, said."""


class Remote(raw.Connection):
    """The WebSocket that it is asked by."""

    def __init__(self, port):
        super().__init__(port)
        self.socket.settimeout(SECONDS)
        self.n_asked, self.events = 0, []
        self.send(raw.head("GET", "/session", [
            ("Host", f"127.0.0.1:{port}"), ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", websocket.KEY.decode())]))
        answer = self.answer(False)
        assert answer.status == 101, answer

    def message(self):
        first, n = self.take(2)
        assert first == 0x80 | websocket.TEXT and n < 128, "one whole message of text"
        if n >= 126:
            n = int.from_bytes(self.take(2 if n == 126 else 8), "big")
        return json.loads(self.take(n))

    def ask(self, method, **params):
        self.n_asked += 1
        self.send(websocket.frame(websocket.TEXT, json.dumps({"id": self.n_asked, "method": method, "params": params}).encode()))
        while (message := self.message()).get("id") != self.n_asked:
            self.events.append(message)
        if message["type"] == "error":
            raise FirefoxError(f"{method}: {message['error']}: {message['message']}")
        return message["result"]


class Tab:
    """In a profile of its own, or in another's."""

    def __init__(self, remote, profile=None):
        self.remote = remote
        self.profile = profile or remote.ask("browser.createUserContext")["userContext"]
        self.context = remote.ask("browsingContext.create", type="tab", userContext=self.profile)["context"]

    def beside(self):
        """Another one of the same profile."""
        return Tab(self.remote, self.profile)

    def goto(self, url):
        """The status of what it shows."""
        self.remote.ask("browsingContext.navigate", context=self.context, url=url, wait="complete")
        return self.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")

    def reload(self):
        self.remote.ask("browsingContext.reload", context=self.context, wait="complete")

    def evaluate(self, expression):
        """What it is, or what it comes to, as JSON has it."""
        text = f"(async () => JSON.stringify((await ({expression})) ?? null))()"
        found = self.remote.ask("script.evaluate", expression=text, target={"context": self.context}, awaitPromise=True)
        if found["type"] == "exception":
            raise FirefoxError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])

    def run(self, body, **given):
        """The body of an async function in the page's main world; its variables are those given. What it returned."""
        names, values = ", ".join(given), ", ".join(json.dumps(value) for value in given.values())
        return self.evaluate(f"(async ({names}) => {{ {body}\n}})({values})")

    def until(self, expression, what):
        return tree.until(lambda: self.look(expression), what)

    def look(self, expression):
        """None while a document gives way to the next."""
        try:
            return self.evaluate(expression)
        except FirefoxError:
            return None

    def act(self, kind, *actions):
        self.remote.ask("input.performActions", context=self.context, actions=[{"type": kind, "id": kind, "actions": actions}])

    def press(self, keys):
        """`Control+Alt+b`."""
        values = [KEYS.get(key, key) for key in keys.split("+")]
        self.act("key", *({"type": "keyDown", "value": value} for value in values), *({"type": "keyUp", "value": value} for value in values[::-1]))

    def type(self, text):
        for letter in text:
            self.press(KEYS["Enter"] if letter == "\n" else letter)

    def click(self, selector):
        x, y = self.run("const box = document.querySelector(selector).getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2].map(Math.round);", selector=selector)
        self.act("pointer", {"type": "pointerMove", "x": x, "y": y}, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0})

    def picture(self):
        """What it shows, as PNG."""
        return base64.b64decode(self.remote.ask("browsingContext.captureScreenshot", context=self.context)["data"])

    def close(self):
        self.remote.ask("browser.removeUserContext", userContext=self.profile)


class Firefox:
    """One process, as the user of `home`, an app."""

    def __init__(self, home):
        self.told = b""
        profile = home.home / "firefox"
        profile.mkdir()
        line = ["firefox-esr", "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
        self.process = subprocess.Popen(home.as_user(line), cwd="/", env=home.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE)
        try:
            self.remote = Remote(self.port())
            self.remote.ask("session.new", capabilities={})
        except BaseException:
            self.kill()
            raise

    def port(self):
        end = time.monotonic() + SECONDS
        while not (found := re.search(rb"WebDriver BiDi listening on ws://127\.0\.0\.1:(\d+)\n", self.told)):
            assert select.select([self.process.stderr], [], [], max(end - time.monotonic(), 0))[0], f"it does not listen: {self.told!r}"
            chunk = os.read(self.process.stderr.fileno(), 65536)
            assert chunk, f"it has gone: {self.told!r}"
            self.told += chunk
        return int(found[1])

    def close(self):
        try:
            self.remote.ask("browser.close")
            self.process.communicate(timeout=SECONDS)
        finally:
            self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
