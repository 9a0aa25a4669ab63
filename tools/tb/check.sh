#!/usr/bin/env bash
# The fast inner loop.
set -euo pipefail
. tools/tb/common.sh
. tools/tb/count.sh

suite format python3 tests/lint/format.py
suite includes python3 tests/lint/layers.py
suite words python3 tests/lint/words.py
suite cppcheck tests/lint/cppcheck.sh
unit_suites suite build
close_count
