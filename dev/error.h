/* One line of an error, taken apart: `trollbridge: CODE: message (file:line)`, as the policy
 * compiler, the supervisor and the programs write them to standard error. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

/* With their NULs. What is longer is cut, and ends in U+2026. */
enum { DEV_CODE_MAX = 48, DEV_TEXT_MAX = 1024, DEV_FILE_MAX = 512 };

/* The texts are valid UTF-8, in which all that a reader would not see as it is is escaped. */
struct dev_error {
    bool warning;
    char code[DEV_CODE_MAX];
    char message[DEV_TEXT_MAX];
    char file[DEV_FILE_MAX]; /* "": none is named */
    uint32_t line;           /* 0: none */
};

/* TB_OK; TB_UNKNOWN: the line is no error, but something else that somebody says. What a plugin or
 * a hook says comes under `plugin` and `hook`, which are codes of the policy compiler's as well:
 * under these two, only what names a line of a policy file is an error. */
tb_must_check int dev_error_read(struct tb_bytes untrusted_line, struct dev_error *ret_error);
