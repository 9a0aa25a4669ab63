/* Every command of the kit in C, on plugins/sdk. What they do: tests/conformance/README.md. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <trollbridge-plugin.h>

enum { OPEN_MAX = 1000, ERRNO_MAX = 4095 };

/* ---- greet, fail ---- */

/* Entries of the scope are names, or "*" for everybody. */
static bool holds(const struct tb_value *list, struct tb_bytes name, bool strange)
{
    for (uint32_t i = 0; i < tb_value_n(list); i++) {
        struct tb_bytes is;
        bool text = tb_value_str(tb_value_at(list, i), &is);
        if (text ? tb_bytes_equal(is, name) || tb_bytes_are(is, "*") : strange)
            return true;
    }
    return false;
}

static void greet(struct tb_call *call)
{
    struct tb_bytes name;
    char text[128];
    if (!tb_arg_str(call, call->args, "name", TB_REQUIRED, &name))
        return;
    const struct tb_plugin_scope *scope =
        call->scope == TB_NO_SCOPE ? NULL : &call->init->scopes[call->scope];
    if (!scope || !holds(scope->allow, name, false) || holds(scope->deny, name, true)) {
        tb_reply_error(call, TB_CODE_SCOPE, 0, "this name is not in the scope");
        return;
    }
    int n = snprintf(text, sizeof text, "Hello, %.*s.", (int)name.n, (const char *)name.data);
    if (n < 0 || (size_t)n >= sizeof text)
        tb_reply_error(call, TB_CODE_TOO_LARGE, 0, "name: too long");
    else
        tb_pack_str(tb_reply_value(call), tb_bytes_of_string(text));
}

static void fail(struct tb_call *call)
{
    static const char *const names[] = {"denied", "scope",         "invalid_args", "not_found",
                                        "io",     "unimplemented", "too_large"};
    static const enum tb_code codes[] = {TB_CODE_DENIED,    TB_CODE_SCOPE, TB_CODE_INVALID_ARGS,
                                         TB_CODE_NOT_FOUND, TB_CODE_IO,    TB_CODE_UNIMPLEMENTED,
                                         TB_CODE_TOO_LARGE};
    size_t which;
    uint64_t number = 0;
    if (!tb_arg_choice(call, call->args, "code", TB_REQUIRED, names, sizeof names / sizeof *names,
                       &which) ||
        !tb_arg_uint(call, call->args, "errno", TB_OPTIONAL, ERRNO_MAX, &number))
        return;
    tb_reply_error(call, codes[which], (int)number, "as asked");
}

/* ---- echo ---- */

/* A body goes back as it comes. What the page does not take yet comes again when it does. */
static size_t echo_body(struct tb_stream *stream, struct tb_bytes bytes, bool last)
{
    size_t sent = 0;
    for (size_t room; sent < bytes.n && (room = tb_stream_room(stream)) > 0;) {
        size_t n = room < bytes.n - sent ? room : bytes.n - sent;
        if (tb_stream_bytes(stream, NULL, tb_bytes_of(bytes.data + sent, n)) != TB_SENT)
            break;
        sent += n;
    }
    if (last && sent == bytes.n) {
        (void)tb_stream_end_bytes(stream, tb_bytes_of(NULL, 0));
        tb_stream_free(stream);
    }
    return sent;
}

static void echo(struct tb_call *call)
{
    static const struct tb_stream_events events = {.body = echo_body, .cancel = tb_stream_free};
    if (call->more)
        (void)!tb_call_stream(call, &events, NULL);
    else if (call->has_body)
        tb_reply_bytes(call, call->body);
    else
        tb_pack_value(tb_reply_value(call), call->args.map);
}

/* ---- count: messages of a channel, as fast as the page takes them ---- */

struct count {
    struct tb_channel channel;
    uint64_t next;
    uint64_t to;
};

static void count_cancel(struct tb_stream *stream)
{
    free(tb_stream_data(stream));
    tb_stream_free(stream);
}

