"""A window that is worked by real clicks and keys, and says what its page looks like."""

import json
import os
import select
import subprocess
import time

import tree

SECONDS = 30
MARK = "STATE "

# Runs in the page. What `look` returns goes to the console whenever it is another; the key F12 ends it.
PROBE = """
const look = () => { %s };
const middle = (element) => {
  const box = element.getBoundingClientRect();
  return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
};
const places = () => Object.fromEntries([...document.querySelectorAll('[id]')]
  .filter((element) => element.checkVisibility()).map((element) => [element.id, middle(element)]));
let last = '';
return await new Promise((resolve) => {
  const tell = () => {
    const state = JSON.stringify({...look(), focused: document.hasFocus(), places: places(),
                                  focus: document.activeElement.id});
    if (state !== last) console.log('%s' + state);
    last = state;
  };
  const timer = setInterval(tell, 20);
  addEventListener('keydown', (event) => {
    if (event.key !== 'F12') return;
    clearInterval(timer);
    resolve(true);
  });
});
"""


def give_keyboard(environment, title):
    """To the window of that title, once it is there. The search asks all windows, and ends with an error when one of them
    goes meanwhile: then once more."""
    search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", f"^{title}$", "windowfocus"]
    tree.until(lambda: subprocess.run(search, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
                                      env={"PATH": "/usr/bin:/bin", **environment}).returncode == 0, f"{title} has the keyboard")


class Window:
    """One window of the app, `title` by name. `look`: the body of a function that returns an object; `words`: more for the command line."""

    def __init__(self, app, look, title, words=(), **environment):
        self.app, self.state, self.rest, self.told = app, {}, b"", ""
        self.others = []  # what takes lines that are not the page's: dialogs.OverWindow
        probe = app.folder / "probe.js"
        probe.write_text(PROBE % (look, MARK))
        app.environment |= environment
        # WebKitGTK writes the console to stderr, each line at once.
        self.process = app.start("run", app.path, "--eval", probe, "--devtools", *words, stdout=subprocess.DEVNULL, text=False)
        try:
            self.take_keyboard(title)
        except BaseException:
            self.kill()
            raise

    def take_keyboard(self, title):
        """There is no window manager: the window is at 0, 0, and nobody else gives it the keyboard."""
        self.wait(lambda state: state, "the page is there")
        give_keyboard(self.app.environment, title)
        self.wait(lambda state: state["focused"], "the window has the keyboard")

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if failure[0]:
            return self.kill()
        self.key("F12")
        while self.read(SECONDS, "the window ends"):
            pass
        status = self.process.wait(SECONDS)
        self.kill()
        assert status == 0, tree.clean(self.told)
        return None

    def kill(self):
        self.process.kill()
        self.process.wait(SECONDS)
        self.process.stderr.close()

    def do(self, *words):
        subprocess.run(["xdotool", *map(str, words)], check=True, stdout=subprocess.DEVNULL,
                       env={"PATH": "/usr/bin:/bin", **self.app.environment}, timeout=SECONDS)

    def key(self, *names):
        self.do("key", *names)

    def type(self, text):
        """The end of a line is the key Return."""
        first, *rest = text.split("\n")
        self.type_line(first)
        for line in rest:
            self.key("Return")
            self.type_line(line)

    def type_line(self, line):
        if line:
            self.do("type", "--delay", 1, "--", line)

    def click(self, name):
        """On the middle of the element with this id."""
        self.wait(lambda state: name in state["places"], f"{name} is to be seen")
        self.do("mousemove", *self.state["places"][name], "click", 1)

    def click_into(self, name):
        """And it has the keyboard: clicks and keys go to the page by different ways, so that keys could come first."""
        self.click(name)
        self.wait(lambda state: state["focus"] == name, f"{name} has the keyboard")

    def wait(self, wanted, what):
        """Reads what the page says until that is true of it, and returns it."""
        end = time.monotonic() + SECONDS
        while not (self.state and wanted(self.state)):
            assert self.read(end - time.monotonic(), what), f"the window has gone: {self.told}"
        return self.state

    def read(self, seconds, what):
        """False: it has ended."""
        ready = select.select([self.process.stderr], [], [], max(seconds, 0))[0]
        assert ready, f"did not come true: {what}; the page: {json.dumps(self.state)}; {self.told}"
        chunk = os.read(self.process.stderr.fileno(), 65536)
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in lines:
            if MARK.encode() in line:
                self.state = json.loads(line.split(MARK.encode(), 1)[1])
            elif not any(take(line) for take in self.others):
                self.told += line.decode() + "\n"
        return bool(chunk)
