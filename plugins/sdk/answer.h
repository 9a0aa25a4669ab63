/* The one REPLY of a call, in the making: what plain calls and the ends of streams share. */
#pragma once

#include "plugins/sdk/draft.h"
#include "plugins/sdk/note.h"
#include "plugins/sdk/trollbridge-plugin.h"

#include <stdarg.h>

/* Pack one value into what is returned. */
struct tb_packer *tb_answer_value(struct tb_draft *draft, uint64_t call);
tb_printf(5, 0) void tb_answer_error(struct tb_draft *draft, uint64_t call, enum tb_code code,
                                     int number, const char *format, va_list arguments);

/* A text that may have been cut, up to its last whole character: the broker takes UTF-8 alone. */
struct tb_bytes tb_answer_text(const char *text);

/* Finishes the draft, with the note. TB_OK; TB_TOO_LARGE or TB_MALFORMED: it has become the error
 * that says so, since the broker ends a plugin whose answer it cannot take; -ENOMEM. */
tb_must_check int tb_answer_finish(struct tb_draft *draft, struct tb_scanner *scanner,
                                   uint64_t call, const struct tb_note *note);
