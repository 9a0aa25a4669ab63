#include "base/result.h"
#include "base/wire.h"
#include "hook/text.h"
#include "hook/value.h"
#include "proto/limits.h"

#include <math.h>

#define SAFE_INTEGER 9007199254740992.0

enum { MAP32 = 0xDF, ARRAY32 = 0xDD, COUNT_SIZE = 5, ANSWER_NODES = 6 };

void hook_writer_init(struct hook_writer *writer, const struct hook_realm *realm,
                      struct tb_buffer *out)
{
    *writer = (struct hook_writer){
        .realm = realm,
        /* What the broker adds on the plugin's link, and an ANSWER around it. */
        .nodes_left = TB_MSGPACK_NODES - TB_NODES_ADDED - ANSWER_NODES,
    };
    tb_packer_init(&writer->packer, out);
    tb_buffer_init(&writer->scratch, 4 * TB_FRAME_MAX);
}

void hook_writer_deinit(struct hook_writer *writer)
{
    tb_buffer_deinit(&writer->scratch);
}

static int wrong(struct hook_writer *writer, const char *what)
{
    writer->wrong = what;
    return TB_MALFORMED;
}

/* After everything that was written or asked of the engine. */
static int state(struct hook_writer *writer)
{
    if (writer->thrown)
        return TB_MALFORMED;
    return writer->packer.failed ? wrong(writer, "a value of more than 1 MiB") : TB_OK;
}

static int string_out(struct hook_writer *writer, JSStringRef string)
{
    tb_buffer_truncate(&writer->scratch, 0);
    if (hook_string_append(string, &writer->scratch, NULL) != TB_OK)
        return wrong(writer, "a value of more than 1 MiB");
    tb_pack_str(&writer->packer, tb_buffer_bytes(&writer->scratch));
    return state(writer);
}

static int key_out(struct hook_writer *writer, JSStringRef key)
{
    bool whole;
    tb_buffer_truncate(&writer->scratch, 0);
    if (hook_string_append(key, &writer->scratch, &whole) != TB_OK ||
        tb_buffer_n(&writer->scratch) > TB_MSGPACK_KEY)
        return wrong(writer, "a key of more than 256 bytes");
    if (!whole)
        return wrong(writer, "a key with half a surrogate pair");
    tb_pack_str(&writer->packer, tb_buffer_bytes(&writer->scratch));
    return state(writer);
}

static int number_out(struct hook_writer *writer, double number)
{
    bool integer = number == trunc(number) && fabs(number) <= SAFE_INTEGER &&
                   !(number == 0 && signbit(number));
    if (integer)
        tb_pack_int(&writer->packer, (int64_t)number);
    else
        tb_pack_double(&writer->packer, number);
    return state(writer);
}

/* The conversions of the engine take the low 64 bits of any number: what they give is made a BigInt
 * again and compared. */
static int bigint_out(struct hook_writer *writer, JSValueRef value)
{
    JSContextRef context = writer->realm->context;
    JSValueRef thrown = NULL;
    uint64_t u = JSValueToUInt64(context, value, &thrown);
    int64_t i = JSValueToInt64(context, value, &thrown);
    JSValueRef of_u = JSBigIntCreateWithUInt64(context, u, &thrown);
    JSValueRef of_i = JSBigIntCreateWithInt64(context, i, &thrown);
    if (!thrown && JSValueIsStrictEqual(context, value, of_u))
        tb_pack_uint(&writer->packer, u);
    else if (!thrown && JSValueIsStrictEqual(context, value, of_i))
        tb_pack_int(&writer->packer, i);
    else
        return wrong(writer, "a BigInt of more than 64 bits");
    return state(writer);
}

static int bytes_out(struct hook_writer *writer, JSValueRef value)
{
    tb_buffer_truncate(&writer->scratch, 0);
    if (hook_value_append_bytes(writer->realm->context, value, &writer->scratch) != TB_OK)
        return wrong(writer, "a value of more than 1 MiB");
    tb_pack_bin(&writer->packer, tb_buffer_bytes(&writer->scratch));
    return state(writer);
}

