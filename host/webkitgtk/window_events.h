/* What happens to a view's window, told to its page as Tauri tells it: tauri://focus, blur, resize,
 * move, theme-changed. */
#pragma once

#include "host/webkitgtk/app.h"

struct tb_window_events;

/* From now on, also when the view is put into a window later. Borrows the view and the label. */
struct tb_window_events *tb_window_events_new(struct trollbridge_webkit *tw, WebKitWebView *view,
                                              const char *label);
void tb_window_events_free(struct tb_window_events *events);

/* `light` or `dark`, as the desktop has it. */
const char *tb_window_theme(void);
