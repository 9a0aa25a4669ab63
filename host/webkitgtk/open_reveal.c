#include "host/webkitgtk/open_reveal.h"

enum { ANSWER_MS = 10000 };

static const char manager[] = "org.freedesktop.FileManager1";

struct reveal {
    struct tb_opening *opening;
    char **uris;
};

static void end(struct reveal *reveal, const char *failed)
{
    tb_opening_end(reveal->opening, failed);
    g_strfreev(reveal->uris);
    g_free(reveal);
}

/* Each folder once. */
static GList *folders_of(char *const *uris)
{
    GList *folders = NULL;
    for (; *uris; uris++) {
        g_autofree char *folder = g_path_get_dirname(*uris);
        if (!g_list_find_custom(folders, folder, (GCompareFunc)strcmp))
            folders = g_list_prepend(folders, g_steal_pointer(&folder));
    }
    return g_list_reverse(folders);
}

static void open_folders(struct reveal *reveal)
{
    GList *folders = folders_of(reveal->uris);
    GAppInfo *program = tb_open_program_for_type("inode/directory", (struct tb_bytes){0});
    tb_opening_launch(reveal->opening, program, folders);
    g_list_free_full(folders, g_free);
    g_strfreev(reveal->uris);
    g_free(reveal);
}

/* What failed before the file manager was asked, or because there is none. */
static void without_manager(struct reveal *reveal)
{
    if (g_cancellable_is_cancelled(reveal->opening->cancellable))
        end(reveal, "cancelled");
    else
        open_folders(reveal);
}

static void on_shown(GObject *bus, GAsyncResult *result, void *data)
{
    struct reveal *reveal = data;
    g_autoptr(GVariant) answer =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(bus), result, NULL);
    if (answer)
        end(reveal, NULL);
    else
        without_manager(reveal);
}

static void on_bus(GObject *source, GAsyncResult *result, void *data)
{
    (void)source;
    struct reveal *reveal = data;
    g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, NULL);
    if (!bus) {
        without_manager(reveal);
        return;
    }
    g_dbus_connection_call(bus, manager, "/org/freedesktop/FileManager1", manager, "ShowItems",
                           g_variant_new("(^ass)", reveal->uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE,
                           ANSWER_MS, reveal->opening->cancellable, on_shown, reveal);
}

void tb_open_reveal(struct tb_opening *opening, char *const *uris)
{
    struct reveal *reveal = g_new0(struct reveal, 1);
    reveal->opening = opening;
    reveal->uris = g_strdupv((char **)uris);
    g_bus_get(G_BUS_TYPE_SESSION, opening->cancellable, on_bus, reveal);
}
