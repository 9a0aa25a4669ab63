#include "host/webkitgtk/dialog_queue.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    WAITING_MAX = 8,
    IN_A_ROW = 3,
    ROW_US = 5 * 1000 * 1000, /* what comes sooner after the last one is in a row with it */
    MESSAGE_MAX = 256,
};

static const char no_more[] = "the person wants no more dialogs of this page";

struct tb_dialog {
    struct tb_dialogs *dialogs;
    struct tb_dialog *next;
    struct tb_stream *stream;
    const struct tb_dialog_type *type;
    void *data;
    bool is_shown;
};

struct tb_dialogs {
    GtkWindow *(*window)(void *data);
    void *data;
    struct tb_dialog *first; /* the one that is shown, if any is */
    size_t n;
    guint source; /* 0: nobody waits to be shown */
    unsigned n_in_a_row;
    gint64 ended_us; /* when the last one was, that was shown */
    bool is_stopped;
};

/* ---- the end of one ---- */

static void take_out(struct tb_dialog *dialog)
{
    struct tb_dialog **at = &dialog->dialogs->first;
    while (*at != dialog)
        at = &(*at)->next;
    *at = dialog->next;
    dialog->dialogs->n--;
}

/* Its call has been answered, or is answered with an error by that. */
static void dialog_free(struct tb_dialog *dialog)
{
    struct tb_dialogs *dialogs = dialog->dialogs;
    take_out(dialog);
    if (dialog->is_shown)
        dialogs->ended_us = g_get_monotonic_time();
    dialog->type->free(dialog->data);
    tb_stream_free(dialog->stream);
    g_free(dialog);
    tb_dialogs_go_on(dialogs);
}

static void on_cancel(struct tb_stream *stream)
{
    dialog_free(tb_stream_data(stream));
}

struct tb_packer *tb_dialog_answer(struct tb_dialog *dialog)
{
    return tb_stream_end_value(dialog->stream);
}

void tb_dialog_end(struct tb_dialog *dialog)
{
    (void)tb_stream_send(dialog->stream);
    dialog_free(dialog);
}

void tb_dialog_end_error(struct tb_dialog *dialog, enum tb_code code, int number,
                         const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    (void)tb_stream_end_error(dialog->stream, code, number, "%s", message);
    dialog_free(dialog);
}

/* ---- one after another ---- */

static void show(struct tb_dialog *dialog, GtkWindow *over)
{
    struct tb_dialogs *dialogs = dialog->dialogs;
    bool in_a_row = g_get_monotonic_time() - dialogs->ended_us < ROW_US;
    dialogs->n_in_a_row = in_a_row ? dialogs->n_in_a_row + 1 : 1;
    dialog->is_shown = true;
    dialog->type->show(dialog, over);
}

static void end_all(struct tb_dialogs *dialogs, const char *why)
{
    while (dialogs->first)
        tb_dialog_end_error(dialogs->first, TB_CODE_DENIED, 0, "%s", why);
}

static gboolean on_turn(void *data)
{
    struct tb_dialogs *dialogs = data;
    dialogs->source = 0;
    if (dialogs->is_stopped)
        end_all(dialogs, no_more);
    GtkWindow *over = dialogs->first ? dialogs->window(dialogs->data) : NULL;
    if (over && !dialogs->first->is_shown)
        show(dialogs->first, over);
    return G_SOURCE_REMOVE;
}

/* Not at once: one that ends may have ended inside of what it was shown by. */
void tb_dialogs_go_on(struct tb_dialogs *dialogs)
{
    if (dialogs->first && dialogs->source == 0)
        dialogs->source = g_idle_add(on_turn, dialogs);
}

/* NULL: it may be put in. */
static const char *why_not(const struct tb_dialogs *dialogs)
{
    if (dialogs->is_stopped)
        return no_more;
    if (dialogs->n >= WAITING_MAX)
        return "too many dialogs of this page wait to be shown";
    return NULL;
}

void tb_dialogs_picked(struct tb_dialogs *dialogs, uint32_t id, const char *code,
                       const char *message)
{
    struct tb_dialog *first = dialogs->first;
    if (first && first->is_shown && first->type->picked)
        first->type->picked(first, id, code, message);
}

void tb_dialogs_add(struct tb_dialogs *dialogs, struct tb_call *call,
                    const struct tb_dialog_type *type, void *data)
{
    static const struct tb_stream_events events = {.cancel = on_cancel};
    struct tb_dialog *dialog = g_new0(struct tb_dialog, 1);
    struct tb_dialog **at = &dialogs->first;
    const char *problem = why_not(dialogs);
    if (problem)
        tb_reply_error(call, TB_CODE_DENIED, 0, "%s", problem);
    else
        dialog->stream = tb_call_stream(call, &events, dialog);
    if (!dialog->stream) {
        type->free(data);
        g_free(dialog);
        return;
    }
    dialog->dialogs = dialogs;
    dialog->type = type;
    dialog->data = data;
    while (*at)
        at = &(*at)->next;
    *at = dialog;
    dialogs->n++;
    tb_dialogs_go_on(dialogs);
}

void *tb_dialog_data(const struct tb_dialog *dialog)
{
    return dialog->data;
}

bool tb_dialog_is_one_more(const struct tb_dialog *dialog)
{
    return dialog->dialogs->n_in_a_row >= IN_A_ROW;
}

void tb_dialog_stop(struct tb_dialog *dialog, bool is_stopped)
{
    dialog->dialogs->is_stopped = is_stopped;
}

/* ---- all of them ---- */

struct tb_dialogs *tb_dialogs_new(GtkWindow *(*window)(void *data), void *data)
{
    struct tb_dialogs *dialogs = g_new0(struct tb_dialogs, 1);
    dialogs->window = window;
    dialogs->data = data;
    dialogs->ended_us = -(gint64)ROW_US;
    return dialogs;
}

void tb_dialogs_clear(struct tb_dialogs *dialogs)
{
    dialogs->is_stopped = false;
    end_all(dialogs, "the document is gone");
}

void tb_dialogs_free(struct tb_dialogs *dialogs)
{
    if (!dialogs)
        return;
    tb_dialogs_clear(dialogs);
    if (dialogs->source != 0)
        g_source_remove(dialogs->source);
    g_free(dialogs);
}
