#include "proto/error.h"

#include "base/compiler.h"

static const char *const names[TB_N_CODES] = {
    [TB_CODE_NONE] = "",
    [TB_CODE_DENIED] = "denied",
    [TB_CODE_NOT_GRANTED] = "not_granted",
    [TB_CODE_SCOPE] = "scope",
    [TB_CODE_HOOK] = "hook",
    [TB_CODE_RULE] = "rule",
    [TB_CODE_LIMIT] = "limit",
    [TB_CODE_ASK_DENIED] = "ask_denied",
    [TB_CODE_INVALID_ARGS] = "invalid_args",
    [TB_CODE_NOT_FOUND] = "not_found",
    [TB_CODE_IO] = "io",
    [TB_CODE_UNIMPLEMENTED] = "unimplemented",
    [TB_CODE_TIMEOUT] = "timeout",
    [TB_CODE_CANCELLED] = "cancelled",
    [TB_CODE_PLUGIN_CRASHED] = "plugin_crashed",
    [TB_CODE_PLUGIN_UNAVAILABLE] = "plugin_unavailable",
    [TB_CODE_AUDIT_UNAVAILABLE] = "audit_unavailable",
    [TB_CODE_TOO_LARGE] = "too_large",
    [TB_CODE_VIOLATION] = "violation",
    [TB_CODE_SESSION_CLOSED] = "session_closed",
};

static const char *const closes[] = {"bye",     "violation", "shut",       "timeout",
                                     "version", "shutdown",  "unavailable"};

const char *tb_code_name(enum tb_code code)
{
    return (unsigned)code < TB_N_CODES ? names[code] : "";
}

enum tb_code tb_code_of(struct tb_bytes name)
{
    for (unsigned i = 1; i < TB_N_CODES; i++)
        if (tb_bytes_are(name, names[i]))
            return (enum tb_code)i;
    return TB_CODE_NONE;
}

bool tb_code_from_plugin(enum tb_code code)
{
    return code == TB_CODE_DENIED || code == TB_CODE_SCOPE || code == TB_CODE_INVALID_ARGS ||
           code == TB_CODE_NOT_FOUND || code == TB_CODE_IO || code == TB_CODE_UNIMPLEMENTED ||
           code == TB_CODE_TOO_LARGE;
}

const char *tb_close_name(uint32_t code)
{
    return code < TB_ARRAY_LEN(closes) ? closes[code] : "unknown";
}
