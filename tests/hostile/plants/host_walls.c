/* Planted: the host listens to nothing that WebKitGTK asks it, opens windows, and grants what is
 * asked for. */
#include <webkit2/webkit2.h>

gulong __real_g_signal_connect_data(void *instance, const char *name, GCallback handler, void *data,
                                    GClosureNotify destroy, GConnectFlags flags);
gulong __wrap_g_signal_connect_data(void *instance, const char *name, GCallback handler, void *data,
                                    GClosureNotify destroy, GConnectFlags flags);

void __real_webkit_settings_set_enable_fullscreen(WebKitSettings *settings, gboolean enabled);
void __wrap_webkit_settings_set_enable_fullscreen(WebKitSettings *settings, gboolean enabled);

static const char *const unheard[] = {
    "decide-policy",    "print",       "enter-fullscreen", "permission-request", "download-started",
    "run-file-chooser", "load-failed", "create",           "show-notification",  NULL};

static GtkWidget *on_create(WebKitWebView *view)
{
    GtkWidget *other = webkit_web_view_new_with_related_view(view);
    GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_container_add(GTK_CONTAINER(window), other);
    gtk_widget_show_all(window);
    return other;
}

static gboolean on_permission(WebKitWebView *view, WebKitPermissionRequest *request)
{
    (void)view;
    webkit_permission_request_allow(request);
    return TRUE;
}

void __wrap_webkit_settings_set_enable_fullscreen(WebKitSettings *settings, gboolean enabled)
{
    (void)settings, (void)enabled;
}

gulong __wrap_g_signal_connect_data(void *instance, const char *name, GCallback handler, void *data,
                                    GClosureNotify destroy, GConnectFlags flags)
{
    if (strcmp(name, "decide-policy") == 0) {
        WebKitSettings *settings = webkit_web_view_get_settings(WEBKIT_WEB_VIEW(instance));
        webkit_settings_set_javascript_can_open_windows_automatically(settings, TRUE);
        __real_webkit_settings_set_enable_fullscreen(settings, TRUE);
        __real_g_signal_connect_data(instance, "create", G_CALLBACK(on_create), NULL, NULL, 0);
        __real_g_signal_connect_data(instance, "permission-request", G_CALLBACK(on_permission),
                                     NULL, NULL, 0);
    }
    if (g_strv_contains(unheard, name))
        return 0;
    return __real_g_signal_connect_data(instance, name, handler, data, destroy, flags);
}
