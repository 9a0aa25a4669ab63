/* Stable error and CLOSE codes: PROTOCOL.md, sections 5 and 6. */
#pragma once

#include "base/bytes.h"

enum tb_code {
    TB_CODE_NONE = 0,
    TB_CODE_DENIED,
    TB_CODE_NOT_GRANTED,
    TB_CODE_SCOPE,
    TB_CODE_HOOK,
    TB_CODE_RULE,
    TB_CODE_LIMIT,
    TB_CODE_ASK_DENIED,
    TB_CODE_INVALID_ARGS,
    TB_CODE_NOT_FOUND,
    TB_CODE_IO,
    TB_CODE_UNIMPLEMENTED,
    TB_CODE_TIMEOUT,
    TB_CODE_CANCELLED,
    TB_CODE_PLUGIN_CRASHED,
    TB_CODE_PLUGIN_UNAVAILABLE,
    TB_CODE_AUDIT_UNAVAILABLE,
    TB_CODE_TOO_LARGE,
    TB_CODE_VIOLATION,
    TB_CODE_SESSION_CLOSED,
    TB_N_CODES,
};

const char *tb_code_name(enum tb_code code);   /* "" for NONE */
enum tb_code tb_code_of(struct tb_bytes name); /* NONE if there is no such code */
bool tb_code_from_plugin(enum tb_code code);   /* whether a plugin may answer it */

enum tb_close {
    TB_CLOSE_BYE = 0,
    TB_CLOSE_VIOLATION = 1,
    TB_CLOSE_SHUT = 2,
    TB_CLOSE_TIMEOUT = 3,
    TB_CLOSE_VERSION = 4,
    TB_CLOSE_SHUTDOWN = 5,
    TB_CLOSE_UNAVAILABLE = 6,
};

const char *tb_close_name(uint32_t code); /* "unknown" for codes that do not exist */

/* The error object of a REPLY. Strings are borrowed. */
struct tb_error {
    enum tb_code code;
    struct tb_bytes message;
    struct tb_bytes command;
    uint32_t retry_ms; /* 0: absent */
    int32_t sys_errno; /* 0: absent */
};
