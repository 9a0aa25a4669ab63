"""A headless Chromium, driven through playwright-core: `browser.mjs` does, and this asks it to."""

import base64
import json
import os
import select
import subprocess
import time

import tree

SECONDS = 45  # a little more than playwright's own


class BrowserError(Exception):
    """What playwright, or the page, said."""


class Thing:
    """An object of playwright's. What is called on it is called there: page.keyboard.press("a")."""

    def __init__(self, browser, number, path=""):
        self._browser, self._number, self._path = browser, number, path

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Thing(self._browser, self._number, f"{self._path}.{name}" if self._path else name)

    def __call__(self, *arguments):
        return self._browser.ask(self._number, self._path, arguments)


class Page(Thing):
    """A tab. `events`: what has happened in it, as dictionaries with `event`."""

    def run(self, body, **given):
        """The body of an async function in the page's main world; its variables are those given. What it returned."""
        names = ", ".join(given)
        values = ", ".join(json.dumps(value) for value in given.values())
        return self.evaluate(f"(async ({names}) => {{ {body}\n}})({values})")

    @property
    def events(self):
        return [event for event in self._browser.events if event.get("on") == self._number]

    def texts(self, kind):
        """What the events of that kind say."""
        return [event["text"] for event in self.events if event["event"] == kind]

    def until(self, condition, what):
        """Polls `condition`, the text of an expression in the page, until it is true there; returns what it was."""
        return tree.until(lambda: self.look(condition), what)

    def look(self, expression):
        """None while a document gives way to the next."""
        try:
            return self.evaluate(expression)
        except BrowserError as error:
            if "context was destroyed" in str(error) or "Cannot find context" in str(error):
                return None
            raise

    def protocol(self):
        """Chromium's own protocol, for this tab."""
        return self.context().newCDPSession(self)


KINDS = {}


class Browser:
    """One process of the program, as the user of `app`-like things: `command` makes its command line that user's."""

    def __init__(self, installed, folder, command, environment):
        self.events, self.answers, self.rest, self.n_asked = [], {}, b"", 0
        self.pages = {}
        self.errors = open(folder / "browser.log", "w+")
        self.process = subprocess.Popen(
            command(["node", str(installed / "browser.mjs"), "/usr/bin/chromium", str(folder)]), cwd="/", env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        try:
            self.wait(lambda event: event["event"] == "ready", "the browser is there")
        except BaseException:
            self.kill()
            raise

    # ---- lines ----

    def read(self, end, what):
        ready = select.select([self.process.stdout], [], [], max(end - time.monotonic(), 0))[0]
        assert ready, f"did not come true: {what}; {self.told()}"
        chunk = os.read(self.process.stdout.fileno(), 1 << 20)
        assert chunk, f"the browser has gone: {self.told()}"
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in map(json.loads, lines):
            if "id" in line:
                self.answers[line["id"]] = line
            else:
                self.events.append(line)

    def told(self):
        self.errors.seek(0)
        return f"{self.events[-20:]}\n{self.errors.read()}"

    def wait(self, wanted, what, since=0):
        """The first event from number `since` on that is wanted."""
        end = time.monotonic() + SECONDS
        at = since
        while True:
            for event in self.events[at:]:
                if wanted(event):
                    return event
            at = len(self.events)
            self.read(end, what)

    def ask(self, number, path, arguments):
        self.n_asked += 1
        request = {"id": self.n_asked, "on": number, "do": path, "with": [self.put(value) for value in arguments]}
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        end = time.monotonic() + SECONDS
        while request["id"] not in self.answers:
            self.read(end, f"{path} of {number}")
        answer = self.answers.pop(request["id"])
        if "wrong" in answer:
            raise BrowserError(answer["wrong"])
        return self.take(answer["is"], Page if path in ("newPage", "waitForEvent", "pages") else Thing)

    def put(self, value):
        return {"$": value._number} if isinstance(value, Thing) else value

    def take(self, value, kind):
        if isinstance(value, list):
            return [self.take(part, kind) for part in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"$"}:
            return kind(self, value["$"])
        if set(value) == {"base64"}:
            return base64.b64decode(value["base64"])
        return {key: self.take(part, kind) for key, part in value.items()}

    # ---- tabs ----

    def context(self, **options):
        """A profile of its own: cookies, caches, workers."""
        return self.ask("browser", "newContext", [{"viewport": {"width": 1200, "height": 780}} | options])

    def page(self, context=None):
        return (context or self.context()).newPage()

    # ---- the end ----

    def close(self):
        try:
            self.process.stdin.close()
            self.process.wait(SECONDS)
        finally:
            self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()
