"""Prompts for passphrases as a person fills them in, and what the memory of a process has of them."""

import array
import contextlib
import itertools
import mmap
import re

import prompts

PAGE = mmap.PAGESIZE
EARLY = "Wait a second: what is typed now is not taken."


class Secret(prompts.Prompts):
    """Where it is one for a passphrase."""

    def fields(self):
        return self.dialogs[0]["fields"][::-1] if self.dialogs else []

    def lengths(self):
        return [field["length"] for field in self.fields()]

    def state(self):
        return self.dialogs[0]["labels"][-1]

    def open(self):
        self.appear()
        self.wait(lambda: self.fields() and all(field["sensitive"] for field in self.fields()), "the fields are open")

    def type(self, text, *lengths):
        """With keys, and waits until the fields hold so many characters."""
        with self.layout(text):
            self.do("type", text)
            self.wait(lambda: self.lengths() == list(lengths), f"{lengths} characters are there")

    @contextlib.contextmanager
    def layout(self, text):
        """A keyboard that has all of the text. Where it has not, xdotool puts a character onto a key for as long as it
        presses it, and who looks up the key later finds another."""
        if text.isascii():
            yield
            return
        self.with_display("setxkbmap", "ch")
        try:
            yield
        finally:
            self.with_display("setxkbmap", "us")

    def holds(self, text):
        """How often the program's memory has it, in any of the forms in which toolkits keep text."""
        return sum(part.count(text.encode(code)) for part in memory(self.process.pid) for code in ("utf-8", "utf-16-le", "utf-32-le"))


def resident(pid):
    """(first, last) of each mapping that can be read and has something in it; WebKit keeps many gigabytes in reserve."""
    with open(f"/proc/{pid}/smaps", encoding="utf-8") as smaps:
        for line in smaps:
            if (found := re.match(r"(\w+)-(\w+) r\S* \S+ \S+ \S+ *(.*)", line)) and not found[3].startswith("[v"):
                mapping = int(found[1], 16), int(found[2], 16)
            elif re.match(r"\w+-\w+ ", line):
                mapping = None
            elif mapping and re.match(r"(Rss|Swap): +[1-9]", line):
                yield mapping
                mapping = None


def present(pagemap, first, last):
    """(address, bytes) of each run of pages in it that are there, or swapped out."""
    pagemap.seek(first // PAGE * 8)
    pages = array.array("Q", pagemap.read((last - first) // PAGE * 8))
    start = first
    for there, run in itertools.groupby(pages, lambda page: page >> 62 != 0):
        n = PAGE * sum(1 for _ in run)
        if there:
            yield start, n
        start += n


def memory(pid):
    """All that the process has in it, in pieces."""
    with open(f"/proc/{pid}/pagemap", "rb", 0) as pagemap, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for first, last in list(resident(pid)):
            for start, n in present(pagemap, first, last):
                try:
                    mem.seek(start)
                    yield mem.read(n)
                except OSError:  # a device's, or gone since
                    pass
