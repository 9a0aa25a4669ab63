#!/bin/sh
# One archive for plugins of any build: what the library needs of base and proto is inside, and only the
# names of the public header can be seen. combine.sh OUTPUT SYMBOLS CC OBJCOPY AR SDK SESSION LIBRARY...
set -eu
output=$1 symbols=$2 cc=$3 objcopy=$4 ar=$5 sdk=$6 session=$7
shift 7
object=$output.o
"$cc" -r -nostdlib -o "$object" -Wl,--whole-archive "$sdk" "$session" -Wl,--no-whole-archive "$@"
"$objcopy" --keep-global-symbols="$symbols" "$object"
rm -f "$output"
"$ar" rcsD "$output" "$object"
rm "$object"
