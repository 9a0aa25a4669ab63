#include "host/webkitgtk/ask_popups.h"

struct tb_ask_popups {
    GtkWindow *over; /* borrowed: compared only */
    gulong hook;
    guint source; /* 0: nothing has come */
};

static gboolean is_popup(const struct tb_ask_popups *popups, GtkWidget *widget)
{
    return GTK_IS_WINDOW(widget) &&
           gtk_window_get_window_type(GTK_WINDOW(widget)) == GTK_WINDOW_POPUP &&
           gtk_window_get_transient_for(GTK_WINDOW(widget)) == popups->over;
}

/* By its own way to end, since it may hold the pointer and the keyboard. */
static void escape(GtkWidget *popup)
{
    GdkEvent *event = gdk_event_new(GDK_KEY_PRESS);
    event->key.window = g_object_ref(gtk_widget_get_window(popup));
    event->key.send_event = TRUE;
    event->key.keyval = GDK_KEY_Escape;
    gdk_event_set_device(
        event, gdk_seat_get_keyboard(gdk_display_get_default_seat(gtk_widget_get_display(popup))));
    (void)gtk_widget_event(popup, event);
    gdk_event_free(event);
}

static void take_away(GtkWidget *popup)
{
    escape(popup);
    if (gtk_widget_get_mapped(popup))
        gtk_widget_hide(popup);
}

static gboolean take_all_away(void *data)
{
    struct tb_ask_popups *popups = data;
    popups->source = 0;
    GList *windows = gtk_window_list_toplevels();
    for (GList *at = windows; at; at = at->next)
        g_object_ref(at->data); /* one may take others along */
    for (GList *at = windows; at; at = at->next)
        if (is_popup(popups, at->data) && gtk_widget_get_mapped(at->data))
            take_away(at->data);
    g_list_free_full(windows, g_object_unref);
    return G_SOURCE_REMOVE;
}

/* Not at once: whoever shows it has not finished with it. */
static gboolean on_map(GSignalInvocationHint *hint, guint n_values, const GValue *values,
                       void *data)
{
    struct tb_ask_popups *popups = data;
    (void)hint, (void)n_values;
    if (popups->source == 0 && is_popup(popups, g_value_get_object(&values[0])))
        popups->source = g_idle_add_full(G_PRIORITY_HIGH, take_all_away, popups, NULL);
    return TRUE;
}

struct tb_ask_popups *tb_ask_popups_forbid(GtkWindow *over)
{
    struct tb_ask_popups *popups = g_new0(struct tb_ask_popups, 1);
    popups->over = over;
    popups->hook = g_signal_add_emission_hook(g_signal_lookup("map", GTK_TYPE_WIDGET), 0, on_map,
                                              popups, NULL);
    (void)take_all_away(popups);
    return popups;
}

void tb_ask_popups_free(struct tb_ask_popups *popups)
{
    g_signal_remove_emission_hook(g_signal_lookup("map", GTK_TYPE_WIDGET), popups->hook);
    if (popups->source != 0)
        g_source_remove(popups->source);
    g_free(popups);
}
