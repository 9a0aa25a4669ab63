/* What a plugin says of a call for the log: the `note` of its REPLY. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"
#include "proto/limits.h"

#include <stdarg.h>

struct tb_note {
    char text[TB_NOTE_MAX + 1]; /* what did not fit was cut, between characters */
};

/* Takes the place of what it held. */
tb_printf(2, 0) void tb_note_write(struct tb_note *note, const char *format, va_list arguments);
struct tb_bytes tb_note_bytes(const struct tb_note *note); /* empty: there is none */
