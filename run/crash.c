/* A page whose process has died is loaded again, as often as that is no loop: its window would stay
 * empty, and nobody could do anything with it. */
#include "run/run.h"

enum { RELOADS = 3, WITHIN_S = 60 };

/* Of one view; it goes with it. */
struct crashes {
    gint64 since_us;
    unsigned n;
};

static gboolean often(struct crashes *crashes)
{
    gint64 now_us = g_get_monotonic_time();
    if (now_us - crashes->since_us > WITHIN_S * G_USEC_PER_SEC) {
        crashes->since_us = now_us;
        crashes->n = 0;
    }
    return ++crashes->n > RELOADS;
}

static void on_terminated(WebKitWebView *view, WebKitWebProcessTerminationReason reason,
                          struct crashes *crashes)
{
    (void)reason;
    if (!often(crashes))
        webkit_web_view_reload(view);
    else
        run_tell("crashed", "%s: more than %d times in a minute: it is not loaded again",
                 webkit_web_view_get_uri(view), RELOADS);
}

static void free_crashes(void *crashes, GClosure *closure)
{
    (void)closure;
    g_free(crashes);
}

void run_reload_crashed(WebKitWebView *view)
{
    struct crashes *crashes = g_new0(struct crashes, 1);
    g_signal_connect_data(view, "web-process-terminated", G_CALLBACK(on_terminated), crashes,
                          free_crashes, 0);
}
