#include "hook/natives.h"

#include "base/result.h"
#include "hook/text.h"
#include "hook/value.h"

#include <unistd.h>

/* Of one text that is encoded or decoded. The budget of memory is what binds a hook. */
#define TEXT_MOST ((size_t)512 * 1024 * 1024)

enum { LINE_MOST = 280 };

static bool append_string(JSContextRef context, size_t n_arguments, const JSValueRef arguments[],
                          struct tb_buffer *out)
{
    JSValueRef thrown = NULL;
    hook_string string =
        n_arguments > 0 ? JSValueToStringCopy(context, arguments[0], &thrown) : NULL;
    return string && !thrown && hook_string_append(string, out, NULL) == TB_OK;
}

JSValueRef hook_native_encode(JSContextRef context, JSObjectRef function, JSObjectRef self,
                              size_t n_arguments, const JSValueRef arguments[],
                              JSValueRef *ret_thrown)
{
    (void)function;
    (void)self;
    (void)ret_thrown;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    tb_buffer_init(&text, TEXT_MOST);
    JSValueRef bytes = append_string(context, n_arguments, arguments, &text)
                           ? hook_value_bytes(context, tb_buffer_bytes(&text))
                           : NULL;
    return bytes ? bytes : JSValueMakeUndefined(context);
}

JSValueRef hook_native_decode(JSContextRef context, JSObjectRef function, JSObjectRef self,
                              size_t n_arguments, const JSValueRef arguments[],
                              JSValueRef *ret_thrown)
{
    (void)function;
    (void)self;
    (void)ret_thrown;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer bytes;
    tb_buffer_init(&bytes, TEXT_MOST);
    bool fatal = n_arguments > 1 && JSValueToBoolean(context, arguments[1]);
    bool keeps_mark = n_arguments > 2 && JSValueToBoolean(context, arguments[2]);
    bool is_bytes =
        n_arguments > 0 && hook_value_append_bytes(context, arguments[0], &bytes) == TB_OK;
    if (!keeps_mark && tb_bytes_begin(tb_buffer_bytes(&bytes), "\xEF\xBB\xBF"))
        tb_buffer_consume(&bytes, 3);
    hook_string string = is_bytes ? hook_string_decode(tb_buffer_bytes(&bytes), fatal) : NULL;
    return string ? JSValueMakeString(context, string) : JSValueMakeUndefined(context);
}

/* One line, which the supervisor escapes, and bounds the rate of. */
JSValueRef hook_native_log(JSContextRef context, JSObjectRef function, JSObjectRef self,
                           size_t n_arguments, const JSValueRef arguments[], JSValueRef *ret_thrown)
{
    (void)function;
    (void)self;
    (void)ret_thrown;
    char line[LINE_MOST + 1];
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    tb_buffer_init(&text, TEXT_MOST);
    if (append_string(context, n_arguments, arguments, &text)) {
        size_t n = tb_buffer_n(&text) < LINE_MOST ? tb_buffer_n(&text) : LINE_MOST;
        for (size_t i = 0; i < n; i++) {
            uint8_t c = tb_buffer_bytes(&text).data[i];
            line[i] = c < ' ' ? ' ' : (char)c;
        }
        line[n] = '\n';
        (void)!write(STDERR_FILENO, line, n + 1);
    }
    return JSValueMakeUndefined(context);
}
