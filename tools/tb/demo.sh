#!/usr/bin/env bash
# The main job, on real processes: see demo.py.
set -euo pipefail
exec /usr/bin/python3 -B tools/tb/demo.py
