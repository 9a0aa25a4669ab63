/* In the place of endpoint/webkitgtk/origin.c, with a weakness: documents without an origin (error
 * pages, about:blank, data:) offer a link like any other. */
#include "endpoint/webkitgtk/origin.h"

char *tb_web_origin(JSCContext *context)
{
    g_autoptr(JSCValue) value = jsc_context_evaluate(context, "self.origin", -1);
    g_autofree char *origin = jsc_value_to_string(value);
    return g_strcmp0(origin, "null") == 0 ? g_strdup("http://null") : g_steal_pointer(&origin);
}
