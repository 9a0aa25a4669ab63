#include "policy/compiler/data/code.h"

#include "base/compiler.h"

#include <string.h>

bool tb_code_strict(const char *code)
{
    static const char *const codes[] = {
        "args-true",       "command-name",    "denies-nothing",   "duplicate",
        "duplicate-key",   "event-target",    "grants-nothing",   "interpreter",
        "matches-nothing", "misplaced-table", "missing-manifest", "program-by-name",
        "remote-wildcard", "unknown-key",     "variable",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(codes); i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}
