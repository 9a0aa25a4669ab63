#include "hook/engine.h"

#include "base/result.h"
#include "hook/text.h"
#include "hook/thrown.h"
#include "hook/value.h"

#include <stdio.h>

/* hook/prelude.js has these too. */
enum { PENDING, DONE, THROWN };

/* One question on its way to its answer. */
struct question {
    struct hook_engine *engine;
    const struct tb_hook_ask *ask;
    JSObjectRef message;
    struct tb_buffer value; /* the answer, msgpack */
    struct tb_buffer raw;
    bool has_raw;
    char wrong[TB_ERROR_MESSAGE_MAX + 1];
};

static void question_deinit(struct question *question)
{
    tb_buffer_deinit(&question->value);
    tb_buffer_deinit(&question->raw);
}

int hook_engine_init(struct hook_engine *engine)
{
    *engine = (struct hook_engine){0};
    int r = tb_unpacker_init(&engine->kept, &tb_scan_hook);
    return r == 0 ? hook_realm_init(&engine->realm) : r;
}

static int refuse(struct question *question, const char *what, const char *why)
{
    (void)snprintf(question->wrong, sizeof question->wrong, "%s: %s%s",
                   question->engine->source.file, what, why);
    return TB_DENIED;
}

static enum hook_function function_of(enum tb_hook_what what)
{
    return what == TB_HOOK_REQUEST ? HOOK_ON_REQUEST
           : what == TB_HOOK_REPLY ? HOOK_ON_REPLY
           : what == TB_HOOK_ERROR ? HOOK_ON_ERROR
                                   : HOOK_ON_CHUNK;
}

static const char *name_of(const struct question *question)
{
    return question->engine->is_tauri ? "__TAURI_ISOLATION_HOOK__"
                                      : hook_function_names[function_of(question->ask->what)];
}

static void set_text(const struct question *question, const char *name, struct tb_bytes text)
{
    const struct hook_realm *realm = &question->engine->realm;
    hook_string string = hook_string_new(text);
    if (string)
        hook_realm_set(realm, question->message, name, JSValueMakeString(realm->context, string));
}

static int set_value(struct question *question, const char *name, JSValueRef value)
{
    if (!value)
        return refuse(question, "", "out of memory");
    hook_realm_set(&question->engine->realm, question->message, name, value);
    return TB_OK;
}

static int set_object(struct question *question, const char *name, const msgpack_object *object)
{
    return set_value(question, name, hook_value_in(&question->engine->realm, object));
}

/* The args of the call, as onRequest left them: an object of their own each time. */
static int set_kept_args(struct question *question)
{
    struct hook_engine *engine = question->engine;
    const msgpack_object *args;
    struct tb_bytes text = hook_calls_find(&engine->calls, question->ask->call);
    if (text.n == 0 || tb_unpack(&engine->kept, &tb_scan_hook, text, &args) != TB_OK)
        return refuse(question, name_of(question), ": nothing is known of the call's request");
    return set_object(question, "args", args);
}

static int set_subject(struct question *question)
{
    const struct tb_hook_ask *ask = question->ask;
    JSContextRef context = question->engine->realm.context;
    static const char *const names[] = {"args", "result", "error", "message"};
    if (ask->what == TB_HOOK_CHUNK)
        set_text(question, "direction", tb_bytes_of_string(ask->in ? "in" : "out"));
    if (ask->has_channel)
        hook_realm_set(&question->engine->realm, question->message, "channel",
                       JSValueMakeNumber(context, ask->channel));
    int r = ask->what == TB_HOOK_REQUEST ? TB_OK : set_kept_args(question);
    if (r == TB_OK && ask->value)
        r = set_object(question, names[ask->what], ask->value);
    if (r == TB_OK && ask->has_raw)
        r = set_value(question, "raw", hook_value_bytes(context, ask->raw));
    return r;
}

/* It has no prototype: nothing that a hook did to Object.prototype stands in for what is not there.
 */
static int make_message(struct question *question)
{
    JSContextRef context = question->engine->realm.context;
    question->message = JSObjectMake(context, NULL, NULL);
    JSObjectSetPrototype(context, question->message, JSValueMakeNull(context));
    set_text(question, "view", tb_bytes_of_string(question->engine->view));
    set_text(question, "origin", question->ask->origin);
    set_text(question, "command", question->ask->command);
    return set_subject(question);
}

