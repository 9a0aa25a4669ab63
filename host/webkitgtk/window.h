/*
 * What pages can ask of their windows: Tauri's commands of `plugin:window|…`, `plugin:webview|…`
 * and `plugin:app|…`, in its shapes. Policy has let the call through; here only the window is
 * chosen. It is the view's own: another label is refused, since no scope can say which windows a
 * page may command.
 */
#pragma once

#include "host/webkitgtk/app.h"
#include "plugins/sdk/trollbridge-plugin.h"

/* The host's own plugins and, where it has none of their names, those of the library. A new array,
 * free it with g_free; the number of plugins in *ret_n. */
struct trollbridge_plugin *tb_window_plugins(struct trollbridge_webkit *tw,
                                             const struct trollbridge_plugin *own, size_t n_own,
                                             size_t *ret_n);

extern const struct tb_plugin tb_webview_plugin; /* webview_commands.c */

/* ---- for handlers ---- */

static inline struct trollbridge_webkit *tb_window_app(const struct tb_call *call)
{
    return call->init->data;
}

/* The view that calls; NULL after the call was answered: it is gone, or the argument `label` names
 * another. */
struct tb_view *tb_window_view_of(struct tb_call *call);
WebKitWebView *tb_window_view(struct tb_call *call);
/* Its window; NULL likewise, also where the host has put the view into none. */
GtkWindow *tb_window_of(struct tb_call *call);

/* What the window manager says of it: GDK_WINDOW_STATE_… */
GdkWindowState tb_window_state(GtkWindow *window);

/* A size or a place in Tauri's shapes: a map of two numbers. */
void tb_window_pack_pair(struct tb_packer *packer, const char *first, int a, const char *second,
                         int b);

/* Whether the user cannot resize it; and making it so, or not. */
bool tb_window_fixed(GtkWindow *window);
void tb_window_fix(GtkWindow *window, bool fixed);

/* Handlers of window_change.c and window_size.c. */
void tb_window_set_title(struct tb_call *call);
void tb_window_set_fullscreen(struct tb_call *call);
void tb_window_set_resizable(struct tb_call *call);
void tb_window_set_always_on_top(struct tb_call *call);
void tb_window_set_focus(struct tb_call *call);
void tb_window_maximize(struct tb_call *call);
void tb_window_unmaximize(struct tb_call *call);
void tb_window_toggle_maximize(struct tb_call *call);
void tb_window_minimize(struct tb_call *call);
void tb_window_unminimize(struct tb_call *call);
void tb_window_show(struct tb_call *call);
void tb_window_hide(struct tb_call *call);
void tb_window_close(struct tb_call *call);
void tb_window_center(struct tb_call *call);

void tb_window_inner_size(struct tb_call *call);
void tb_window_outer_size(struct tb_call *call);
void tb_window_inner_position(struct tb_call *call);
void tb_window_outer_position(struct tb_call *call);
void tb_window_set_size(struct tb_call *call);
void tb_window_set_min_size(struct tb_call *call);
void tb_window_set_max_size(struct tb_call *call);
