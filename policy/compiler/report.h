/*
 * What is wrong with an app's files: one line each on stderr,
 *
 *     trollbridge: CODE: message (file:line)
 *     trollbridge: warning: CODE: message (file:line)
 *
 * All that is found is told, not only the first; the same line is told once.
 */
#pragma once

#include "policy/compiler/index.h"

enum { TB_ERRORS_MAX = 50, TB_WARNINGS_MAX = 200 };

/* Where in the app's files; file NULL: nowhere, line 0: the file as a whole. */
struct tb_place {
    const char *file;
    uint32_t line;
};

struct tb_report {
    struct tb_arena *arena;
    size_t n_errors;
    size_t n_warnings;
    const char **lines; /* told so far */
    size_t n_lines;
    struct tb_index told; /* the same */
    bool silent;          /* counts only */
};

tb_printf(4, 5) void tb_report_error(struct tb_report *report, const char *code,
                                     struct tb_place place, const char *format, ...);
tb_printf(4, 5) void tb_report_warning(struct tb_report *report, const char *code,
                                       struct tb_place place, const char *format, ...);

/* Says how many more there were than were told. */
void tb_report_end(struct tb_report *report);

/* For formats: "%.*s" of bytes that came from a file, cut to what a line can hold. */
#define TB_SHOWN(bytes) ((bytes).n < 200 ? (int)(bytes).n : 200), (const char *)(bytes).data
