#include "endpoint/webkitgtk/origin.h"

char *tb_web_origin(JSCContext *context)
{
    g_autoptr(JSCValue) value = jsc_context_evaluate(context, "self.origin", -1);
    g_autofree char *origin = jsc_value_is_string(value) ? jsc_value_to_string(value) : NULL;
    return g_strcmp0(origin, "null") == 0 ? NULL : g_steal_pointer(&origin);
}
