"""Dialogs that a page has asked for, as a person sees and works them."""

import contextlib
import json
import signal

import apps
import prompts
import tree

PERMISSIONS = [*apps.PERMISSIONS, "dialog:default"]
CALL = """
const dialog = (name, args) => trollbridge.invoke(`plugin:dialog|${name}`, args).catch((error) => error.code);
const message = (message, more = {}) => dialog('message', {message, ...more});
const told = async () => {  // until the test says go
  while (!(await trollbridge.invoke('plugin:fs|stat', {path: 'data/go'}).then(() => true, () => false)))
    await new Promise((done) => setTimeout(done, 20));
};
"""


@contextlib.contextmanager
def window(make_app, installed, eval="", app=None, **options):
    """Prompts of a window of an app whose page may open dialogs, for as long as the block lasts."""
    app = app or make_app(**{"capabilities": [apps.capability(PERMISSIONS)]} | options)
    app.environment = prompts.witnessed(app, installed)
    (app.folder / "eval.js").write_text(CALL + eval)
    words = ["--eval", app.folder / "eval.js"] if eval else []
    with tree.leaves_nothing(), app.start("run", app.path, *words, text=False) as process:
        try:
            made = prompts.Prompts(process, app.environment)
            made.app = app
            yield made
        finally:
            process.kill()


def labels(dialog):
    return [button["label"] for button in dialog.dialogs[0]["buttons"]]


def result(dialog):
    """What the page's script returned."""
    out, status = dialog.end()
    assert status == 0, dialog.told
    return json.loads(out)


def ended(dialog):
    dialog.process.send_signal(signal.SIGTERM)
    assert dialog.end()[1] == 0


class OverWindow(prompts.Prompts):
    """Those over a `window.Window`, whose page is worked, too: its host's stderr has what both show."""

    def __init__(self, page):
        super().__init__(page.process, page.app.environment)
        self.page = page
        page.others.append(self.take)

    def read(self, seconds, what):
        return self.page.read(seconds, what)
