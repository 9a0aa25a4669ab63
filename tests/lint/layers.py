#!/usr/bin/env python3
"""The layers of the code: a file includes only its own layer and those below it.

An arrow upwards is a defect. The table is the architecture; docs/architecture.md draws it.
"""
import os
import re
import subprocess
import sys

BELOW = {
    "base": [],
    "sandbox": ["base"],
    "proto": ["base"],
    "policy/filter": ["base", "proto"],
    "policy": ["base", "proto", "policy/filter"],
    "endpoint": ["base", "proto"],
    "argument": ["base"],
    "audit": ["base", "proto"],
    "answers": ["base", "proto"],
    "keystore": ["base"],
    "plugins/sdk": ["base", "proto"],
    # programs
    "policy/compiler/data": ["base", "proto", "sandbox"],
    "policy/compiler/url": ["base", "policy/compiler/data"],
    "policy/compiler": ["argument", "base", "proto", "policy", "policy/filter", "sandbox",
                        "policy/compiler/data", "policy/compiler/url"],
    "broker": ["base", "proto", "policy", "policy/filter"],
    "scribe": ["base", "proto", "policy", "audit"],
    "hook": ["base", "proto"],
    "supervisor": ["base", "proto", "policy", "sandbox", "answers"],
    "confine": ["base", "proto", "policy", "sandbox"],
    "graft": ["base", "proto", "policy", "sandbox", "confine"],
    "plugins/fs": ["base", "proto", "plugins/sdk"],
    "plugins/enclave/pgp": ["base"],
    "plugins/enclave": ["base", "keystore", "plugins/sdk", "plugins/enclave/pgp"],
    "plugins/audit": ["base", "audit", "plugins/sdk"],
    "plugins/path": ["base", "plugins/sdk"],
    "plugins/shell": ["argument", "base", "sandbox", "plugins/sdk"],
    "host": ["base", "proto", "plugins/sdk"],
    "shim-js": [],
    "frontend": ["base"],
    "host/commands": ["base", "plugins/sdk", "host"],
    "host/webkitgtk": ["base", "proto", "plugins/sdk", "host/commands", "shim-js", "host/webkitgtk/frontend"],
    "host/webkitgtk/frontend": ["base", "frontend", "host"],
    "run": ["base", "host", "host/webkitgtk"],
    "endpoint/webkitgtk": ["base", "proto", "endpoint"],
    "bench": ["base", "proto", "endpoint", "host", "plugins/sdk"],
    "bench/page": ["base", "bench", "shim-js", "host/webkitgtk"],
    "cli": ["base", "proto", "policy", "endpoint", "audit", "answers", "sandbox", "host",
            "keystore", "bench", "plugins/sdk"],
    "dev": ["base", "proto", "plugins/sdk", "host", "host/commands", "frontend", "shim-js", "audit", "policy", "cli"],
}
# The jobs of the compiler that stand on its core, and that only its main knows.
for job in ["cases", "explain", "import", "lint"]:
    BELOW["policy/compiler/" + job] = BELOW["policy/compiler"] + ["policy/compiler"]
# Single edges that the table does not have, with the reason.
EXTRA = {
    ("broker/main.c", "sandbox"): "a program enters its own sandbox",
    ("scribe/main.c", "sandbox"): "a program enters its own sandbox",
    ("hook/main.c", "sandbox"): "a program enters its own sandbox",
    ("host/webkitgtk/open_path.c", "plugins/fs"): "path patterns are one language, wherever a scope has them",
    ("plugins/fs/fs.c", "sandbox"): "a program enters its own sandbox",
    ("plugins/path/path.c", "sandbox"): "a program enters its own sandbox",
    ("plugins/audit/audit.c", "sandbox"): "a program enters its own sandbox",
    ("plugins/enclave/enclave.c", "sandbox"): "a program enters its own sandbox",
    ("plugins/audit/wake.c", "sandbox"): "what its list lets it ask of the kernel",
    ("plugins/fs/notify.c", "sandbox"): "what its list lets it ask of the kernel",
    ("policy/compiler/main.c", "policy/compiler/cases"): "main starts each job",
    ("policy/compiler/main.c", "policy/compiler/explain"): "main starts each job",
    ("policy/compiler/main.c", "policy/compiler/import"): "main starts each job",
    ("policy/compiler/main.c", "policy/compiler/lint"): "main starts each job",
    ("policy/compiler/options.c", "policy/compiler/explain"): "it reads the question",
    ("host/spawn.c", "supervisor"): "the byte that the supervisor writes to the host",
    ("host/trollbridge.c", "supervisor"): "the bytes that the supervisor writes to the host",
}


def layer_of(path):
    folder = os.path.dirname(path)
    while folder and folder not in BELOW:
        folder = os.path.dirname(folder)
    return folder


def check(path):
    layer = layer_of(path)
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        match = re.match(r'#include "([^"]+)"', line)
        if not match:
            continue
        target = layer_of(match.group(1))
        if not os.path.exists(match.group(1)):
            yield f"{path}:{number}: {match.group(1)} is not a path from the top of the tree"
        elif target != layer and target not in BELOW[layer] and (path, target) not in EXTRA:
            yield f"{path}:{number}: {layer} must not include {target} ({match.group(1)})"


def main():
    files = subprocess.run(["git", "ls-files", "*.c", "*.h", "*.cpp"], capture_output=True,
                           text=True, check=True).stdout.split()
    files = [f for f in files if not f.startswith(("tests/", "examples/", "tools/"))]
    bad = 0
    for path in files:
        problems = list(check(path)) if layer_of(path) else [f"{path}: in no layer"]
        for problem in problems:
            print(problem)
        bad += bool(problems)
    # The lint itself has to catch a planted breach.
    breaches = [("base", "broker"), ("proto", "broker"), ("plugins/fs", "broker"),
                ("policy/compiler", "policy/compiler/lint"), ("policy/compiler/data", "policy")]
    planted = [e for e in breaches if e[1] in BELOW[e[0]]]
    bad += len(planted)
    print(f"{len(files) + len(breaches) - bad} passed, {bad} failed")
    return 1 if bad or not files else 0


sys.exit(main())
