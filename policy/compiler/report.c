#include "policy/compiler/report.h"

#include "base/fd.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_CAP = 4096 };

/* Names from files may hold what a terminal obeys; what is shown must be what is there. */
static void make_printable(char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        bool c1 = c == 0xc2 && i + 1 < n && ((unsigned char)text[i + 1] & 0xe0) == 0x80;
        /* U+200B to U+202E and U+2060 to U+206F: invisible, or turning the line round. */
        bool invisible = c == 0xe2 && i + 2 < n && ((unsigned char)text[i + 1] & 0xfe) == 0x80;
        if (c < 0x20 || c == 0x7f || c1 || invisible)
            text[i] = '?';
        if (c1 || invisible)
            text[i + 1] = '?';
        if (invisible)
            text[i + 2] = '?';
    }
}

/* False: the same line has been told before. */
static bool tell(struct tb_report *report, struct tb_bytes text)
{
    if (tb_index_find(&report->told, NULL, text))
        return false;
    char *line = tb_arena_get(report->arena, text.n + 1, 1);
    memcpy(line, text.data, text.n);
    tb_index_put(report->arena, &report->told, NULL, tb_bytes_of(line, text.n), line);
    report->lines =
        tb_arena_grow(report->arena, report->lines, report->n_lines, sizeof *report->lines);
    report->lines[report->n_lines++] = line;
    if (report->silent)
        return true;
    const char *whole = tb_arena_format(report->arena, "%s\n", line);
    /* A reader that has gone does not change the exit status, which says the same in short. */
    int r = tb_fd_write_all(STDERR_FILENO, tb_bytes_of_string(whole));
    (void)r;
    return true;
}

tb_printf(5, 0) static bool tell_of(struct tb_report *report, const char *kind, const char *code,
                                    struct tb_place place, const char *format, va_list list)
{
    char message[LINE_CAP];
    char line[LINE_CAP + 512];
    vsnprintf(message, sizeof message, format, list);
    int n = snprintf(line, sizeof line, "trollbridge: %s%s: %s", kind, code, message);
    size_t used = n < 0 ? 0 : strnlen(line, sizeof line);
    if (place.file && place.line > 0)
        snprintf(line + used, sizeof line - used, " (%s:%u)", place.file, place.line);
    else if (place.file)
        snprintf(line + used, sizeof line - used, " (%s)", place.file);
    make_printable(line, strnlen(line, sizeof line));
    return tell(report, tb_bytes_of(line, strnlen(line, sizeof line)));
}

void tb_report_error(struct tb_report *report, const char *code, struct tb_place place,
                     const char *format, ...)
{
    /* Counted also where it is not told, so that no file with errors ever passes. */
    if (report->n_errors >= TB_ERRORS_MAX) {
        report->n_errors++;
        return;
    }
    va_list list;
    va_start(list, format);
    report->n_errors += tell_of(report, "", code, place, format, list);
    va_end(list);
}

void tb_report_warning(struct tb_report *report, const char *code, struct tb_place place,
                       const char *format, ...)
{
    if (report->n_warnings >= TB_WARNINGS_MAX)
        return;
    va_list list;
    va_start(list, format);
    report->n_warnings += tell_of(report, "warning: ", code, place, format, list);
    va_end(list);
}

void tb_report_end(struct tb_report *report)
{
    if (report->n_errors <= TB_ERRORS_MAX || report->silent)
        return;
    const char *line = tb_arena_format(report->arena, "trollbridge: more: %zu further errors",
                                       report->n_errors - TB_ERRORS_MAX);
    (void)tell(report, tb_bytes_of_string(line));
}