/* A header whose count is written when it is known: members may turn out to be left out. */
static bool begin_count(struct hook_writer *writer, uint8_t first, size_t *ret_at)
{
    const uint8_t header[COUNT_SIZE] = {first};
    *ret_at = tb_buffer_n(writer->packer.out);
    return tb_buffer_append(writer->packer.out, tb_bytes_of(header, sizeof header));
}

static void end_count(struct hook_writer *writer, size_t at, uint32_t n)
{
    struct tb_buffer *out = writer->packer.out;
    uint8_t *count = out->data + out->start + at + 1;
    for (size_t i = 0; i < 4; i++)
        count[i] = (uint8_t)(n >> (24 - 8 * i));
}

/* How many elements an array claims to have; it may be a sparse one of four thousand millions. */
static bool length_of(struct hook_writer *writer, JSObjectRef array, uint32_t *ret_n)
{
    JSContextRef context = writer->realm->context;
    JSValueRef length = hook_realm_get(writer->realm, array, "length", &writer->thrown);
    double n = writer->thrown ? 0 : JSValueToNumber(context, length, &writer->thrown);
    if (writer->thrown || !(n >= 0 && n <= writer->nodes_left))
        return false;
    *ret_n = (uint32_t)n;
    return true;
}

static int array_out(struct hook_writer *writer, JSObjectRef array)
{
    uint32_t n;
    size_t at;
    if (!length_of(writer, array, &n))
        return writer->thrown ? TB_MALFORMED : wrong(writer, "more than 65,000 values");
    if (!begin_count(writer, ARRAY32, &at))
        return wrong(writer, "a value of more than 1 MiB");
    for (uint32_t i = 0; i < n; i++) {
        JSValueRef value =
            JSObjectGetPropertyAtIndex(writer->realm->context, array, i, &writer->thrown);
        int r = state(writer);
        if (r == TB_OK)
            r = hook_value_out(writer, value);
        if (r != TB_OK)
            return r;
    }
    end_count(writer, at, n);
    return TB_OK;
}

/* One member. *n counts those that were not undefined. */
static int member_out(struct hook_writer *writer, JSObjectRef object, JSValueRef name, uint32_t *n)
{
    JSContextRef context = writer->realm->context;
    JSValueRef value = JSObjectGetPropertyForKey(context, object, name, &writer->thrown);
    if (writer->thrown)
        return TB_MALFORMED;
    if (JSValueIsUndefined(context, value))
        return TB_OK;
    if (writer->nodes_left == 0)
        return wrong(writer, "more than 65,000 values");
    writer->nodes_left--;
    hook_string key = JSValueToStringCopy(context, name, &writer->thrown);
    if (!key || writer->thrown)
        return TB_MALFORMED;
    int r = key_out(writer, key);
    *n += 1;
    return r == TB_OK ? hook_value_out(writer, value) : r;
}

static int object_out(struct hook_writer *writer, JSObjectRef object)
{
    JSContextRef context = writer->realm->context;
    JSValueRef arguments[] = {object};
    uint32_t n_names;
    uint32_t n = 0;
    size_t at;
    JSValueRef names =
        JSObjectCallAsFunction(context, writer->realm->keys, NULL, 1, arguments, &writer->thrown);
    JSObjectRef list = names ? JSValueToObject(context, names, &writer->thrown) : NULL;
    if (writer->thrown || !list)
        return TB_MALFORMED;
    if (!length_of(writer, list, &n_names))
        return wrong(writer, "more than 65,000 values");
    if (!begin_count(writer, MAP32, &at))
        return wrong(writer, "a value of more than 1 MiB");
    for (uint32_t i = 0; i < n_names; i++) {
        JSValueRef name = JSObjectGetPropertyAtIndex(context, list, i, &writer->thrown);
        int r = state(writer);
        if (r == TB_OK)
            r = member_out(writer, object, name, &n);
        if (r != TB_OK)
            return r;
    }
    end_count(writer, at, n);
    return TB_OK;
}

