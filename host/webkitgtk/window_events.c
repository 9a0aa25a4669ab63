#include "host/webkitgtk/window_events.h"

#include "host/webkitgtk/window.h"

struct tb_window_events {
    struct trollbridge_webkit *tw;
    const char *label;
    WebKitWebView *view;
    GtkWindow *window; /* whose signals are connected; NULL: none yet */
    GdkRectangle last; /* what was told */
    const char *theme;
};

/* An event that the broker has no room for is lost, as one without a listener is. */
static void emit(const struct tb_window_events *events)
{
    (void)trollbridge_emit(events->tw->bridge);
}

static struct tb_packer *event(const struct tb_window_events *events, const char *name)
{
    return trollbridge_event(events->tw->bridge, events->label, name);
}

static void emit_pair(const struct tb_window_events *events, const char *name, const char *first,
                      int a, const char *second, int b)
{
    int scale = gtk_widget_get_scale_factor(GTK_WIDGET(events->view));
    tb_window_pack_pair(event(events, name), first, a * scale, second, b * scale);
    emit(events);
}

static gboolean on_configure(GtkWindow *window, const GdkEventConfigure *now,
                             struct tb_window_events *events)
{
    const GdkRectangle last = events->last;
    (void)window;
    events->last = (GdkRectangle){now->x, now->y, now->width, now->height};
    if (last.width != now->width || last.height != now->height)
        emit_pair(events, "tauri://resize", "width", now->width, "height", now->height);
    if (last.x != now->x || last.y != now->y)
        emit_pair(events, "tauri://move", "x", now->x, "y", now->y);
    return FALSE;
}

static void on_active(GtkWindow *window, GParamSpec *property,
                      const struct tb_window_events *events)
{
    (void)property;
    tb_pack_nil(event(events, gtk_window_is_active(window) ? "tauri://focus" : "tauri://blur"));
    emit(events);
}

const char *tb_window_theme(void)
{
    gboolean dark = FALSE;
    g_autofree char *name = NULL;
    g_object_get(gtk_settings_get_default(), "gtk-application-prefer-dark-theme", &dark,
                 "gtk-theme-name", &name, NULL);
    return dark || (name && g_str_has_suffix(name, "-dark")) ? "dark" : "light";
}

static void on_theme(GtkSettings *settings, GParamSpec *property, struct tb_window_events *events)
{
    const char *theme = tb_window_theme();
    (void)settings, (void)property;
    if (strcmp(theme, events->theme) == 0)
        return;
    events->theme = theme;
    tb_pack_text(event(events, "tauri://theme-changed"), theme);
    emit(events);
}

static void leave(struct tb_window_events *events)
{
    if (!events->window)
        return;
    g_signal_handlers_disconnect_by_data(events->window, events);
    g_object_remove_weak_pointer(G_OBJECT(events->window), (void **)&events->window);
    events->window = NULL;
}

static void on_hierarchy(GtkWidget *view, GtkWidget *before, struct tb_window_events *events)
{
    GtkWidget *top = gtk_widget_get_toplevel(view);
    (void)before;
    leave(events);
    if (!GTK_IS_WINDOW(top))
        return;
    events->window = GTK_WINDOW(top);
    g_object_add_weak_pointer(G_OBJECT(top), (void **)&events->window);
    g_signal_connect(top, "configure-event", G_CALLBACK(on_configure), events);
    g_signal_connect(top, "notify::is-active", G_CALLBACK(on_active), events);
}

struct tb_window_events *tb_window_events_new(struct trollbridge_webkit *tw, WebKitWebView *view,
                                              const char *label)
{
    struct tb_window_events *events = g_new0(struct tb_window_events, 1);
    GtkSettings *settings = gtk_settings_get_default();
    *events = (struct tb_window_events){
        .tw = tw, .label = label, .view = view, .theme = tb_window_theme()};
    g_signal_connect(view, "hierarchy-changed", G_CALLBACK(on_hierarchy), events);
    g_signal_connect(settings, "notify::gtk-theme-name", G_CALLBACK(on_theme), events);
    g_signal_connect(settings, "notify::gtk-application-prefer-dark-theme", G_CALLBACK(on_theme),
                     events);
    on_hierarchy(GTK_WIDGET(view), NULL, events);
    return events;
}

void tb_window_events_free(struct tb_window_events *events)
{
    g_signal_handlers_disconnect_by_data(events->view, events);
    g_signal_handlers_disconnect_by_data(gtk_settings_get_default(), events);
    leave(events);
    g_free(events);
}
