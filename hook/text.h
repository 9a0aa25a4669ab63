/* Texts between UTF-8, which the broker speaks, and the engine's UTF-16. */
#pragma once

#include "base/buffer.h"
#include "base/compiler.h"

#include <JavaScriptCore/JavaScript.h>

static inline void hook_string_release(JSStringRef *string)
{
    if (*string)
        JSStringRelease(*string);
}
#define hook_string tb_cleanup(hook_string_release) JSStringRef

/* A new string of valid UTF-8, which may hold NULs; NULL when out of memory. */
JSStringRef hook_string_new(struct tb_bytes text);
/* The same of bytes of any kind: what is not UTF-8 becomes U+FFFD, or with `fatal` is NULL. */
JSStringRef hook_string_decode(struct tb_bytes untrusted_bytes, bool fatal);

/* Appends the string as UTF-8, half a surrogate pair as U+FFFD; *ret_whole, which may be NULL, says
 * whether there was none. TB_OK, or TB_FULL. */
tb_must_check int hook_string_append(JSStringRef string, struct tb_buffer *out, bool *ret_whole);
