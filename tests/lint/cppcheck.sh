#!/usr/bin/env bash
# cppcheck over our own sources. Takes how many to look at at a time (processors).
set -euo pipefail
mapfile -t sources < <(git ls-files '*.c' | grep -v '^tests/')
if cppcheck --quiet --error-exitcode=1 --std=c11 --library=gtk --enable=warning,performance,portability \
    --inline-suppr --suppress=missingIncludeSystem \
    `# it knows neither cleanup attributes nor results that are set on success only; gcc and the sanitizers do` \
    --suppress=memleak --suppress=uninitvar --suppress=resourceLeak --suppress=legacyUninitvar --suppress=nullPointer --suppress=ctunullpointer --suppress=unusedStructMember \
    -j "${1:-$(nproc)}" -I . -D_GNU_SOURCE '-DTB_VERSION="0"' -DTB_SANDBOX_ENFORCE=1 '-DG_DEFINE_QUARK(name, function)=' "${sources[@]}"; then
    echo "${#sources[@]} passed, 0 failed"
else
    echo "0 passed, 1 failed"
    exit 1
fi
