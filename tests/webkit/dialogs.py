"""Dialogs over a window whose page is worked, too: the host's stderr has what both show (window.py, prompts.py)."""

import prompts


class Dialogs(prompts.Prompts):
    """Those of a `window.Window` whose host has the witness."""

    def __init__(self, page):
        super().__init__(page.process, page.app.environment)
        self.page = page
        page.others.append(self.take)

    def read(self, seconds, what):
        return self.page.read(seconds, what)
