/* plugin:webview|…: a view fills its window here, and there is one in each. */
#include "host/webkitgtk/window.h"

static void get_all_webviews(struct tb_call *call)
{
    GHashTableIter views;
    void *label;
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_array(packer, g_hash_table_size(tb_window_app(call)->views));
    g_hash_table_iter_init(&views, tb_window_app(call)->views);
    while (g_hash_table_iter_next(&views, &label, NULL)) {
        tb_pack_map(packer, 2);
        tb_pack_key_text(packer, "windowLabel", label);
        tb_pack_key_text(packer, "label", label);
    }
}

static void webview_size(struct tb_call *call)
{
    WebKitWebView *view = tb_window_view(call);
    if (!view)
        return;
    int scale = gtk_widget_get_scale_factor(GTK_WIDGET(view));
    tb_window_pack_pair(tb_reply_value(call), "width",
                        gtk_widget_get_allocated_width(GTK_WIDGET(view)) * scale, "height",
                        gtk_widget_get_allocated_height(GTK_WIDGET(view)) * scale);
}

/* Whoever has the inspector can make every call of the view: it is there only if the host said so.
 */
static void toggle_devtools(struct tb_call *call)
{
    WebKitWebView *view = tb_window_view(call);
    if (!view)
        return;
    if (!tb_window_app(call)->devtools) {
        tb_reply_error(call, TB_CODE_DENIED, 0, "this app runs without developer tools");
        return;
    }
    WebKitWebInspector *inspector = webkit_web_view_get_inspector(view);
    if (webkit_web_inspector_get_web_view(inspector))
        webkit_web_inspector_close(inspector);
    else
        webkit_web_inspector_show(inspector);
    tb_reply_nil(call);
}

static const struct tb_plugin_command commands[] = {
    {"get_all_webviews", get_all_webviews},
    {"webview_size", webview_size},
    {"webview_close", tb_window_close},
    {"internal_toggle_devtools", toggle_devtools},
};

const struct tb_plugin tb_webview_plugin = {.commands = commands,
                                            .n_commands = TB_ARRAY_LEN(commands)};
