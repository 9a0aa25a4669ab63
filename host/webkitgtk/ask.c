#include "host/webkitgtk/ask.h"

#include "host/webkitgtk/ask_dialog.h"
#include "host/webkitgtk/secret_dialog.h"

/* 8 KiB of arguments, each byte of which may be an escape of six. */
enum { ARGS_MAX = 64 * 1024 };

void tb_ask_close(struct tb_view *view)
{
    tb_ask_dialog_free(g_steal_pointer(&view->prompt));
    tb_secret_dialog_free(g_steal_pointer(&view->secret));
    tb_dialogs_go_on(view->dialogs);
}

static void on_answered(void *data, enum trollbridge_answered answered)
{
    struct tb_view *view = data;
    tb_ask_close(view);
    (void)trollbridge_answer(view->tw->bridge, view->prompt_id, answered);
}

static GtkWindow *window_of(const struct tb_view *view)
{
    GtkWidget *top = gtk_widget_get_toplevel(GTK_WIDGET(view->web));
    return GTK_IS_WINDOW(top) && gtk_widget_is_toplevel(top) ? GTK_WINDOW(top) : NULL;
}

/* A prompt is for the document that is there: one that crossed its view's end, or another prompt,
 * is for none. */
GtkWindow *tb_ask_window(const struct tb_view *view)
{
    bool can_show = view->pid != 0 && !view->prompt && !view->secret;
    return can_show ? window_of(view) : NULL;
}

void tb_ask_show(struct trollbridge_webkit *tw, const struct trollbridge_ask *ask)
{
    struct tb_view *view = g_hash_table_lookup(tw->views, ask->view);
    GtkWindow *over = view ? tb_ask_window(view) : NULL;
    if (!over || strlen(ask->args_json) > ARGS_MAX) {
        (void)trollbridge_answer(tw->bridge, ask->id, TROLLBRIDGE_DISMISSED);
        return;
    }
    view->prompt_id = ask->id;
    view->prompt = tb_ask_dialog_new(over, trollbridge_app(tw->bridge), ask, on_answered, view);
}

static bool shows(const struct tb_view *view, uint32_t id)
{
    return view->prompt_id == id && (view->prompt || view->secret);
}

bool tb_ask_over(struct trollbridge_webkit *tw, uint32_t id)
{
    GHashTableIter all;
    void *view;
    g_hash_table_iter_init(&all, tw->views);
    while (g_hash_table_iter_next(&all, NULL, &view))
        if (shows(view, id)) {
            tb_ask_close(view);
            return true;
        }
    return false;
}

void tb_ask_close_all(struct trollbridge_webkit *tw)
{
    GHashTableIter all;
    void *view;
    g_hash_table_iter_init(&all, tw->views);
    while (g_hash_table_iter_next(&all, NULL, &view))
        tb_ask_close(view);
}