static void count_room(struct tb_stream *stream)
{
    struct count *count = tb_stream_data(stream);
    for (; count->next < count->to; count->next++) {
        tb_pack_uint(tb_stream_message(stream, &count->channel), count->next);
        if (tb_stream_send(stream) != TB_SENT)
            return;
    }
    (void)tb_stream_end_nil(stream);
    count_cancel(stream);
}

static void count(struct tb_call *call)
{
    static const struct tb_stream_events events = {.room = count_room, .cancel = count_cancel};
    struct count count = {0};
    if (!tb_arg_channel(call, call->args, "channel", TB_REQUIRED, &count.channel) ||
        !tb_arg_uint(call, call->args, "to", TB_REQUIRED, UINT32_MAX, &count.to))
        return;
    struct count *kept = malloc(sizeof *kept);
    if (!kept)
        return; /* the library answers */
    *kept = count;
    if (!tb_call_stream(call, &events, kept))
        free(kept);
}

/* ---- open, wait, and resources|close, which the library answers ---- */

/* Something that is open: the calls that wait until it is not. */
struct thing {
    struct waiter *waiters;
};

struct waiter {
    struct tb_stream *stream;
    struct waiter **at; /* what points to it */
    struct waiter *next;
};

static void waiter_drop(struct waiter *waiter)
{
    *waiter->at = waiter->next;
    if (waiter->next)
        waiter->next->at = waiter->at;
    tb_stream_free(waiter->stream);
    free(waiter);
}

static void thing_end(void *data)
{
    struct thing *thing = data;
    while (thing->waiters) {
        (void)tb_stream_end_nil(thing->waiters->stream);
        waiter_drop(thing->waiters);
    }
    free(thing);
}

static int start(const struct tb_plugin_init *init, void **ret_ids)
{
    struct tb_ids *ids = tb_ids_new(init->session, OPEN_MAX, thing_end);
    *ret_ids = ids;
    return ids ? 0 : -1;
}

static void open_thing(struct tb_call *call)
{
    struct thing *thing = calloc(1, sizeof *thing);
    uint64_t id = thing ? tb_ids_add(call->state, thing) : 0;
    if (id == 0) {
        free(thing);
        tb_reply_error(call, TB_CODE_IO, ENFILE, "too much is open");
        return;
    }
    tb_pack_uint(tb_reply_value(call), id);
}

static void wait_cancel(struct tb_stream *stream)
{
    waiter_drop(tb_stream_data(stream));
}

static void wait_for(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = wait_cancel};
    void *found;
    if (!tb_arg_id(call, call->args, "rid", call->state, &found))
        return;
    struct thing *thing = found;
    struct waiter *waiter = calloc(1, sizeof *waiter);
    struct tb_stream *stream = waiter ? tb_call_stream(call, &events, waiter) : NULL;
    if (!stream) {
        free(waiter);
        return;
    }
    *waiter = (struct waiter){.stream = stream, .at = &thing->waiters, .next = thing->waiters};
    if (waiter->next)
        waiter->next->at = &waiter->next;
    thing->waiters = waiter;
}

/* ---- emit ---- */

static void emit(struct tb_call *call)
{
    struct tb_bytes event;
    char name[128];
    const struct tb_value *payload = tb_value_get(call->args.map, "payload");
    if (!tb_arg_str(call, call->args, "event", TB_REQUIRED, &event))
        return;
    int n = snprintf(name, sizeof name, "%.*s", (int)event.n, (const char *)event.data);
    if (!payload || n < 0 || (size_t)n >= sizeof name) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "expected an event and its payload");
        return;
    }
    tb_pack_value(tb_plugin_emit(call->init->session, name), payload);
    if (tb_plugin_emit_send(call->init->session) == TB_SENT)
        tb_reply_nil(call);
    else
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "this cannot be sent");
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {
        {"greet", greet},     {"fail", fail},     {"echo", echo}, {"count", count},
        {"open", open_thing}, {"wait", wait_for}, {"emit", emit},
    };
    static const char *const parts[] = {"echo", NULL};
    static const struct tb_plugin plugin = {.commands = commands,
                                            .n_commands = sizeof commands / sizeof *commands,
                                            .parts = parts,
                                            .start = start};
    return tb_plugin_main(&plugin);
}
