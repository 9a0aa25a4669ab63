#include "hook/realm.h"

#include "base/result.h"
#include "hook/natives.h"
#include "hook/prelude.h"
#include "hook/text.h"

#include <errno.h>

/* Exported by the library, and in none of the headers that it is installed with. */
void JSGlobalContextSetEvalEnabled(JSGlobalContextRef context, bool enabled, JSStringRef message);
void JSGlobalContextSetRemoteInspectionEnabled(JSGlobalContextRef context, bool enabled);

JSValueRef hook_realm_evaluate(const struct hook_realm *realm, JSStringRef program,
                               JSStringRef file, JSValueRef *ret_thrown)
{
    return JSEvaluateScript(realm->context, program, NULL, file, 1, ret_thrown);
}

JSValueRef hook_realm_get(const struct hook_realm *realm, JSObjectRef object, const char *name,
                          JSValueRef *ret_thrown)
{
    hook_string key = JSStringCreateWithUTF8CString(name);
    return JSObjectGetProperty(realm->context, object, key, ret_thrown);
}

void hook_realm_set(const struct hook_realm *realm, JSObjectRef object, const char *name,
                    JSValueRef value)
{
    hook_string key = JSStringCreateWithUTF8CString(name);
    JSObjectSetProperty(realm->context, object, key, value, kJSPropertyAttributeNone, NULL);
}

/* A value that the collector does not see here is kept for as long as the world is. */
static JSObjectRef keep(const struct hook_realm *realm, JSValueRef value)
{
    if (!value || !JSValueIsObject(realm->context, value))
        return NULL;
    JSValueProtect(realm->context, value);
    return JSValueToObject(realm->context, value, NULL);
}

static JSObjectRef keep_path(const struct hook_realm *realm, const char *name, const char *member)
{
    JSValueRef thrown = NULL;
    JSObjectRef object = keep(realm, hook_realm_get(realm, realm->global, name, &thrown));
    return object && !thrown ? keep(realm, hook_realm_get(realm, object, member, &thrown)) : NULL;
}

static JSObjectRef run_prelude(const struct hook_realm *realm)
{
    JSContextRef context = realm->context;
    JSValueRef thrown = NULL;
    hook_string text = JSStringCreateWithUTF8CString(hook_prelude);
    JSValueRef made = hook_realm_evaluate(realm, text, NULL, &thrown);
    JSObjectRef prelude = made ? JSValueToObject(context, made, &thrown) : NULL;
    const JSValueRef arguments[] = {
        realm->global,
        JSObjectMakeFunctionWithCallback(context, NULL, hook_native_encode),
        JSObjectMakeFunctionWithCallback(context, NULL, hook_native_decode),
        JSObjectMakeFunctionWithCallback(context, NULL, hook_native_log),
    };
    if (!prelude)
        return NULL;
    return keep(realm, JSObjectCallAsFunction(context, prelude, NULL, TB_ARRAY_LEN(arguments),
                                              arguments, &thrown));
}

int hook_realm_init(struct hook_realm *ret_realm)
{
    struct hook_realm realm = {.context = JSGlobalContextCreate(NULL)};
    hook_string no_eval =
        JSStringCreateWithUTF8CString("eval and Function are not to be had in a hook");
    if (!realm.context)
        return -ENOMEM;
    JSGlobalContextSetRemoteInspectionEnabled(realm.context, false);
    realm.global = JSContextGetGlobalObject(realm.context);
    realm.object_prototype = keep_path(&realm, "Object", "prototype");
    realm.array_prototype = keep_path(&realm, "Array", "prototype");
    realm.keys = keep_path(&realm, "Object", "keys");
    realm.run = run_prelude(&realm);
    JSGlobalContextSetEvalEnabled(realm.context, false, no_eval);
    if (!realm.object_prototype || !realm.array_prototype || !realm.keys || !realm.run) {
        JSGlobalContextRelease(realm.context);
        return -ENOMEM;
    }
    *ret_realm = realm;
    return TB_OK;
}
