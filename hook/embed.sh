#!/bin/sh
# Writes a text as a C string: embed.sh IN OUT NAME
set -eu
{
    printf '#include "hook/prelude.h"\n\nconst char %s[] =\n' "$3"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$/\\n"/' "$1"
    printf '    ;\n'
} >"$2"
