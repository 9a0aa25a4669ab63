/* Commands that change a window. What the window manager has to agree to (fullscreen, maximized,
 * minimized, above others, the focus) is asked of it, and answered when it was asked. */
#include "host/webkitgtk/window.h"

#include "base/escape.h"

enum { TITLE_MAX = 256 };

static void done(struct tb_call *call)
{
    tb_reply_nil(call);
}

/* One line: it stands where people look for which program they see. */
static bool title_valid(struct tb_bytes title)
{
    return title.n <= TITLE_MAX && tb_is_plain_line(title);
}

void tb_window_set_title(struct tb_call *call)
{
    struct tb_bytes untrusted_title;
    GtkWindow *window = tb_window_of(call);
    if (!window || !tb_arg_str(call, call->args, "value", TB_REQUIRED, &untrusted_title))
        return;
    if (!title_valid(untrusted_title)) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0,
                       "value: expected one line of at most %d bytes without control characters "
                       "and those that nobody sees",
                       TITLE_MAX);
        return;
    }
    g_autofree char *title = g_strndup((const char *)untrusted_title.data, untrusted_title.n);
    gtk_window_set_title(window, title);
    done(call);
}

static void apply_value(struct tb_call *call, void (*change)(GtkWindow *, bool))
{
    bool value;
    GtkWindow *window = tb_window_of(call);
    if (!window || !tb_arg_bool(call, call->args, "value", TB_REQUIRED, &value))
        return;
    change(window, value);
    done(call);
}

static void set_fullscreen(GtkWindow *window, bool fullscreen)
{
    (fullscreen ? gtk_window_fullscreen : gtk_window_unfullscreen)(window);
}

void tb_window_set_fullscreen(struct tb_call *call)
{
    apply_value(call, set_fullscreen);
}

static void set_resizable(GtkWindow *window, bool resizable)
{
    tb_window_fix(window, !resizable);
}

void tb_window_set_resizable(struct tb_call *call)
{
    apply_value(call, set_resizable);
}

static void keep_above(GtkWindow *window, bool above)
{
    gtk_window_set_keep_above(window, above);
}

void tb_window_set_always_on_top(struct tb_call *call)
{
    apply_value(call, keep_above);
}

static void apply(struct tb_call *call, void (*change)(GtkWindow *))
{
    GtkWindow *window = tb_window_of(call);
    if (!window)
        return;
    change(window);
    done(call);
}

void tb_window_set_focus(struct tb_call *call)
{
    apply(call, gtk_window_present);
}

void tb_window_maximize(struct tb_call *call)
{
    apply(call, gtk_window_maximize);
}

void tb_window_unmaximize(struct tb_call *call)
{
    apply(call, gtk_window_unmaximize);
}

static void toggle_maximize(GtkWindow *window)
{
    (gtk_window_is_maximized(window) ? gtk_window_unmaximize : gtk_window_maximize)(window);
}

void tb_window_toggle_maximize(struct tb_call *call)
{
    apply(call, toggle_maximize);
}

void tb_window_minimize(struct tb_call *call)
{
    apply(call, gtk_window_iconify);
}

void tb_window_unminimize(struct tb_call *call)
{
    apply(call, gtk_window_deiconify);
}

static void show(GtkWindow *window)
{
    gtk_widget_show(GTK_WIDGET(window));
}

void tb_window_show(struct tb_call *call)
{
    apply(call, show);
}

static void hide(GtkWindow *window)
{
    gtk_widget_hide(GTK_WIDGET(window));
}

void tb_window_hide(struct tb_call *call)
{
    apply(call, hide);
}

static gboolean on_close(void *window)
{
    gtk_widget_destroy(window);
    return G_SOURCE_REMOVE;
}

/* Not inside the call that asks for it: the view's session ends with the window. */
static void close_soon(GtkWindow *window)
{
    g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, on_close, g_object_ref(window), g_object_unref);
}

void tb_window_close(struct tb_call *call)
{
    apply(call, close_soon);
}

static void center(GtkWindow *window)
{
    GdkRectangle area;
    int width;
    int height;
    GdkWindow *shown = gtk_widget_get_window(GTK_WIDGET(window));
    if (!shown)
        return;
    gdk_monitor_get_workarea(
        gdk_display_get_monitor_at_window(gdk_window_get_display(shown), shown), &area);
    gtk_window_get_size(window, &width, &height);
    gtk_window_move(window, area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
}

void tb_window_center(struct tb_call *call)
{
    apply(call, center);
}
