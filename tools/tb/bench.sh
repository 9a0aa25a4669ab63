#!/usr/bin/env bash
# The broker beside the bare relay: `./tb bench [--json] [--gate] [--rounds N] [--ms N]`.
set -euo pipefail

exec build/root/bin/trollbridge bench "$@"
