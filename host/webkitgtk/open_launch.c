#include "host/webkitgtk/open_launch.h"

#include <gdk/gdk.h>
#include <gio/gdesktopappinfo.h>

/* A start that is under way. */
struct launch {
    struct tb_stream *stream; /* NULL: nobody waits for it any more */
};

/* The program may have been started by now, and cannot be called back: only the answer is not
 * wanted. */
static void on_cancel(struct tb_stream *stream)
{
    struct launch *launch = tb_stream_data(stream);
    tb_stream_free(stream);
    launch->stream = NULL;
}

/* The error's own text has paths in it that the page did not send. */
static void on_started(GObject *program, GAsyncResult *result, void *data)
{
    g_autofree struct launch *launch = data;
    g_autoptr(GError) error = NULL;
    bool ok = g_app_info_launch_uris_finish(G_APP_INFO(program), result, &error);
    if (!launch->stream)
        return;
    if (ok)
        tb_stream_end_nil(launch->stream);
    else
        tb_stream_end_error(launch->stream, TB_CODE_IO, 0, "the program could not be started");
    tb_stream_free(launch->stream);
}

static GAppInfo *named(struct tb_bytes with)
{
    g_autofree char *id = g_strdup_printf("%.*s.desktop", (int)with.n, (const char *)with.data);
    GDesktopAppInfo *info = g_desktop_app_info_new(id);
    return info ? G_APP_INFO(info) : NULL;
}

GAppInfo *tb_open_program_for_url(const char *url, struct tb_bytes with)
{
    g_autofree char *scheme = g_uri_parse_scheme(url);
    return with.n > 0 ? named(with) : g_app_info_get_default_for_uri_scheme(scheme);
}

void tb_open_launch(struct tb_call *call, GAppInfo *program, const char *uri)
{
    static const struct tb_stream_events events = {.cancel = on_cancel};
    g_autoptr(GAppInfo) own = program;
    if (!own) {
        tb_reply_error(call, TB_CODE_NOT_FOUND, 0, "no program here opens that");
        return;
    }
    tb_reply_note(call, "opened with %s", g_app_info_get_id(own) ? g_app_info_get_id(own) : "?");
    struct launch *launch = g_new0(struct launch, 1);
    launch->stream = tb_call_stream(call, &events, launch);
    if (!launch->stream) {
        g_free(launch);
        return;
    }
    g_autoptr(GdkAppLaunchContext) context =
        gdk_display_get_app_launch_context(gdk_display_get_default());
    g_autoptr(GList) uris = g_list_append(NULL, (void *)uri);
    g_app_info_launch_uris_async(own, uris, G_APP_LAUNCH_CONTEXT(context), NULL, on_started,
                                 launch);
}
