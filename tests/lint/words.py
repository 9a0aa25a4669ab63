#!/usr/bin/env python3
"""Calls that C has and we do not use, and things that are in the tree by accident."""
import re
import subprocess
import sys

BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets|system|alloca|setlocale"
                    r"|tmpnam|mktemp)\s*\(")
# A page decides what these do to the process that calls them: docs/decisions/024-page-endpoint.md.
OF_PAGES = re.compile(r"\b(webkit_uri_scheme_request_get_http_body|jsc_value_new_array_buffer"
                      r"|webkit_user_content_manager_register_script_message_handler\w*)\s*\(")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
MACHINE = re.compile(r"(?<![\w./-])/(work|farm|root)/[a-z]")


def files(*patterns):
    return subprocess.run(["git", "ls-files", *patterns], capture_output=True, text=True,
                          check=True).stdout.splitlines()


def problems():
    for path in files("*.c", "*.h", "*.cpp"):
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            if BANNED.search(line) and "lint: allow" not in line:
                yield f"{path}:{number}: a banned call: {line.strip()}"
    for path in files("endpoint/*.c", "host/*.c", "run/*.c"):
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            if OF_PAGES.search(line):
                yield f"{path}:{number}: a call that a page can turn on us: {line.strip()}"
    for path in files():
        if path.endswith((".png", ".bin", ".lock", "package-lock.json")) or "/corpus/" in path:
            continue
        if path == "tests/lint/words.py":
            continue
        try:
            text = open(path, encoding="utf-8").read()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if UNFINISHED.search(line):
                yield f"{path}:{number}: unfinished: {line.strip()}"
            if MACHINE.search(line):
                yield f"{path}:{number}: a path of one machine: {line.strip()}"


found = list(problems())
for problem in found:
    print(problem)
# The patterns themselves have to catch planted breaches.
for pattern, text in [(BANNED, "x = atoi(s);"), (OF_PAGES, "jsc_value_new_array_buffer(context"), (UNFINISHED, "/* TODO */"), (MACHINE, "/" + "work/main")]:
    if not pattern.search(text):
        found.append(text)
n = len(files())
print(f"{n + 4 - len(found)} passed, {len(found)} failed")
sys.exit(1 if found else 0)
