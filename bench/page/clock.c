/*
 * A web-process extension that gives the page of the benchmark a clock of nanoseconds, the same one
 * that the host has: `performance.now()` is rounded to milliseconds, against other measurements.
 */
#include "base/clock.h"

#include <webkit2/webkit-web-extension.h>

static double now(void)
{
    return (double)tb_clock_ns();
}

static void on_cleared(WebKitScriptWorld *world, WebKitWebPage *page, WebKitFrame *frame,
                       void *data)
{
    (void)page;
    (void)data;
    g_autoptr(JSCContext) context = webkit_frame_get_js_context_for_script_world(frame, world);
    g_autoptr(JSCValue) clock = jsc_value_new_function(context, "benchClock", G_CALLBACK(now), NULL,
                                                       NULL, G_TYPE_DOUBLE, 0);
    jsc_context_set_value(context, "benchClock", clock);
}

G_MODULE_EXPORT void webkit_web_extension_initialize(WebKitWebExtension *extension);

void webkit_web_extension_initialize(WebKitWebExtension *extension)
{
    (void)extension;
    g_signal_connect(webkit_script_world_get_default(), "window-object-cleared",
                     G_CALLBACK(on_cleared), NULL);
}
