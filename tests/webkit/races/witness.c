#include "tests/webkit/races/witness.h"

#include "host/trollbridge.h"
#include "tests/webkit/races/say.h"

#include <dlfcn.h>

/* Of the offer that is being handled. */
static char *offered;

static gboolean on_message(WebKitWebView *view, WebKitUserMessage *message, void *data)
{
    (void)view;
    (void)data;
    GVariant *parameters = webkit_user_message_get_parameters(message);
    g_free(offered);
    offered = NULL;
    if (parameters && g_variant_is_of_type(parameters, G_VARIANT_TYPE("(s)")))
        g_variant_get(parameters, "(s)", &offered);
    say("offer", "name", webkit_user_message_get_name(message), "origin", offered, NULL);
    return FALSE; /* it is the library's */
}

void witness_attach(WebKitWebView *view)
{
    g_signal_connect(view, "user-message-received", G_CALLBACK(on_message), NULL);
}

/* In the place of libtrollbridge's own, for the library too, since a program's names come first. */
enum trollbridge_result trollbridge_open(struct trollbridge *bridge,
                                         const struct trollbridge_view *view, int fd,
                                         uint32_t *ret_id)
{
    static __typeof__(&trollbridge_open) real;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "trollbridge_open");
    say("open", "label", view->label, "origin", view->origin, "real", offered, NULL);
    return real(bridge, view, fd, ret_id);
}
