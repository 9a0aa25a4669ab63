/*
 * The JavaScript world of one isolation.js, and what is taken from it before any of the app's text
 * has run: nothing that the text does to its own prototypes and classes changes how values are
 * read and written.
 */
#pragma once

#include "base/buffer.h"
#include "base/compiler.h"

#include <JavaScriptCore/JavaScript.h>

struct hook_realm {
    JSGlobalContextRef context;
    JSObjectRef global;
    JSValueRef object_prototype;
    JSValueRef array_prototype;
    JSObjectRef keys; /* Object.keys */
    JSObjectRef run;  /* hook/prelude.js calls a function of the app's and waits for its result */
};

/* Makes it. TB_OK, or -ENOMEM. */
tb_must_check int hook_realm_init(struct hook_realm *realm);

/* Evaluates a program. NULL: *ret_thrown is what it threw. */
JSValueRef hook_realm_evaluate(const struct hook_realm *realm, JSStringRef program,
                               JSStringRef file, JSValueRef *ret_thrown);
/* An object's property by name; undefined where it has none. */
JSValueRef hook_realm_get(const struct hook_realm *realm, JSObjectRef object, const char *name,
                          JSValueRef *ret_thrown);
/* Defines a property of an object without a prototype, or of one of our own making. */
void hook_realm_set(const struct hook_realm *realm, JSObjectRef object, const char *name,
                    JSValueRef value);
