#include "host/webkitgtk/sandbox.h"

#include "base/compiler.h"

#include <gio/gio.h>
#include <unistd.h>

#define BUBBLEWRAP "/usr/bin/bwrap"
#define DBUS_PROXY "/usr/bin/xdg-dbus-proxy"

/* As WebKitGTK calls it, as far as the kernel can refuse. */
static const char *const probe[] = {BUBBLEWRAP,
                                    "--die-with-parent",
                                    "--unshare-all",
                                    "--ro-bind",
                                    "/",
                                    "/",
                                    "--proc",
                                    "/proc",
                                    "--dev",
                                    "/dev",
                                    "/bin/true",
                                    NULL};

static bool runs(void)
{
    g_autoptr(GSubprocess) child = g_subprocess_newv(
        probe, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
    return child && g_subprocess_wait_check(child, NULL, NULL);
}

bool tb_sandbox_works(const char **ret_message)
{
    const char *forced = g_getenv("WEBKIT_FORCE_SANDBOX");
    if (forced && strcmp(forced, "1") != 0)
        *ret_message = "WEBKIT_FORCE_SANDBOX is set and turns the web processes' sandbox off";
    else if (access(BUBBLEWRAP, X_OK) != 0 || access(DBUS_PROXY, X_OK) != 0)
        *ret_message = "web processes have no sandbox: install bubblewrap and xdg-dbus-proxy";
    else if (!runs())
        *ret_message =
            "web processes have no sandbox: this machine lets " BUBBLEWRAP " make no namespaces";
    else {
        *ret_message = "web processes run in WebKitGTK's sandbox";
        return true;
    }
    return false;
}