/* Calls the app's function, and lets its promises run until nothing is left to be done. */
static int call(struct question *question, JSObjectRef function, JSValueRef *ret_value)
{
    const struct hook_realm *realm = &question->engine->realm;
    JSContextRef context = realm->context;
    JSValueRef thrown = NULL;
    const JSValueRef arguments[] = {
        function,
        question->message,
        JSValueMakeBoolean(context, question->engine->is_tauri),
    };
    JSValueRef made = JSObjectCallAsFunction(context, realm->run, NULL, TB_ARRAY_LEN(arguments),
                                             arguments, &thrown);
    if (!made)
        return refuse(question, name_of(question), ": out of memory");
    JSObjectRef box = JSValueToObject(context, made, NULL);
    JSValueRef value = hook_realm_get(realm, box, "value", &thrown);
    int state =
        (int)JSValueToNumber(context, hook_realm_get(realm, box, "state", &thrown), &thrown);
    if (state == PENDING)
        return refuse(question, name_of(question), " gave a promise that nothing ever settles");
    if (state == THROWN) {
        hook_thrown_text(realm, &question->engine->source, value, question->wrong);
        return TB_DENIED;
    }
    *ret_value = value;
    return TB_OK;
}

static int write_value(struct question *question, JSValueRef value)
{
    const struct hook_realm *realm = &question->engine->realm;
    tb_cleanup(hook_writer_deinit) struct hook_writer writer;
    hook_writer_init(&writer, realm, &question->value);
    int r = hook_value_out(&writer, value);
    if (r == TB_OK)
        return TB_OK;
    if (writer.thrown)
        hook_thrown_text(realm, &question->engine->source, writer.thrown, question->wrong);
    else
        (void)snprintf(question->wrong, sizeof question->wrong, "%s: %s returned %s",
                       question->engine->source.file, name_of(question), writer.wrong);
    return TB_DENIED;
}

static int write_raw(struct question *question, JSValueRef bytes)
{
    question->has_raw = true;
    switch (hook_value_append_bytes(question->engine->realm.context, bytes, &question->raw)) {
    case TB_OK:
        return TB_OK;
    case TB_UNKNOWN:
        return refuse(question, name_of(question), ": `raw` has to be a Uint8Array");
    default:
        return refuse(question, name_of(question), ": `raw` of more than 1 MiB");
    }
}

/* Each function's answer is of its question's kind. */
static int take_args(struct question *question, JSValueRef value)
{
    JSContextRef context = question->engine->realm.context;
    JSValueRef thrown = NULL;
    if (!JSValueIsObject(context, value) || JSValueIsArray(context, value) ||
        JSValueGetTypedArrayType(context, value, NULL) != kJSTypedArrayTypeNone)
        return refuse(question, name_of(question), " has to return the args, an object");
    if (JSValueIsStrictEqual(context, value, question->message))
        return refuse(question, name_of(question), " returned its whole message: return its args");
    JSValueRef raw = hook_realm_get(&question->engine->realm, question->message, "raw", &thrown);
    if (thrown)
        return refuse(question, name_of(question), ": `raw` cannot be read");
    int r = write_value(question, value);
    if (r == TB_OK && !JSValueIsUndefined(context, raw) && !JSValueIsNull(context, raw))
        r = write_raw(question, raw);
    return r;
}

/* Of bytes come bytes: those that it returned, or what is in `raw` by now. */
static int take_bytes(struct question *question, JSValueRef value)
{
    JSContextRef context = question->engine->realm.context;
    JSValueRef thrown = NULL;
    if (JSValueIsUndefined(context, value))
        value = hook_realm_get(&question->engine->realm, question->message, "raw", &thrown);
    if (JSValueGetTypedArrayType(context, value, NULL) == kJSTypedArrayTypeNone)
        return refuse(question, name_of(question),
                      " was given bytes, `raw`, and has to return a Uint8Array or nothing");
    return write_raw(question, value);
}

static int take_value(struct question *question, JSValueRef value)
{
    if (JSValueIsUndefined(question->engine->realm.context, value))
        return refuse(question, name_of(question),
                      " returned nothing: return what goes on, or "
                      "throw");
    if (JSValueIsStrictEqual(question->engine->realm.context, value, question->message))
        return refuse(question, name_of(question),
                      " returned its whole message: return the part of it that goes on");
    return write_value(question, value);
}

/* `{"message": str}`, whatever else is in it. */
static int take_error(struct question *question, JSValueRef value)
{
    const struct hook_realm *realm = &question->engine->realm;
    JSValueRef thrown = NULL;
    struct tb_packer packer;
    JSObjectRef error = JSValueIsObject(realm->context, value)
                            ? JSValueToObject(realm->context, value, NULL)
                            : NULL;
    JSValueRef message = error ? hook_realm_get(realm, error, "message", &thrown) : NULL;
    if (!message || thrown || !JSValueIsString(realm->context, message))
        return refuse(question, name_of(question), " has to return { message: \"…\" }");
    tb_packer_init(&packer, &question->value);
    tb_pack_map(&packer, 1);
    tb_pack_key(&packer, "message");
    int r = write_value(question, message);
    if (r == TB_OK && tb_buffer_n(&question->value) > TB_ERROR_MESSAGE_MAX)
        return refuse(question, name_of(question), " returned a message of more than 500 bytes");
    return r;
}

