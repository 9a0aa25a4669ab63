#include "host/webkitgtk/sandbox.h"

#include "base/compiler.h"

#include <gio/gio.h>
#include <unistd.h>

#define BUBBLEWRAP "/usr/bin/bwrap"
#define DBUS_PROXY "/usr/bin/xdg-dbus-proxy"
#define OFF_SWITCH "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS" /* WebKitGTK's own */

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
    if (g_getenv(OFF_SWITCH))
        *ret_message = "web processes have no sandbox: " OFF_SWITCH " is set; unset it";
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

bool tb_sandbox_holds(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return false;
    /* Its number in our namespace, and in each one further in. */
    const char *numbers = strstr(text, "\nNSpid:");
    const char *first = numbers ? strchr(numbers, '\t') : NULL;
    return first && first[1 + strspn(first + 1, "0123456789")] == '\t';
}
