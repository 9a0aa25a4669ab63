#include "host/webkitgtk/open_launch.h"

#include <gdk/gdk.h>
#include <gio/gdesktopappinfo.h>

/* ---- programs ---- */

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

GAppInfo *tb_open_program_for_type(const char *type, struct tb_bytes with)
{
    return with.n > 0 ? named(with) : g_app_info_get_default_for_type(type, FALSE);
}

/* ---- calls ---- */

/* A program may have been started by now, and cannot be called back: only the answer is not
 * wanted. */
static void on_cancel(struct tb_stream *stream)
{
    struct tb_opening *opening = tb_stream_data(stream);
    tb_stream_free(stream);
    opening->stream = NULL;
    g_cancellable_cancel(opening->cancellable);
}

struct tb_opening *tb_opening_new(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = on_cancel};
    struct tb_opening *opening = g_new0(struct tb_opening, 1);
    opening->stream = tb_call_stream(call, &events, opening);
    if (!opening->stream) {
        g_free(opening);
        return NULL;
    }
    opening->cancellable = g_cancellable_new();
    return opening;
}

void tb_opening_end(struct tb_opening *opening, const char *failed)
{
    if (opening->stream && failed)
        tb_stream_end_error(opening->stream, TB_CODE_IO, 0, "%s", failed);
    else if (opening->stream)
        tb_stream_end_nil(opening->stream);
    if (opening->stream)
        tb_stream_free(opening->stream);
    g_object_unref(opening->cancellable);
    g_free(opening);
}

/* The error's own text has paths in it that the page did not send. */
static void on_started(GObject *program, GAsyncResult *result, void *data)
{
    bool ok = g_app_info_launch_uris_finish(G_APP_INFO(program), result, NULL);
    tb_opening_end(data, ok ? NULL : "the program could not be started");
}

void tb_opening_launch(struct tb_opening *opening, GAppInfo *program, GList *uris)
{
    g_autoptr(GAppInfo) own = program;
    if (!own) {
        tb_opening_end(opening, "no program here opens that");
        return;
    }
    const char *id = g_app_info_get_id(own);
    if (opening->stream)
        tb_stream_note(opening->stream, "opened with %s", id ? id : "?");
    g_autoptr(GdkAppLaunchContext) context =
        gdk_display_get_app_launch_context(gdk_display_get_default());
    g_app_info_launch_uris_async(own, uris, G_APP_LAUNCH_CONTEXT(context), NULL, on_started,
                                 opening);
}
