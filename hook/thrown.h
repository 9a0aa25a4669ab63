/* What a hook threw, as one line for the log: "isolation.js:3: RangeError: no". */
#pragma once

#include "hook/realm.h"
#include "proto/limits.h"

/* The text that is run, as far as errors refer to it. */
struct hook_source {
    char file[TB_HOOK_FILE_MAX + 1];
    uint32_t n_lines; /* what is wrong with its end has the last one */
};

/* Runs getters and toString of the app's, which may throw again: then it says so. Valid UTF-8, at
 * most TB_ERROR_MESSAGE_MAX bytes and a NUL. */
void hook_thrown_text(const struct hook_realm *realm, const struct hook_source *source,
                      JSValueRef thrown, char ret_text[static TB_ERROR_MESSAGE_MAX + 1]);
/* A text that was cut anywhere, without the part of a character at its end. */
struct tb_bytes hook_whole(const char *text);
