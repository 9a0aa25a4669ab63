/* Planted: the native functions are in the page's own world too. */
#include <webkit2/webkit-web-extension.h>

JSCContext *__real_webkit_frame_get_js_context_for_script_world(WebKitFrame *frame,
                                                                WebKitScriptWorld *world);
JSCContext *__wrap_webkit_frame_get_js_context_for_script_world(WebKitFrame *frame,
                                                                WebKitScriptWorld *world);
void __real_jsc_context_set_value(JSCContext *context, const char *name, JSCValue *value);
void __wrap_jsc_context_set_value(JSCContext *context, const char *name, JSCValue *value);

static WebKitFrame *last;

JSCContext *__wrap_webkit_frame_get_js_context_for_script_world(WebKitFrame *frame,
                                                                WebKitScriptWorld *world)
{
    last = frame;
    return __real_webkit_frame_get_js_context_for_script_world(frame, world);
}

void __wrap_jsc_context_set_value(JSCContext *context, const char *name, JSCValue *value)
{
    g_autoptr(JSCContext) page = __real_webkit_frame_get_js_context_for_script_world(
        last, webkit_script_world_get_default());
    __real_jsc_context_set_value(context, name, value);
    __real_jsc_context_set_value(page, name, value);
}
