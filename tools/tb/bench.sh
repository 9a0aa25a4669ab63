#!/usr/bin/env bash
# The broker beside the bare relay, and a page beside a fetch, on a display of its own:
# `./tb bench [--json] [--gate] [--rounds N] [--ms N]`.
set -euo pipefail

exec /usr/bin/python3 -B tests/webkit/display.py build/root/bin/trollbridge bench "$@"
