#include "endpoint/webkitgtk/script.h"

#include "base/result.h"

static const char *const names[TB_WEB_N_HANDLERS] = {
    [TB_WEB_READY] = "ready", [TB_WEB_DONE] = "done",   [TB_WEB_CHUNK] = "chunk",
    [TB_WEB_ROOM] = "room",   [TB_WEB_ENDED] = "ended",
};

enum { ARGUMENTS_MAX = 5 };

void tb_web_script_init(struct tb_web_script *script)
{
    *script = (struct tb_web_script){0};
    tb_buffer_init(&script->scratch, TB_FRAME_MAX);
}

void tb_web_script_detach(struct tb_web_script *script)
{
    for (size_t i = 0; i < TB_WEB_N_HANDLERS; i++)
        g_clear_object(&script->handlers[i]);
}

void tb_web_script_deinit(struct tb_web_script *script)
{
    tb_web_script_detach(script);
    tb_buffer_deinit(&script->scratch);
}

bool tb_web_script_attached(const struct tb_web_script *script)
{
    return script->handlers[TB_WEB_DONE] != NULL;
}

int tb_web_script_attach(struct tb_web_script *script, JSCValue *handlers)
{
    struct tb_web_script found = {0};
    bool all = true;
    if (tb_web_script_attached(script))
        return TB_FULL;
    for (size_t i = 0; i < TB_WEB_N_HANDLERS; i++) {
        found.handlers[i] = jsc_value_object_get_property(handlers, names[i]);
        all = all && jsc_value_is_function(found.handlers[i]);
    }
    if (!all) {
        tb_web_script_detach(&found);
        return TB_MALFORMED;
    }
    memcpy(script->handlers, found.handlers, sizeof found.handlers);
    return TB_OK;
}

/* ---- values ---- */

bool tb_web_bytes(JSCValue *value, struct tb_bytes *ret_bytes)
{
    gsize n = 0;
    if (jsc_value_typed_array_get_type(value) != JSC_TYPED_ARRAY_UINT8)
        return false;
    const void *data = jsc_value_typed_array_get_data(value, &n);
    *ret_bytes = tb_bytes_of(data, data ? n : 0);
    return true;
}

static JSCContext *context_of(const struct tb_web_script *script)
{
    return jsc_value_get_context(script->handlers[TB_WEB_DONE]);
}

static JSCValue *new_number(const struct tb_web_script *script, double number)
{
    return jsc_value_new_number(context_of(script), number);
}

static JSCValue *new_null(const struct tb_web_script *script)
{
    return jsc_value_new_null(context_of(script));
}

/* An array of the script's own: it may keep it, and the endpoint's buffer is used again. */
static JSCValue *new_bytes(const struct tb_web_script *script, struct tb_bytes bytes)
{
    JSCValue *array = jsc_value_new_typed_array(context_of(script), JSC_TYPED_ARRAY_UINT8, bytes.n);
    void *data = bytes.n == 0 ? NULL : jsc_value_typed_array_get_data(array, NULL);
    if (data)
        memcpy(data, bytes.data, bytes.n);
    return array;
}

static JSCValue *new_text(const struct tb_web_script *script, struct tb_bytes text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text.data, text.n);
    return jsc_value_new_string_from_bytes(context_of(script), bytes);
}

/* Takes what is in the scratch buffer; null if it did not fit, which a frame's content always does.
 */
static JSCValue *take_scratch(struct tb_web_script *script, const struct tb_packer *packer)
{
    JSCValue *value =
        packer->failed ? new_null(script) : new_bytes(script, tb_buffer_bytes(&script->scratch));
    tb_buffer_consume(&script->scratch, tb_buffer_n(&script->scratch));
    return value;
}

static JSCValue *new_packed(struct tb_web_script *script, const msgpack_object *object)
{
    struct tb_packer packer;
    tb_packer_init(&packer, &script->scratch);
    tb_pack_object(&packer, object);
    return take_scratch(script, &packer);
}

