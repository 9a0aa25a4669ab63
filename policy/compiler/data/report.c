#include "policy/compiler/data/report.h"

#include "base/fd.h"
#include "policy/compiler/data/code.h"

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

/* A name that was cut to fit may end within a character. */
static void make_utf8(char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t width = 1;
        while (width < 4 && i + width < n && ((unsigned char)text[i + width] & 0xc0) == 0x80)
            width++;
        while (width > 1 && !tb_utf8_valid(tb_bytes_of(text + i, width)))
            width--;
        if (width == 1 && (unsigned char)text[i] >= 0x80)
            text[i] = '?';
        i += width;
    }
}

static bool told(struct tb_report *report, const char *line)
{
    struct tb_bytes key = tb_bytes_of_string(line);
    if (tb_table_find(&report->told, key))
        return true;
    tb_table_put(report->arena, &report->told, key, (void *)(uintptr_t)line);
    return false;
}

static void tell(struct tb_report *report, const char *line)
{
    if (report->silent)
        return;
    const char *whole = tb_arena_format(report->arena, "%s\n", line);
    /* A reader that has gone does not change the exit status, which says the same in short. */
    int r = tb_fd_write_all(STDERR_FILENO, tb_bytes_of_string(whole));
    (void)r;
}

static const char *format_line(struct tb_report *report, const struct tb_finding *finding)
{
    char line[LINE_CAP + 512];
    int n = snprintf(line, sizeof line, "trollbridge: %s%s: %s",
                     finding->error ? "" : "warning: ", finding->code, finding->message);
    size_t used = n < 0 ? 0 : strnlen(line, sizeof line);
    if (finding->place.file && finding->place.line > 0)
        snprintf(line + used, sizeof line - used, " (%s:%u)", finding->place.file,
                 finding->place.line);
    else if (finding->place.file)
        snprintf(line + used, sizeof line - used, " (%s)", finding->place.file);
    make_printable(line, strnlen(line, sizeof line));
    return tb_arena_string(report->arena, tb_bytes_of(line, strnlen(line, sizeof line)));
}

const char *tb_report_format(struct tb_arena *arena, const char *format, va_list list)
{
    char message[LINE_CAP];
    vsnprintf(message, sizeof message, format, list);
    make_printable(message, strnlen(message, sizeof message));
    make_utf8(message, strnlen(message, sizeof message));
    return tb_arena_string(arena, tb_bytes_of_string(message));
}

const char *tb_report_text(struct tb_arena *arena, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    const char *text = tb_report_format(arena, format, list);
    va_end(list);
    return text;
}

static void keep(struct tb_report *report, const struct tb_finding *finding)
{
    const char *line = format_line(report, finding);
    if (told(report, line))
        return;
    *(finding->error ? &report->n_errors : &report->n_warnings) += 1;
    report->findings = tb_arena_grow(report->arena, report->findings, report->n_findings,
                                     sizeof *report->findings);
    report->findings[report->n_findings++] = *finding;
    tell(report, line);
}

static size_t most(const struct tb_report *report, bool error)
{
    if (report->silent)
        return TB_FINDINGS_MAX;
    return error ? TB_ERRORS_MAX : TB_WARNINGS_MAX;
}

tb_printf(5, 0) static void find(struct tb_report *report, bool error, const char *code,
                                 struct tb_place place, const char *format, va_list list)
{
    /* An error counts also where it is not told, so that no file with errors ever passes. */
    if ((error ? report->n_errors : report->n_warnings) >= most(report, error)) {
        report->n_errors += error;
        return;
    }
    const struct tb_finding finding = {error, code, place,
                                       tb_report_format(report->arena, format, list)};
    keep(report, &finding);
}

void tb_report_error(struct tb_report *report, const char *code, struct tb_place place,
                     const char *format, ...)
{
    va_list list;
    va_start(list, format);
    find(report, true, code, place, format, list);
    va_end(list);
}

void tb_report_warning(struct tb_report *report, const char *code, struct tb_place place,
                       const char *format, ...)
{
    va_list list;
    va_start(list, format);
    find(report, report->strict && tb_code_strict(code), code, place, format, list);
    va_end(list);
}

void tb_report_end(struct tb_report *report)
{
    if (report->n_errors <= TB_ERRORS_MAX || report->silent)
        return;
    const char *line = tb_arena_format(report->arena, "trollbridge: more: %zu further errors",
                                       report->n_errors - TB_ERRORS_MAX);
    tell(report, line);
}
