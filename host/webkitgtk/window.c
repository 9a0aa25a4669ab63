#include "host/webkitgtk/window.h"

#include "host/commands/app.h"

#include "host/webkitgtk/dialog.h"
#include "host/webkitgtk/open.h"
#include "host/webkitgtk/view.h"
#include "host/webkitgtk/window_events.h"

struct tb_view *tb_window_view_of(struct tb_call *call)
{
    struct tb_bytes own = call->init->view;
    struct tb_bytes label = own;
    if (!tb_arg_str(call, call->args, "label", TB_OPTIONAL, &label))
        return NULL;
    if (!tb_bytes_equal(label, own)) {
        tb_reply_error(call, TB_CODE_DENIED, 0, "a page can command its own window alone");
        return NULL;
    }
    g_autofree char *key = g_strndup((const char *)own.data, own.n);
    struct tb_view *view = g_hash_table_lookup(tb_window_app(call)->views, key);
    if (!view)
        tb_reply_error(call, TB_CODE_NOT_FOUND, 0, "the window is gone");
    return view;
}

WebKitWebView *tb_window_view(struct tb_call *call)
{
    struct tb_view *view = tb_window_view_of(call);
    return view ? view->web : NULL;
}

GtkWindow *tb_window_of(struct tb_call *call)
{
    WebKitWebView *view = tb_window_view(call);
    GtkWidget *top = view ? gtk_widget_get_toplevel(GTK_WIDGET(view)) : NULL;
    if (top && GTK_IS_WINDOW(top))
        return GTK_WINDOW(top);
    if (view)
        tb_reply_error(call, TB_CODE_NOT_FOUND, 0, "the view is in no window");
    return NULL;
}

GdkWindowState tb_window_state(GtkWindow *window)
{
    GdkWindow *shown = gtk_widget_get_window(GTK_WIDGET(window));
    return shown ? gdk_window_get_state(shown) : 0;
}

/* ---- reading ---- */

static void get_all_windows(struct tb_call *call)
{
    GHashTableIter views;
    void *label;
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_array(packer, g_hash_table_size(tb_window_app(call)->views));
    g_hash_table_iter_init(&views, tb_window_app(call)->views);
    while (g_hash_table_iter_next(&views, &label, NULL))
        tb_pack_text(packer, label);
}

static void title(struct tb_call *call)
{
    GtkWindow *window = tb_window_of(call);
    const char *text = window ? gtk_window_get_title(window) : NULL;
    if (window)
        tb_pack_text(tb_reply_value(call), text ? text : "");
}

static void scale_factor(struct tb_call *call)
{
    GtkWindow *window = tb_window_of(call);
    if (window)
        tb_pack_int(tb_reply_value(call), gtk_widget_get_scale_factor(GTK_WIDGET(window)));
}

static void theme(struct tb_call *call)
{
    GtkWindow *window = tb_window_of(call);
    if (window)
        tb_pack_text(tb_reply_value(call), tb_window_theme());
}

static void reply_state(struct tb_call *call, GdkWindowState states)
{
    GtkWindow *window = tb_window_of(call);
    if (window)
        tb_pack_bool(tb_reply_value(call), (tb_window_state(window) & states) != 0);
}

static void is_fullscreen(struct tb_call *call)
{
    reply_state(call, GDK_WINDOW_STATE_FULLSCREEN);
}

static void is_maximized(struct tb_call *call)
{
    reply_state(call, GDK_WINDOW_STATE_MAXIMIZED);
}

static void is_minimized(struct tb_call *call)
{
    reply_state(call, GDK_WINDOW_STATE_ICONIFIED);
}

static void is_always_on_top(struct tb_call *call)
{
    reply_state(call, GDK_WINDOW_STATE_ABOVE);
}

static void reply_property(struct tb_call *call, const char *property)
{
    gboolean value = FALSE;
    GtkWindow *window = tb_window_of(call);
    if (!window)
        return;
    g_object_get(window, property, &value, NULL);
    tb_pack_bool(tb_reply_value(call), value);
}

static void is_visible(struct tb_call *call)
{
    reply_property(call, "visible");
}

static void is_focused(struct tb_call *call)
{
    reply_property(call, "is-active");
}

static void is_resizable(struct tb_call *call)
{
    GtkWindow *window = tb_window_of(call);
    if (window)
        tb_pack_bool(tb_reply_value(call), !tb_window_fixed(window));
}

static void is_decorated(struct tb_call *call)
{
    reply_property(call, "decorated");
}

static void is_closable(struct tb_call *call)
{
    reply_property(call, "deletable");
}

/* ---- the plugins ---- */

static const struct tb_plugin_command commands[] = {
    {"get_all_windows", get_all_windows},
    {"title", title},
    {"scale_factor", scale_factor},
    {"theme", theme},
    {"is_fullscreen", is_fullscreen},
    {"is_maximized", is_maximized},
    {"is_minimized", is_minimized},
    {"is_always_on_top", is_always_on_top},
    {"is_visible", is_visible},
    {"is_focused", is_focused},
    {"is_resizable", is_resizable},
    {"is_decorated", is_decorated},
    {"is_closable", is_closable},
    {"inner_size", tb_window_inner_size},
    {"outer_size", tb_window_outer_size},
    {"inner_position", tb_window_inner_position},
    {"outer_position", tb_window_outer_position},
    {"set_size", tb_window_set_size},
    {"set_min_size", tb_window_set_min_size},
    {"set_max_size", tb_window_set_max_size},
    {"set_title", tb_window_set_title},
    {"set_fullscreen", tb_window_set_fullscreen},
    {"set_resizable", tb_window_set_resizable},
    {"set_always_on_top", tb_window_set_always_on_top},
    {"set_focus", tb_window_set_focus},
    {"maximize", tb_window_maximize},
    {"unmaximize", tb_window_unmaximize},
    {"toggle_maximize", tb_window_toggle_maximize},
    {"internal_toggle_maximize", tb_window_toggle_maximize},
    {"minimize", tb_window_minimize},
    {"unminimize", tb_window_unminimize},
    {"show", tb_window_show},
    {"hide", tb_window_hide},
    {"close", tb_window_close},
    {"destroy", tb_window_close},
    {"center", tb_window_center},
};

static const struct tb_plugin window_plugin = {.commands = commands,
                                               .n_commands = TB_ARRAY_LEN(commands)};

static bool has(const struct trollbridge_plugin *plugins, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(plugins[i].name, name) == 0)
            return true;
    return false;
}

struct trollbridge_plugin *tb_window_plugins(struct trollbridge_webkit *tw,
                                             const struct trollbridge_plugin *own, size_t n_own,
                                             size_t *ret_n)
{
    const struct trollbridge_plugin ours[] = {
        {"window", &window_plugin, tw},       {"webview", &tb_webview_plugin, tw},
        {"app", &tb_app_plugin, &tw->bridge}, {"opener", &tb_opener_plugin, tw},
        {"dialog", &tb_dialog_plugin, tw},
    };
    struct trollbridge_plugin *all = g_new0(struct trollbridge_plugin, n_own + TB_ARRAY_LEN(ours));
    size_t n = 0;
    for (; n < n_own; n++)
        all[n] = own[n];
    for (size_t i = 0; i < TB_ARRAY_LEN(ours); i++)
        if (!has(own, n_own, ours[i].name))
            all[n++] = ours[i];
    *ret_n = n;
    return all;
}
