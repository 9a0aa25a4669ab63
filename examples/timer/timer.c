/*
 * A kitchen timer: a page and a window whose native bell is a command of the host. What the page
 * asks for is answered later: from a timer of GLib's, in messages, and from a click on the bell.
 */
#include <glib-unix.h>
#include <gtk/gtk.h>
#include <trollbridge-plugin.h>
#include <trollbridge-webkitgtk.h>

enum { SECONDS_MAX = 24 * 3600, WAITING_MAX = 8 };

struct bell {
    struct trollbridge *bridge;
    GQueue waiting; /* struct tb_stream: calls of wait_for_bell */
    uint64_t times;
};

/* ---- countdown {seconds, onTick}: tells the channel what is left, and ends at 0 ---- */

struct countdown {
    struct tb_stream *stream;
    struct tb_channel on_tick;
    uint64_t left;
    guint source;
};

static void end_countdown(struct countdown *countdown)
{
    g_source_remove(countdown->source);
    tb_stream_free(countdown->stream);
    g_free(countdown);
}

/* The page has cancelled the call, or is gone. */
static void on_countdown_cancel(struct tb_stream *stream)
{
    end_countdown(tb_stream_data(stream));
}

/* A page that takes nothing has no room for more, and misses what nobody needs any more. */
static gboolean on_second(void *data)
{
    struct countdown *countdown = data;
    if (--countdown->left == 0) {
        tb_stream_end_nil(countdown->stream);
        end_countdown(countdown);
        return G_SOURCE_CONTINUE; /* it was removed */
    }
    tb_pack_uint(tb_stream_message(countdown->stream, &countdown->on_tick), countdown->left);
    tb_stream_send(countdown->stream);
    return G_SOURCE_CONTINUE;
}

static void count_down(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = on_countdown_cancel};
    uint64_t seconds;
    struct tb_channel on_tick;
    if (!tb_arg_uint(call, call->args, "seconds", TB_REQUIRED, SECONDS_MAX, &seconds) ||
        !tb_arg_channel(call, call->args, "onTick", TB_REQUIRED, &on_tick))
        return;
    if (seconds == 0) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "seconds: 1 at least");
        return;
    }
    struct countdown *countdown = g_new0(struct countdown, 1);
    *countdown = (struct countdown){tb_call_stream(call, &events, countdown), on_tick, seconds, 0};
    if (countdown->stream)
        countdown->source = g_timeout_add_seconds(1, on_second, countdown);
    else
        g_free(countdown);
}

/* ---- wait_for_bell: answered with the number of the next ring ---- */

static void on_waiting_cancel(struct tb_stream *stream)
{
    struct bell *bell = tb_stream_data(stream);
    g_queue_remove(&bell->waiting, stream);
    tb_stream_free(stream);
}

static void wait_for_bell(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = on_waiting_cancel};
    struct bell *bell = call->init->data;
    if (g_queue_get_length(&bell->waiting) == WAITING_MAX) {
        tb_reply_error(call, TB_CODE_DENIED, 0, "%d calls wait already", WAITING_MAX);
        return;
    }
    struct tb_stream *stream = tb_call_stream(call, &events, bell);
    if (stream)
        g_queue_push_tail(&bell->waiting, stream);
}

/* A click on the bell: calls that wait for it are answered, and every page hears of it. */
static void on_ring(GtkButton *button, void *data)
{
    (void)button;
    struct bell *bell = data;
    bell->times++;
    for (struct tb_stream *stream; (stream = g_queue_pop_head(&bell->waiting));) {
        tb_pack_uint(tb_stream_end_value(stream), bell->times);
        tb_stream_send(stream);
        tb_stream_free(stream);
    }
    tb_pack_uint(trollbridge_event(bell->bridge, NULL, "bell"), bell->times);
    trollbridge_emit(bell->bridge);
}

/* ---- the window ---- */

static void on_alert(void *data, const char *view, const char *event, const char *message)
{
    (void)data;
    g_printerr("%s %s: %s\n", view, event, message);
}

static gboolean on_signal(void *data)
{
    (void)data;
    gtk_main_quit();
    return G_SOURCE_REMOVE;
}

static WebKitWebView *show(struct trollbridge_webkit *tw, const struct trollbridge_window *window,
                           struct bell *bell)
{
    GtkWidget *top = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *ring = gtk_button_new_with_label("Ring the bell");
    WebKitWebView *view =
        g_object_new(WEBKIT_TYPE_WEB_VIEW, "web-context", trollbridge_webkit_context(tw), NULL);
    gtk_window_set_title(GTK_WINDOW(top), window->title);
    gtk_window_set_default_size(GTK_WINDOW(top), (int)window->width, (int)window->height);
    gtk_box_pack_start(GTK_BOX(box), GTK_WIDGET(view), TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), ring, FALSE, FALSE, 0);
    gtk_container_add(GTK_CONTAINER(top), box);
    g_signal_connect(ring, "clicked", G_CALLBACK(on_ring), bell);
    g_signal_connect(top, "destroy", G_CALLBACK(gtk_main_quit), NULL);
    gtk_widget_show_all(top);
    return view;
}

static void run(struct trollbridge_webkit *tw, struct bell *bell, GError **error)
{
    bell->bridge = trollbridge_webkit_bridge(tw);
    const struct trollbridge_window *window = trollbridge_app(bell->bridge)->windows;
    WebKitWebView *view = show(tw, window, bell);
    if (!trollbridge_webkit_attach(tw, view, window->label, error))
        return;
    webkit_web_view_load_uri(view, TROLLBRIDGE_WEBKIT_ORIGIN "/");
    g_unix_signal_add(SIGTERM, on_signal, NULL);
    gtk_main();
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    static struct bell bell = {.waiting = G_QUEUE_INIT};
    static const struct tb_plugin_command own[] = {{"count_down", count_down},
                                                   {"wait_for_bell", wait_for_bell}};
    static const struct tb_plugin commands = {.commands = own, .n_commands = 2};
    static const struct trollbridge_plugin plugins[] = {
        {.name = "", .plugin = &commands, .data = &bell}};
    if (!gtk_init_check(&argc, &argv) || argc != 2)
        return 2;
    const struct trollbridge_webkit_options options = {
        .app = argv[1], .plugins = plugins, .n_plugins = 1, .alert = on_alert};
    struct trollbridge_webkit *tw = trollbridge_webkit_new(&options, &error);
    if (tw)
        run(tw, &bell, &error);
    if (error)
        g_printerr("timer: %s\n", error->message);
    trollbridge_webkit_free(tw); /* calls that wait still are cancelled */
    return error != NULL;
}
