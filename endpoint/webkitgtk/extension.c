/*
 * The extension that WebKitGTK loads into each web process: the endpoint of its pages.
 *
 * Each document of a main frame gets a link of its own before any script of the page runs: the
 * signal comes when the window object of our isolated world is made for it. Everything is bound to
 * that document; when the next one comes, or the page goes, the link ends. Whether the host takes
 * what is offered is the host's to decide: host/webkitgtk/offer.c.
 */
#include "base/result.h"
#include "endpoint/webkitgtk/native.h"
#include "endpoint/webkitgtk/offer.h"
#include "endpoint/webkitgtk/origin.h"

#include <sodium.h>

#define LINK "trollbridge-link" /* of a page: that of its document */

G_MODULE_EXPORT void webkit_web_extension_initialize(WebKitWebExtension *extension);

static void end_link(void *data)
{
    struct tb_web_link *link = data;
    tb_web_link_end(link);
    tb_web_link_unref(link);
}

static struct tb_web_link *open_link(WebKitWebPage *page, JSCContext *context)
{
    int fd;
    g_autofree char *origin = tb_web_origin(context);
    if (!origin || tb_web_offer(page, origin, &fd) < 0)
        return NULL;
    return tb_web_link_new(fd);
}

static void on_cleared(WebKitScriptWorld *world, WebKitWebPage *page, WebKitFrame *frame,
                       void *data)
{
    (void)data;
    if (!webkit_frame_is_main_frame(frame))
        return;
    g_object_set_data(G_OBJECT(page), LINK, NULL);
    g_autoptr(JSCContext) context = webkit_frame_get_js_context_for_script_world(frame, world);
    struct tb_web_link *link = open_link(page, context);
    if (!link)
        return;
    tb_web_native_define(context, link);
    g_object_set_data_full(G_OBJECT(page), LINK, link, end_link);
}

void webkit_web_extension_initialize(WebKitWebExtension *extension)
{
    (void)extension;
    /* The world lives as long as the process. */
    WebKitScriptWorld *world = webkit_script_world_new_with_name("trollbridge");
    if (sodium_init() >= 0)
        g_signal_connect(world, "window-object-cleared", G_CALLBACK(on_cleared), NULL);
}