static JSCValue *new_error(struct tb_web_script *script, const struct tb_error *error)
{
    struct tb_packer packer;
    tb_packer_init(&packer, &script->scratch);
    tb_error_pack(&packer, error);
    return take_scratch(script, &packer);
}

/* ---- calls ---- */

/* Consumes the arguments. The handler may detach the script, and itself with it. What it throws is
 * nobody's: it must not fall out of a native function that happens to be running. */
static void invoke(struct tb_web_script *script, enum tb_web_handler handler, size_t n,
                   JSCValue *arguments[static ARGUMENTS_MAX])
{
    g_autoptr(JSCValue) function = g_object_ref(script->handlers[handler]);
    g_autoptr(JSCContext) context = g_object_ref(context_of(script));
    g_autoptr(JSCValue) ignored = jsc_value_function_callv(function, (guint)n, arguments);
    (void)ignored;
    jsc_context_clear_exception(context);
    for (size_t i = 0; i < n; i++)
        g_object_unref(arguments[i]);
}

static JSCValue *new_names(const struct tb_web_script *script, const struct tb_endpoint *endpoint)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_object_unref);
    for (uint32_t i = 0; i < tb_endpoint_n_commands(endpoint); i++)
        g_ptr_array_add(list, new_text(script, tb_endpoint_command(endpoint, i)));
    return jsc_value_new_array_from_garray(context_of(script), list);
}

void tb_web_script_ready(struct tb_web_script *script, const struct tb_endpoint *endpoint)
{
    if (!tb_web_script_attached(script))
        return;
    JSCValue *arguments[ARGUMENTS_MAX] = {new_text(script, tb_endpoint_session(endpoint)),
                                          new_names(script, endpoint)};
    invoke(script, TB_WEB_READY, 2, arguments);
}

void tb_web_script_done(struct tb_web_script *script, uint64_t id, const struct tb_reply *reply)
{
    if (!tb_web_script_attached(script))
        return;
    JSCValue *packed = reply->type == TB_REPLY_VALUE   ? new_packed(script, reply->value)
                       : reply->type == TB_REPLY_ERROR ? new_error(script, &reply->error)
                                                       : new_null(script);
    JSCValue *raw =
        reply->type == TB_REPLY_BYTES ? new_bytes(script, reply->raw) : new_null(script);
    JSCValue *arguments[ARGUMENTS_MAX] = {new_number(script, (double)id),
                                          new_number(script, reply->type), packed, raw};
    invoke(script, TB_WEB_DONE, 4, arguments);
}

void tb_web_script_chunk(struct tb_web_script *script, uint64_t id, const struct tb_chunk *chunk,
                         uint32_t cost)
{
    if (!tb_web_script_attached(script))
        return;
    JSCValue *payload = chunk->type == TB_CHUNK_BYTES ? new_bytes(script, chunk->raw)
                                                      : new_packed(script, chunk->value);
    JSCValue *arguments[ARGUMENTS_MAX] = {
        new_number(script, (double)id), new_number(script, chunk->type),
        new_number(script, chunk->has_channel ? chunk->channel : -1.0), payload,
        new_number(script, cost)};
    invoke(script, TB_WEB_CHUNK, 5, arguments);
}

void tb_web_script_room(struct tb_web_script *script, uint64_t id)
{
    if (!tb_web_script_attached(script))
        return;
    JSCValue *arguments[ARGUMENTS_MAX] = {new_number(script, (double)id)};
    invoke(script, TB_WEB_ROOM, 1, arguments);
}

void tb_web_script_ended(struct tb_web_script *script, const char *by, int code,
                         const char *message)
{
    if (!tb_web_script_attached(script))
        return;
    JSCValue *arguments[ARGUMENTS_MAX] = {new_text(script, tb_bytes_of_string(by)),
                                          code < 0 ? new_null(script) : new_number(script, code),
                                          new_text(script, tb_bytes_of_string(message))};
    invoke(script, TB_WEB_ENDED, 3, arguments);
}