/* What an instance of a class has inside of it would be lost without a word. */
static int object_or_bytes_out(struct hook_writer *writer, JSValueRef value)
{
    const struct hook_realm *realm = writer->realm;
    JSObjectRef object = JSValueToObject(realm->context, value, &writer->thrown);
    if (!object || writer->thrown)
        return TB_MALFORMED;
    JSTypedArrayType type = JSValueGetTypedArrayType(realm->context, value, &writer->thrown);
    if (type == kJSTypedArrayTypeUint8Array || type == kJSTypedArrayTypeArrayBuffer)
        return bytes_out(writer, value);
    if (JSObjectIsFunction(realm->context, object))
        return wrong(writer, "a function");
    if (JSValueIsArray(realm->context, value))
        return array_out(writer, object);
    JSValueRef prototype = JSObjectGetPrototype(realm->context, object);
    if (!JSValueIsNull(realm->context, prototype) &&
        !JSValueIsStrictEqual(realm->context, prototype, realm->object_prototype))
        return wrong(writer, "an instance of a class: make a plain object, a string or a number of "
                             "it");
    return object_out(writer, object);
}

static int primitive_out(struct hook_writer *writer, JSValueRef value)
{
    JSContextRef context = writer->realm->context;
    switch (JSValueGetType(context, value)) {
    case kJSTypeUndefined:
    case kJSTypeNull:
        tb_pack_nil(&writer->packer);
        return state(writer);
    case kJSTypeBoolean:
        tb_pack_bool(&writer->packer, JSValueToBoolean(context, value));
        return state(writer);
    case kJSTypeNumber:
        return number_out(writer, JSValueToNumber(context, value, &writer->thrown));
    case kJSTypeBigInt:
        return bigint_out(writer, value);
    case kJSTypeString: {
        hook_string string = JSValueToStringCopy(context, value, &writer->thrown);
        return string && !writer->thrown ? string_out(writer, string) : TB_MALFORMED;
    }
    case kJSTypeSymbol:
    case kJSTypeObject:
        break;
    }
    return wrong(writer, "a symbol");
}

int hook_value_out(struct hook_writer *writer, JSValueRef value)
{
    if (writer->nodes_left == 0)
        return wrong(writer, "more than 65,000 values");
    writer->nodes_left--;
    if (!JSValueIsObject(writer->realm->context, value))
        return primitive_out(writer, value);
    if (writer->depth == TB_MSGPACK_DEPTH - 1) /* an ANSWER is the outermost map */
        return wrong(writer, "a value that is nested deeper than 31, or in itself");
    writer->depth++;
    int r = object_or_bytes_out(writer, value);
    writer->depth--;
    return r;
}

int hook_value_append_bytes(JSContextRef context, JSValueRef value, struct tb_buffer *out)
{
    JSValueRef thrown = NULL;
    JSTypedArrayType type = JSValueGetTypedArrayType(context, value, &thrown);
    JSObjectRef object = (JSObjectRef)(uintptr_t)value;
    const uint8_t *bytes;
    size_t n;
    if (type == kJSTypedArrayTypeArrayBuffer) {
        n = JSObjectGetArrayBufferByteLength(context, object, &thrown);
        bytes = JSObjectGetArrayBufferBytesPtr(context, object, &thrown);
    } else if (type == kJSTypedArrayTypeUint8Array) {
        n = JSObjectGetTypedArrayByteLength(context, object, &thrown);
        bytes = JSObjectGetTypedArrayBytesPtr(context, object, &thrown);
        /* What the engine gives is where the buffer begins, not the array. */
        bytes += bytes ? JSObjectGetTypedArrayByteOffset(context, object, &thrown) : 0;
    } else {
        return TB_UNKNOWN;
    }
    return !thrown && (bytes || n == 0) && tb_buffer_append(out, tb_bytes_of(bytes, n)) ? TB_OK
                                                                                        : TB_FULL;
}
