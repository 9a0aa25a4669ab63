#include "hook/text.h"
#include "hook/value.h"

#define SAFE_INTEGER (UINT64_C(1) << 53)

JSValueRef hook_value_bytes(JSContextRef context, struct tb_bytes bytes)
{
    JSValueRef thrown = NULL;
    JSObjectRef array =
        JSObjectMakeTypedArray(context, kJSTypedArrayTypeUint8Array, bytes.n, &thrown);
    void *memory = array ? JSObjectGetTypedArrayBytesPtr(context, array, &thrown) : NULL;
    if (thrown || !array || (!memory && bytes.n > 0))
        return NULL;
    if (bytes.n > 0)
        memcpy(memory, bytes.data, bytes.n);
    return array;
}

static JSValueRef string_in(const struct hook_realm *realm, struct tb_bytes text)
{
    hook_string string = hook_string_new(text);
    return string ? JSValueMakeString(realm->context, string) : NULL;
}

static JSValueRef unsigned_in(const struct hook_realm *realm, uint64_t n)
{
    return n <= SAFE_INTEGER ? JSValueMakeNumber(realm->context, (double)n)
                             : JSBigIntCreateWithUInt64(realm->context, n, NULL);
}

static JSValueRef signed_in(const struct hook_realm *realm, int64_t n)
{
    return n >= -(int64_t)SAFE_INTEGER ? JSValueMakeNumber(realm->context, (double)n)
                                       : JSBigIntCreateWithInt64(realm->context, n, NULL);
}

/* While it is filled it has no prototype: no setter of the app's, and no `__proto__`, sees what is
 * put in. What is held in variables here the collector finds on the stack. */
static JSValueRef array_in(const struct hook_realm *realm, const msgpack_object_array *from)
{
    JSContextRef context = realm->context;
    JSValueRef thrown = NULL;
    JSObjectRef array = JSObjectMakeArray(context, 0, NULL, &thrown);
    if (!array || thrown)
        return NULL;
    JSObjectSetPrototype(context, array, JSValueMakeNull(context));
    for (uint32_t i = 0; i < from->size; i++) {
        JSValueRef value = hook_value_in(realm, &from->ptr[i]);
        if (value)
            JSObjectSetPropertyAtIndex(context, array, i, value, &thrown);
        if (!value || thrown)
            return NULL;
    }
    JSObjectSetPrototype(context, array, realm->array_prototype);
    return array;
}

static JSValueRef map_in(const struct hook_realm *realm, const msgpack_object_map *from)
{
    JSContextRef context = realm->context;
    JSValueRef thrown = NULL;
    JSObjectRef object = JSObjectMake(context, NULL, NULL);
    JSObjectSetPrototype(context, object, JSValueMakeNull(context));
    for (uint32_t i = 0; i < from->size; i++) {
        hook_string key = hook_string_new(tb_object_bytes(&from->ptr[i].key));
        JSValueRef value = hook_value_in(realm, &from->ptr[i].val);
        if (key && value)
            JSObjectSetProperty(context, object, key, value, kJSPropertyAttributeNone, &thrown);
        if (!key || !value || thrown)
            return NULL;
    }
    JSObjectSetPrototype(context, object, realm->object_prototype);
    return object;
}

JSValueRef hook_value_in(const struct hook_realm *realm, const msgpack_object *value)
{
    switch (value->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        return JSValueMakeBoolean(realm->context, value->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return unsigned_in(realm, value->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return signed_in(realm, value->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return JSValueMakeNumber(realm->context, value->via.f64);
    case MSGPACK_OBJECT_STR:
        return string_in(realm, tb_object_bytes(value));
    case MSGPACK_OBJECT_BIN:
        return hook_value_bytes(realm->context, tb_object_bytes(value));
    case MSGPACK_OBJECT_ARRAY:
        return array_in(realm, &value->via.array);
    case MSGPACK_OBJECT_MAP:
        return map_in(realm, &value->via.map);
    case MSGPACK_OBJECT_NIL:
    case MSGPACK_OBJECT_EXT: /* the scan lets none through */
        break;
    }
    return JSValueMakeNull(realm->context);
}
