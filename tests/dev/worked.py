"""A tab that is worked as tests/webkit/window.py works a window: by clicks and keys, under the same names."""

import json
import time

import tree
from browser import SECONDS, BrowserError

KEYS = {"Return": "Enter", "Down": "ArrowDown", "Up": "ArrowUp", "Left": "ArrowLeft", "Right": "ArrowRight", "space": "Space"}
LOOK = """
const look = () => { %s };
return { ...look(), focus: document.activeElement.id };
"""


def key_of(name):
    """xdotool's name of a key, as playwright has it."""
    *held, last = name.split("+")
    return "+".join([*(each.replace("ctrl", "Control").replace("alt", "Alt").replace("shift", "Shift") for each in held), KEYS.get(last, last)])


class Worked:
    """`look`: the body of a function that returns an object, which `wait` is asked about."""

    def __init__(self, page, look):
        self.page, self.look, self.state = page, LOOK % look, {}

    def key(self, *names):
        for name in names:
            self.page.keyboard.press(key_of(name))

    def type(self, text):
        self.page.keyboard.type(text)

    def click(self, name):
        self.page.locator(f"#{name}").click()
        self.refresh()

    def click_into(self, name):
        self.click(name)
        self.wait(lambda state: state["focus"] == name, f"{name} has the keyboard")

    def refresh(self):
        try:
            self.state = self.page.run(self.look)
        except BrowserError as error:
            if "context was destroyed" not in str(error):
                raise

    def wait(self, wanted, what):
        end = time.monotonic() + SECONDS
        self.refresh()
        while not (self.state and wanted(self.state)):
            assert time.monotonic() < end, f"did not come true: {what}; the page: {json.dumps(self.state)}; {self.page.events[-10:]}"
            self.refresh()
        return self.state


def closed(page):
    """Closes a tab, when what it has said is in the log."""
    page.close()
    tree.until(page.isClosed, "the tab is closed")
