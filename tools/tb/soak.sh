#!/usr/bin/env bash
# Long measurements of the built tree: `./tb soak streams [SECONDS]`, `./tb soak neighbours [ROUNDS]`,
# `./tb soak reloads [DOCUMENTS]`, `./tb soak programs [ROUNDS]`.
set -euo pipefail
. tools/tb/common.sh

# The memory of sandboxed processes is shown to root only.
as_root env TB_ROOT="$PWD/build/root" /usr/bin/python3 -B tests/soak/run.py "$@"
