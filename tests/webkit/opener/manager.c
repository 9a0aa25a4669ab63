/* A file manager on the session bus: says `ready`, then what it is to show, line by line. With an
 * argument it refuses to. */
#include <gio/gio.h>
#include <stdio.h>

static const char xml[] =
    "<node><interface name='org.freedesktop.FileManager1'><method name='ShowItems'>"
    "<arg type='as' direction='in'/><arg type='s' direction='in'/>"
    "</method></interface></node>";

static gboolean refuses;

static void on_call(GDBusConnection *bus, const char *sender, const char *path,
                    const char *interface, const char *method, GVariant *arguments,
                    GDBusMethodInvocation *call, void *data)
{
    (void)bus, (void)sender, (void)path, (void)interface, (void)method, (void)data;
    g_autofree const char **uris = NULL;
    g_variant_get(arguments, "(^a&s&s)", &uris, NULL);
    for (const char **uri = uris; *uri; uri++)
        puts(*uri);
    fflush(stdout);
    if (refuses)
        g_dbus_method_invocation_return_dbus_error(call, "com.example.Refused", "no");
    else
        g_dbus_method_invocation_return_value(call, NULL);
}

static void on_bus(GDBusConnection *bus, const char *name, void *data)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_call};
    (void)name;
    GDBusNodeInfo *node = data;
    g_dbus_connection_register_object(bus, "/org/freedesktop/FileManager1", node->interfaces[0],
                                      &vtable, NULL, NULL, NULL);
}

static void on_name(GDBusConnection *bus, const char *name, void *data)
{
    (void)bus, (void)name, (void)data;
    puts("ready");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    (void)argv;
    refuses = argc > 1;
    GDBusNodeInfo *node = g_dbus_node_info_new_for_xml(xml, NULL);
    g_bus_own_name(G_BUS_TYPE_SESSION, "org.freedesktop.FileManager1", G_BUS_NAME_OWNER_FLAGS_NONE,
                   on_bus, on_name, NULL, node, NULL);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
    return 0;
}
