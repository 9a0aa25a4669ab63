/*
 * What is wrong with an app's files, or not wise. All that is found is told, not only the first;
 * the same thing is told once. As one line each on stderr,
 *
 *     trollbridge: CODE: message (file:line)
 *     trollbridge: warning: CODE: message (file:line)
 *
 * or, where the report is silent, kept for who asked (check.h). The codes stand in docs/lint.md.
 */
#pragma once

#include "policy/compiler/data/table.h"

#include <stdarg.h>

enum {
    TB_ERRORS_MAX = 50, /* as lines; a silent report keeps TB_FINDINGS_MAX of each */
    TB_WARNINGS_MAX = 200,
    TB_FINDINGS_MAX = 4096,
};

/* Where in the app's files; file NULL: nowhere, line 0: the file as a whole. */
struct tb_place {
    const char *file;
    uint32_t line;
};

struct tb_finding {
    bool error;
    const char *code;
    struct tb_place place;
    const char *message;
};

struct tb_report {
    struct tb_arena *arena;
    size_t n_errors;
    size_t n_warnings;
    struct tb_finding *findings; /* in the order in which they were found */
    size_t n_findings;
    struct tb_table told;
    bool silent;
    bool strict; /* what mode strict does not accept is an error: code.h */
};

tb_printf(4, 5) void tb_report_error(struct tb_report *report, const char *code,
                                     struct tb_place place, const char *format, ...);
/* An error where the report is strict and the code is one of those that strict refuses. */
tb_printf(4, 5) void tb_report_warning(struct tb_report *report, const char *code,
                                       struct tb_place place, const char *format, ...);

/* Text for people, as messages are: one line, printable, UTF-8 and not endless. */
tb_printf(2, 3) const char *tb_report_text(struct tb_arena *arena, const char *format, ...);

/* Says how many more there were than were told. */
void tb_report_end(struct tb_report *report);

/* One line that is UTF-8 and shows as what it is, whatever its names hold. */
tb_printf(2, 0) const
    char *tb_report_format(struct tb_arena *arena, const char *format, va_list list);

/* For formats: "%.*s" of bytes that came from a file, cut to what a line can hold. */
#define TB_SHOWN(bytes) ((bytes).n < 200 ? (int)(bytes).n : 200), (const char *)(bytes).data
