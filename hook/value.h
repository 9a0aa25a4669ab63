/*
 * Values between msgpack and the hook's JavaScript, without JSON in between.
 *
 *   nil, bool, str, array, map     null, boolean, string, Array, plain object
 *   bin                            Uint8Array
 *   int within 2^53, float         number; a number that is an integer within 2^53 goes back as int
 *   int beyond 2^53                BigInt
 *
 * What is read becomes own properties whatever its keys are called. What is written is own
 * enumerable properties alone, of arrays and of objects that have no class; `undefined` is left out
 * of objects and is nil in arrays, as JSON has it. All else is an error that names the place.
 */
#pragma once

#include "hook/realm.h"
#include "proto/pack.h"

/* NULL when out of memory. */
JSValueRef hook_value_in(const struct hook_realm *realm, const msgpack_object *value);
/* A Uint8Array with a copy of the bytes. NULL when out of memory. */
JSValueRef hook_value_bytes(JSContextRef context, struct tb_bytes bytes);

/* What the writer may not pass, and why it ended. */
struct hook_writer {
    const struct hook_realm *realm;
    struct tb_packer packer;
    struct tb_buffer scratch; /* one string */
    uint32_t nodes_left;
    uint32_t depth;
    JSValueRef thrown; /* by a getter or a Proxy of the app's; or NULL */
    const char *wrong; /* "a function"; or NULL */
};

void hook_writer_init(struct hook_writer *writer, const struct hook_realm *realm,
                      struct tb_buffer *out);
void hook_writer_deinit(struct hook_writer *writer);
/* TB_OK; else TB_MALFORMED, and `thrown` or `wrong` says why. What is in `out` by then is of no
 * use. */
tb_must_check int hook_value_out(struct hook_writer *writer, JSValueRef value);
/* Appends the bytes of a Uint8Array or an ArrayBuffer. TB_OK, TB_UNKNOWN (it is none), TB_FULL. */
tb_must_check int hook_value_append_bytes(JSContextRef context, JSValueRef value,
                                          struct tb_buffer *out);
