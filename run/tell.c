#include "run/run.h"

#include "base/escape.h"

#include <gtk/gtk.h>

enum { LINE_MAX_BYTES = 4096 };

/* Pages and files have their say in messages. */
static G_GNUC_PRINTF(2, 0) void tell(const char *code, const char *format, va_list list)
{
    g_autofree char *untrusted_text = g_strdup_vprintf(format, list);
    char line[LINE_MAX_BYTES];
    struct tb_escaped escaped =
        tb_escape(tb_bytes_of_string(untrusted_text), line, sizeof line - 1);
    line[escaped.n] = 0;
    g_printerr("trollbridge: %s: %s\n", code, line);
}

void run_tell(const char *code, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    tell(code, format, list);
    va_end(list);
}

void run_end(struct run *run, int status)
{
    if (run->ended)
        return;
    run->ended = TRUE;
    run->status = status;
    if (gtk_main_level() > 0)
        gtk_main_quit();
}

void run_closed(struct run *run)
{
    if (run->view)
        run_fail(run, RUN_FAILED, "closed", "the window was closed before this was done");
    else
        run_end(run, RUN_DONE);
}

void run_fail(struct run *run, int status, const char *code, const char *format, ...)
{
    va_list list;
    if (run->ended)
        return;
    va_start(list, format);
    tell(code, format, list);
    va_end(list);
    run_end(run, status);
}
