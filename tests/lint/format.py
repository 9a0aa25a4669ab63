#!/usr/bin/env python3
"""Every C source is as clang-format would write it."""
import re
import subprocess
import sys

files = subprocess.run(["git", "ls-files", "*.c", "*.h", "*.cpp"], capture_output=True, text=True,
                       check=True).stdout.split()
# One run for all: to start it takes longer than to look at a file.
run = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], capture_output=True, text=True)
bad = sorted(set(re.findall(r"^(.+?):\d+:\d+: error:", run.stderr, flags=re.M)))
if run.returncode and not bad:
    sys.exit(run.stderr)
for f in bad:
    print(f"{f}: not formatted; ./tb format mends it")
print(f"{len(files) - len(bad)} passed, {len(bad)} failed")
sys.exit(1 if bad or not files else 0)
