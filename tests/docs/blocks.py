"""The fenced blocks of a Markdown file, and what the commands in them are expected to do.

A ```console block is a session: `$ ` begins a command, `> ` goes on with it, and what follows is
what it must print (standard output and error together). A line that is just `…` stands for any
number of lines, `…` within a line for any text. `# exit N` at the end is the exit status, 0 if
left out. HTML comments directly above a block say what else it is: `<!-- file: PATH -->` the whole
content of that file of the tree, `<!-- write: PATH -->` a file that the next commands find.
"""
import dataclasses
import re


@dataclasses.dataclass
class Block:
    line: int
    language: str
    text: str
    mark: str = ""  # "file" or "write"
    path: str = ""


@dataclasses.dataclass
class Command:
    line: int
    text: str
    output: list
    status: int = 0


def blocks(text):
    found, mark, block = [], ("", ""), None
    for number, line in enumerate(text.splitlines(), 1):
        if block is not None:
            if line == "```":
                found.append(block)
                block = None
            else:
                block.text += line + "\n"
        elif line.startswith("```"):
            block = Block(number, line[3:].strip(), "", *mark)
        match = re.fullmatch(r"<!-- (file|write): (\S+) -->", line)
        mark = match.groups() if match else ("", "")
    if block is not None:
        raise ValueError(f"the block of line {block.line} has no end")
    return found


def commands(block):
    found = []
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        status = re.fullmatch(r"# exit (\d+)", line)
        if line.startswith("$ "):
            found.append(Command(number, line[2:], []))
        elif not found:
            raise ValueError(f"line {number}: output before the first command")
        elif line.startswith("> ") and not found[-1].output:
            found[-1].text += "\n" + line[2:]
        elif status:
            found[-1].status = int(status.group(1))
        else:
            found[-1].output.append(line)
    if not found:
        raise ValueError(f"line {block.line}: a session without a command")
    return found


def matches(expected, actual):
    """Whether lines of output are what the page shows."""
    pattern = ""
    for line in expected:
        pattern += r"(?:.*\n)*?" if line == "…" else ".*?".join(map(re.escape, line.split("…"))) + "\n"
    return re.fullmatch(pattern, actual if not actual or actual.endswith("\n") else actual + "\n") is not None
