#include "endpoint/webkitgtk/native.h"

#include "base/result.h"

enum { MOST_BITS = 53 }; /* of a number that JavaScript counts with */

static void misuse(const char *what)
{
    jsc_context_throw(jsc_context_get_current(), what);
}

static bool whole(double number, uint64_t *ret_whole)
{
    if (!(number >= 0 && number < (double)(UINT64_C(1) << MOST_BITS)) ||
        number != (double)(uint64_t)number)
        return false;
    *ret_whole = (uint64_t)number;
    return true;
}

static gboolean on_attach(JSCValue *handlers, void *data)
{
    struct tb_web_link *link = data;
    int r = tb_web_script_attach(&link->script, handlers);
    if (r == TB_MALFORMED)
        misuse("attach: ready, done, chunk, room and ended must be functions");
    if (r == TB_OK)
        tb_web_link_attached(link);
    return r == TB_OK;
}

static void on_call(double id, JSCValue *name, JSCValue *args, JSCValue *raw, gboolean more,
                    void *data)
{
    struct tb_web_request request = {.more = more};
    struct tb_bytes body;
    if (!whole(id, &request.id) || request.id == 0 || !jsc_value_is_string(name) ||
        !tb_web_bytes(args, &request.args) ||
        (!jsc_value_is_null(raw) && !tb_web_bytes(raw, &body))) {
        misuse("call: id, name, Uint8Array, Uint8Array or null, boolean");
        return;
    }
    g_autoptr(GBytes) text = jsc_value_to_string_as_bytes(name);
    gsize n;
    const void *bytes = g_bytes_get_data(text, &n);
    request.name = tb_bytes_of(bytes, n);
    request.raw = jsc_value_is_null(raw) ? NULL : raw;
    if (tb_web_call(data, &request) != TB_OK)
        misuse("call: there is a call of that id");
}

static gboolean on_send(double untrusted_id, JSCValue *bytes, gboolean last, void *data)
{
    uint64_t id;
    struct tb_bytes raw;
    int r = TB_MALFORMED;
    if (whole(untrusted_id, &id) && tb_web_bytes(bytes, &raw))
        r = tb_web_call_send(data, id, raw, last);
    if (r == TB_MALFORMED)
        misuse("send: id of a call with more, Uint8Array of 65536 at most, boolean");
    return r == TB_OK;
}

static void on_consumed(double untrusted_id, double untrusted_cost, void *data)
{
    uint64_t id;
    uint64_t cost;
    if (!whole(untrusted_id, &id) || !whole(untrusted_cost, &cost) ||
        tb_web_call_consumed(data, id, cost) != TB_OK)
        misuse("consumed: id, and no more than chunk has told");
}

static void on_cancel(double untrusted_id, void *data)
{
    uint64_t id;
    if (whole(untrusted_id, &id))
        tb_web_call_cancel(data, id);
    else
        misuse("cancel: id");
}

static void release(void *link)
{
    tb_web_link_unref(link);
}

/* Consumes the function. */
static void put(JSCValue *object, JSCValue *function, const char *name)
{
    jsc_value_object_set_property(object, name, function);
    g_object_unref(function);
}

void tb_web_native_define(JSCContext *context, struct tb_web_link *link)
{
    g_autoptr(JSCValue) object = jsc_value_new_object(context, NULL, NULL);
    put(object,
        jsc_value_new_function(context, "attach", G_CALLBACK(on_attach), tb_web_link_ref(link),
                               release, G_TYPE_BOOLEAN, 1, JSC_TYPE_VALUE),
        "attach");
    put(object,
        jsc_value_new_function(context, "call", G_CALLBACK(on_call), tb_web_link_ref(link), release,
                               G_TYPE_NONE, 5, G_TYPE_DOUBLE, JSC_TYPE_VALUE, JSC_TYPE_VALUE,
                               JSC_TYPE_VALUE, G_TYPE_BOOLEAN),
        "call");
    put(object,
        jsc_value_new_function(context, "send", G_CALLBACK(on_send), tb_web_link_ref(link), release,
                               G_TYPE_BOOLEAN, 3, G_TYPE_DOUBLE, JSC_TYPE_VALUE, G_TYPE_BOOLEAN),
        "send");
    put(object,
        jsc_value_new_function(context, "consumed", G_CALLBACK(on_consumed), tb_web_link_ref(link),
                               release, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE),
        "consumed");
    put(object,
        jsc_value_new_function(context, "cancel", G_CALLBACK(on_cancel), tb_web_link_ref(link),
                               release, G_TYPE_NONE, 1, G_TYPE_DOUBLE),
        "cancel");
    jsc_context_set_value(context, "trollbridgeNative", object);
}
