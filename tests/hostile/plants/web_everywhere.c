/* Planted: each frame has native functions and a link, and all are the app's own. With
 * host_everywhere.c. */
#include <webkit2/webkit-web-extension.h>

gboolean __wrap_webkit_frame_is_main_frame(WebKitFrame *frame);
JSCValue *__real_jsc_context_evaluate(JSCContext *context, const char *code, gssize length);
JSCValue *__wrap_jsc_context_evaluate(JSCContext *context, const char *code, gssize length);

gboolean __wrap_webkit_frame_is_main_frame(WebKitFrame *frame)
{
    (void)frame;
    return TRUE;
}

JSCValue *__wrap_jsc_context_evaluate(JSCContext *context, const char *code, gssize length)
{
    if (strcmp(code, "self.origin") == 0)
        return jsc_value_new_string(context, "tauri://localhost");
    return __real_jsc_context_evaluate(context, code, length);
}