static int take(struct question *question, JSValueRef value)
{
    if (question->ask->what == TB_HOOK_REQUEST)
        return take_args(question, value);
    if (question->ask->what == TB_HOOK_ERROR)
        return take_error(question, value);
    return question->ask->has_raw ? take_bytes(question, value) : take_value(question, value);
}

/* An error keeps its code whatever a hook says: what goes on of it is the message. */
static void pack_message(struct tb_packer *packer, const msgpack_object *error)
{
    struct tb_bytes code;
    struct tb_bytes message = {0};
    const struct tb_field fields[] = {
        {"code", TB_STR, &code, 0, NULL},
        {"message", TB_STR, &message, TB_ERROR_MESSAGE_MAX, NULL},
    };
    packer->failed |= tb_map_read(error, fields, TB_ARRAY_LEN(fields)) != TB_OK;
    tb_pack_map(packer, 1);
    tb_pack_key_str(packer, "message", message);
}

/* What no function asks for goes on as it came. */
static int pass(struct question *question)
{
    struct tb_packer packer;
    const struct tb_hook_ask *ask = question->ask;
    if (ask->what == TB_HOOK_CHUNK)
        return refuse(question, "it has no onChunk,",
                      " and the call became a stream: export one, or leave the "
                      "command out of [hook]");
    tb_packer_init(&packer, &question->value);
    if (ask->what == TB_HOOK_ERROR)
        pack_message(&packer, ask->value);
    else if (ask->value)
        tb_pack_object(&packer, ask->value);
    question->has_raw = ask->has_raw;
    return !packer.failed && tb_buffer_append(&question->raw, ask->raw)
               ? TB_OK
               : refuse(question, "", "out of memory");
}

static int decide(struct question *question)
{
    struct hook_engine *engine = question->engine;
    JSObjectRef function = engine->functions[function_of(question->ask->what)];
    JSValueRef value;
    if (*engine->wrong) {
        (void)snprintf(question->wrong, sizeof question->wrong, "%s", engine->wrong);
        return TB_DENIED;
    }
    if (!function)
        return pass(question);
    int r = make_message(question);
    if (r == TB_OK)
        r = call(question, function, &value);
    return r == TB_OK ? take(question, value) : r;
}

/* Kept for the functions that see what comes of the call; nothing is, where there are none. */
static int keep_args(struct question *question)
{
    const struct hook_engine *engine = question->engine;
    if (!engine->functions[HOOK_ON_REPLY] && !engine->functions[HOOK_ON_ERROR] &&
        !engine->functions[HOOK_ON_CHUNK])
        return TB_OK;
    if (hook_calls_keep(&question->engine->calls, question->ask->call,
                        tb_buffer_bytes(&question->value)) == TB_OK)
        return TB_OK;
    return refuse(question, "",
                  "too many calls are under way, or too large ones, for their args "
                  "to be kept for onReply");
}

static int write_answer(struct question *question, int r, struct tb_buffer *out)
{
    const struct tb_hook_ask *ask = question->ask;
    struct tb_bytes raw = tb_buffer_bytes(&question->raw);
    if (r == TB_OK)
        r = tb_hook_answer_write(out, ask->id, tb_buffer_bytes(&question->value),
                                 question->has_raw ? &raw : NULL);
    if (r == TB_TOO_LARGE || r == TB_FULL)
        (void)refuse(question, name_of(question), ": the answer is larger than 1 MiB");
    if (r == TB_OK)
        return TB_OK;
    return tb_hook_refusal_write(out, ask->id, hook_whole(question->wrong));
}

int hook_engine_answer(struct hook_engine *engine, const struct tb_hook_ask *ask,
                       struct tb_buffer *out)
{
    tb_cleanup(question_deinit) struct question question = {.engine = engine, .ask = ask};
    tb_buffer_init(&question.value, TB_FRAME_MAX);
    tb_buffer_init(&question.raw, TB_FRAME_MAX);
    int r = ask->what == TB_HOOK_FORGET ? TB_OK : decide(&question);
    if (r == TB_OK && ask->what == TB_HOOK_REQUEST)
        r = keep_args(&question);
    if (ask->what != TB_HOOK_REQUEST && ask->what != TB_HOOK_CHUNK)
        hook_calls_drop(&engine->calls, ask->call);
    return ask->what == TB_HOOK_FORGET ? TB_OK : write_answer(&question, r, out);
}
