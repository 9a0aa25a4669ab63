"""The timer example: a host's own commands that are answered later, and its events, from a page by real clicks."""

import contextlib
import json
import shutil
import signal
import subprocess

import pytest

import tree
from test_example import STRICT, pkg_config
from window import give_keyboard

TIMER = tree.TOP / "examples/timer"
WIDTH, HEIGHT = 480, 360
# Writes down what is to be seen, and where: the page has no other way to tell a test.
PROBE = """
const text = (id) => document.getElementById(id).value || document.getElementById(id).textContent;
const middle = (element) => { const box = element.getBoundingClientRect(); return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)]; };
const look = () => JSON.stringify({ready: document.body.dataset.state === 'ready', round: sessionStorage.round, left: text('left'), answer: text('answer'), rung: text('rung'),
  places: Object.fromEntries([...document.querySelectorAll('button')].map((button) => [button.id, middle(button)]))});
sessionStorage.round = Number(sessionStorage.round ?? 0) + 1;
addEventListener('keydown', (event) => event.key === 'F5' && location.reload());
let last = '';
for (;;) {
  const seen = look();
  if (seen !== last) await trollbridge.invoke('plugin:fs|write_text_file', {path: 'seen.txt'}, {raw: new TextEncoder().encode(seen + '\\n')});
  last = seen;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
"""


class Timer:
    def __init__(self, app, program):
        self.app, self.seen = app, app.path / "seen.txt"
        command = app.command(app.path)
        command[command.index(str(app.installed / "bin/trollbridge"))] = str(program)
        self.process = subprocess.Popen(command, cwd="/", env=app.environment, stderr=subprocess.PIPE, text=True)
        self.wait(lambda state: state["ready"], "the page is there")
        give_keyboard(app.environment, "Timer")

    def do(self, *words):
        subprocess.run(["xdotool", *map(str, words)], check=True, stdout=subprocess.DEVNULL, timeout=60, env={"PATH": "/usr/bin:/bin", **self.app.environment})

    def click(self, name):
        x, y = self.state()["places"][name]
        self.do("mousemove", x, y, "click", 1)

    def ring(self):
        """The bell is no part of the page."""
        self.do("mousemove", WIDTH // 2, HEIGHT - 12, "click", 1)

    def state(self):
        """None: it is not there, or is just being written."""
        text = self.seen.read_text() if self.seen.exists() else ""
        return json.loads(text) if text.endswith("\n") else None

    def wait(self, wanted, what):
        tree.until(lambda: (state := self.state()) is not None and wanted(state), what)
        return self.state()

    def records(self, **wanted):
        return [record for record in self.app.records() if wanted.items() <= record.items()]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        errors = self.process.communicate(timeout=60)[1]
        assert self.process.returncode == 0, errors
        return errors


@pytest.fixture
def timer(installed, make_app):
    """The example as other people build it, with a page that tells what it shows."""
    app = make_app()
    shutil.rmtree(app.path)
    shutil.copytree(TIMER, app.path)
    (app.path / "dist/probe.js").write_text(PROBE)
    index = app.path / "dist/index.html"
    index.write_text(index.read_text().replace("</head>", '<script type="module" src="probe.js"></script></head>'))
    app.write("capabilities/probe.json", json.dumps({
        "identifier": "probe", "windows": ["main"],
        "permissions": [{"identifier": "fs:allow-write-text-file", "allow": [{"path": "$RESOURCE/seen.txt"}]}]}))
    app.write("seen.txt", "")
    app.log = app.home / "state/trollbridge/com.example.timer/audit.jsonl"
    program = installed / "bin/timer"
    subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", *STRICT, str(TIMER / "timer.c"), "-o", str(program), *pkg_config("--cflags", "--libs")], check=True)
    app.environment["LD_LIBRARY_PATH"] = str(installed / "lib")

    @contextlib.contextmanager
    def start():
        with tree.leaves_nothing():
            running = Timer(app, program)
            try:
                yield running
            finally:
                running.process.kill()
                running.process.wait(60)

    with start() as running:
        yield running


def test_an_answer_waits_for_a_person_and_others_do_not(timer):
    timer.click("wait")
    timer.wait(lambda state: state["answer"] == "Waiting…", "the call waits")
    timer.click("start")
    timer.wait(lambda state: state["left"] == "179", "a message has come meanwhile")
    timer.ring()
    state = timer.wait(lambda state: state["answer"].startswith("That was"), "the call is answered")
    assert state["answer"] == "That was ring 1."
    timer.end()
    assert [record["verdict"] for record in timer.records(event="done", command="wait_for_bell")] == ["allow"]


def test_an_event_comes_without_a_call(timer):
    timer.ring()
    timer.wait(lambda state: state["rung"] == "1", "the page has heard it")
    timer.ring()
    assert timer.wait(lambda state: state["rung"] == "2", "and again")["answer"] == ""
    timer.end()


def test_what_the_page_cancels_ends_in_the_host(timer):
    timer.click("start")
    timer.wait(lambda state: state["left"] == "179", "it counts")
    timer.click("stop")
    timer.wait(lambda state: state["left"] == "Stopped", "it was stopped")
    tree.until(lambda: timer.records(event="done", command="count_down"), "the host has ended it")
    assert [record["code"] for record in timer.records(event="done", command="count_down")] == ["cancelled"]
    timer.end()


def test_calls_of_a_document_end_with_it(timer):
    timer.click("wait")
    timer.click("start")
    timer.wait(lambda state: state["left"] == "179" and state["answer"] == "Waiting…", "both calls are under way")
    timer.do("key", "F5")
    timer.wait(lambda state: state["round"] == "2" and state["ready"], "the next document is there")
    timer.ring()
    state = timer.wait(lambda state: state["rung"] == "1", "the host goes on")
    assert (state["answer"], state["left"]) == ("", "–")
    for command in ["wait_for_bell", "count_down"]:
        assert [record["code"] for record in timer.records(event="done", command=command)] == ["session_closed"]
    timer.end()
