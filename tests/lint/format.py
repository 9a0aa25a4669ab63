#!/usr/bin/env python3
"""Every C source is as clang-format would write it."""
import subprocess
import sys

files = subprocess.run(["git", "ls-files", "*.c", "*.h", "*.cpp"], capture_output=True, text=True,
                       check=True).stdout.split()
bad = [f for f in files
       if subprocess.run(["clang-format", "--dry-run", "-Werror", f], capture_output=True).returncode]
for f in bad:
    print(f"{f}: not formatted; ./tb format mends it")
print(f"{len(files) - len(bad)} passed, {len(bad)} failed")
sys.exit(1 if bad or not files else 0)
