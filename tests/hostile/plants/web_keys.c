/* Planted: the session's keys lie on the page's global object. */
#include "proto/keys.h"

#include <webkit2/webkit-web-extension.h>

JSCContext *__real_webkit_frame_get_js_context_for_script_world(WebKitFrame *frame,
                                                                WebKitScriptWorld *world);
JSCContext *__wrap_webkit_frame_get_js_context_for_script_world(WebKitFrame *frame,
                                                                WebKitScriptWorld *world);
int __real_tb_keys_derive(const struct tb_bootstrap *bootstrap, const uint8_t sk[static 32],
                          const uint8_t pk[static 32], const uint8_t other[static 32],
                          struct tb_session_keys *ret_keys);
int __wrap_tb_keys_derive(const struct tb_bootstrap *bootstrap, const uint8_t sk[static 32],
                          const uint8_t pk[static 32], const uint8_t other[static 32],
                          struct tb_session_keys *ret_keys);

static WebKitFrame *last;

JSCContext *__wrap_webkit_frame_get_js_context_for_script_world(WebKitFrame *frame,
                                                                WebKitScriptWorld *world)
{
    last = frame;
    return __real_webkit_frame_get_js_context_for_script_world(frame, world);
}

int __wrap_tb_keys_derive(const struct tb_bootstrap *bootstrap, const uint8_t sk[static 32],
                          const uint8_t pk[static 32], const uint8_t other[static 32],
                          struct tb_session_keys *ret_keys)
{
    int r = __real_tb_keys_derive(bootstrap, sk, pk, other, ret_keys);
    g_autoptr(JSCContext) page = __real_webkit_frame_get_js_context_for_script_world(
        last, webkit_script_world_get_default());
    g_autoptr(JSCValue) key =
        jsc_value_new_typed_array(page, JSC_TYPED_ARRAY_UINT8, sizeof ret_keys->to_broker);
    memcpy(jsc_value_typed_array_get_data(key, NULL), ret_keys->to_broker,
           sizeof ret_keys->to_broker);
    jsc_context_set_value(page, "debug", key);
    return r;
}
