/* From the text of an isolation.js to its functions. */
#include "base/result.h"
#include "hook/engine.h"
#include "hook/text.h"
#include "hook/thrown.h"

#include <stdio.h>

static struct tb_bytes file_of(const struct hook_engine *engine)
{
    return tb_bytes_of_string(engine->source.file);
}

static void say(struct hook_engine *engine, const char *name, const char *what)
{
    (void)snprintf(engine->wrong, sizeof engine->wrong, "%s: %s%s", engine->source.file, name,
                   what);
}

static void keep(struct hook_engine *engine, enum hook_function function, JSValueRef value)
{
    JSContextRef context = engine->realm.context;
    JSObjectRef object =
        JSValueIsObject(context, value) ? JSValueToObject(context, value, NULL) : NULL;
    if (!object || !JSObjectIsFunction(context, object)) {
        say(engine, hook_function_names[function], " is not a function");
        return;
    }
    JSValueProtect(context, object);
    engine->functions[function] = object;
}

static bool names_function(const struct hook_engine *engine, JSValueRef name)
{
    hook_string string = JSValueToStringCopy(engine->realm.context, name, NULL);
    bool is = false;
    for (size_t i = 0; string && i < N_HOOK_FUNCTIONS; i++)
        is = is || JSStringIsEqualToUTF8CString(string, hook_function_names[i]);
    return is;
}

/* The default export's further members would go unnoticed, misspelt ones too. */
static void check_default(struct hook_engine *engine, JSValueRef object)
{
    JSContextRef context = engine->realm.context;
    JSValueRef thrown = NULL;
    JSValueRef names =
        JSObjectCallAsFunction(context, engine->realm.keys, NULL, 1, &object, &thrown);
    JSObjectRef list = names ? JSValueToObject(context, names, &thrown) : NULL;
    bool all = list != NULL;
    for (unsigned i = 0; all && i <= N_HOOK_FUNCTIONS; i++) {
        JSValueRef name = JSObjectGetPropertyAtIndex(context, list, i, &thrown);
        if (thrown || JSValueIsUndefined(context, name))
            break;
        all = names_function(engine, name);
    }
    if (!all || thrown)
        say(engine, "",
            "the default export has members beside onRequest, onReply, onError and "
            "onChunk");
}

#define NO_EXPORT " is there and has no `export`: write it in front"

/* hook/module.c says what is in the array. */
static void take_exports(struct hook_engine *engine, JSObjectRef result)
{
    JSContextRef context = engine->realm.context;
    bool any = false;
    for (unsigned i = 0; i < N_HOOK_FUNCTIONS; i++) {
        JSValueRef value = JSObjectGetPropertyAtIndex(context, result, i, NULL);
        JSValueRef there = JSObjectGetPropertyAtIndex(context, result, N_HOOK_FUNCTIONS + i, NULL);
        bool exported = !JSValueIsUndefined(context, value);
        any = any || exported;
        if (exported)
            keep(engine, (enum hook_function)i, value);
        else if (JSValueToBoolean(context, there))
            say(engine, hook_function_names[i], NO_EXPORT);
    }
    JSValueRef made = JSObjectGetPropertyAtIndex(context, result, 2 * N_HOOK_FUNCTIONS, NULL);
    if (JSValueIsObject(context, made))
        check_default(engine, made);
    if (!any && !*engine->wrong)
        say(engine, "", "exports none of onRequest, onReply, onError and onChunk");
}

/* A script's functions are properties of the global object: one that lacks its `export` is there.
 */
static bool any_unexported(struct hook_engine *engine)
{
    JSContextRef context = engine->realm.context;
    JSValueRef thrown = NULL;
    for (unsigned i = 0; i < N_HOOK_FUNCTIONS; i++) {
        JSValueRef value =
            hook_realm_get(&engine->realm, engine->realm.global, hook_function_names[i], &thrown);
        if (thrown || JSValueIsUndefined(context, value))
            continue;
        say(engine, hook_function_names[i], NO_EXPORT);
        return true;
    }
    return false;
}

static void take_tauri(struct hook_engine *engine)
{
    static const char name[] = "__TAURI_ISOLATION_HOOK__";
    JSContextRef context = engine->realm.context;
    JSValueRef thrown = NULL;
    JSValueRef value = hook_realm_get(&engine->realm, engine->realm.global, name, &thrown);
    if (thrown || JSValueIsUndefined(context, value)) {
        if (!any_unexported(engine))
            say(engine, "",
                "exports none of onRequest, onReply, onError and onChunk, and sets no "
                "window.__TAURI_ISOLATION_HOOK__");
        return;
    }
    keep(engine, HOOK_ON_REQUEST, value);
    if (!engine->functions[HOOK_ON_REQUEST])
        say(engine, name, " is not a function");
    engine->is_tauri = true;
}

static void evaluate(struct hook_engine *engine, const struct hook_module *module)
{
    JSContextRef context = engine->realm.context;
    JSValueRef thrown = NULL;
    hook_string file = hook_string_new(file_of(engine));
    hook_string program = hook_string_new(tb_buffer_bytes(&module->program));
    if (!file || !program) {
        say(engine, "", "out of memory");
        return;
    }
    JSValueRef value = hook_realm_evaluate(&engine->realm, program, file, &thrown);
    if (!value)
        hook_thrown_text(&engine->realm, &engine->source, thrown, engine->wrong);
    else if (module->is_module)
        take_exports(engine, JSValueToObject(context, value, NULL));
    else
        take_tauri(engine);
}

static uint32_t count_lines(struct tb_bytes text)
{
    uint32_t n = 1;
    for (size_t i = 0; i + 1 < text.n; i++)
        n += text.data[i] == '\n';
    return n;
}

void hook_engine_load(struct hook_engine *engine, const struct tb_hook_init *init)
{
    tb_cleanup(hook_module_deinit) struct hook_module module = {0};
    (void)snprintf(engine->view, sizeof engine->view, "%.*s", (int)init->view.n,
                   (const char *)init->view.data);
    (void)snprintf(engine->source.file, sizeof engine->source.file, "%.*s", (int)init->file.n,
                   (const char *)init->file.data);
    engine->source.n_lines = count_lines(init->text);
    /* Further args would leave the hook no room for its own. */
    engine->calls.most_bytes = (size_t)init->memory_mib * 1024 * 1024 / 4;
    int r = hook_module_init(&module, &engine->realm, init->file, init->text);
    if (r == TB_OK)
        evaluate(engine, &module);
    else
        (void)snprintf(engine->wrong, sizeof engine->wrong, "%s",
                       r == TB_MALFORMED ? module.wrong : "out of memory");
}
