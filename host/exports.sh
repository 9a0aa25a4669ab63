#!/bin/sh
# What libtrollbridge exports: host/trollbridge.h, and of trollbridge-plugin.h all that a handler calls. Programs
# alone have a main, and a loop with watches and timers. exports.sh SYMBOLS
set -eu
echo '{ global: trollbridge_*;'
grep -v -e '^tb_plugin_main$' -e '^tb_watch_' -e '^tb_timer_' "$1" | sed 's/$/;/'
echo 'local: *; };'
