/*
 * The plugin @NAME@. It has the two kinds of commands that most plugins are made of: `greet`
 * answers at once, `count` goes on by itself until it is done or not wanted any more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <trollbridge-plugin.h>

enum { NAME_MAX_BYTES = 100 };

/* greet {name, polite?}: a string. */
static void greet(struct tb_call *call)
{
    struct tb_bytes name;
    bool polite = false;
    char text[NAME_MAX_BYTES + 16];
    if (!tb_arg_str(call, call->args, "name", TB_REQUIRED, &name) ||
        !tb_arg_bool(call, call->args, "polite", TB_OPTIONAL, &polite))
        return;
    if (name.n > NAME_MAX_BYTES) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "name: longer than %d bytes", NAME_MAX_BYTES);
        return;
    }
    snprintf(text, sizeof text, "%s, %.*s.", polite ? "Good day" : "Hello", (int)name.n,
             (const char *)name.data);
    tb_pack_text(tb_reply_value(call), text);
}

/* count {to, everyMs?, onNumber}: sends the numbers from 1 to `to` to the channel `onNumber`, then
 * answers null. */
struct counting {
    struct tb_stream *stream;
    struct tb_timer *timer;
    struct tb_channel channel;
    uint64_t number;
    uint64_t to;
    uint64_t every_ms;
};

static void stop_counting(struct counting *counting)
{
    tb_timer_free(counting->timer);
    tb_stream_free(counting->stream);
    free(counting);
}

static void count_next(void *data)
{
    struct counting *counting = data;
    if (counting->number > counting->to) {
        tb_stream_end_nil(counting->stream);
        stop_counting(counting);
        return;
    }
    tb_pack_uint(tb_stream_message(counting->stream, &counting->channel), counting->number);
    if (tb_stream_send(counting->stream) != TB_SENT)
        return; /* the page has not taken the last ones: count_room goes on */
    counting->number++;
    tb_timer_set(counting->timer, counting->every_ms);
}

static void count_room(struct tb_stream *stream)
{
    count_next(tb_stream_data(stream));
}

static void count_cancelled(struct tb_stream *stream)
{
    tb_stream_end_error(stream, TB_CODE_IO, 0, "cancelled");
    stop_counting(tb_stream_data(stream));
}

static void count(struct tb_call *call)
{
    static const struct tb_stream_events events = {.room = count_room, .cancel = count_cancelled};
    struct counting read = {.number = 1, .every_ms = 100};
    if (!tb_arg_uint(call, call->args, "to", TB_REQUIRED, 1000000, &read.to) ||
        !tb_arg_uint(call, call->args, "everyMs", TB_OPTIONAL, 60000, &read.every_ms) ||
        !tb_arg_channel(call, call->args, "onNumber", TB_REQUIRED, &read.channel))
        return;
    struct counting *counting = malloc(sizeof *counting);
    if (!counting)
        return; /* the library says that there was no answer */
    *counting = read;
    counting->timer = tb_timer_new(call->init->session, count_next, counting);
    counting->stream = counting->timer ? tb_call_stream(call, &events, counting) : NULL;
    if (!counting->stream)
        stop_counting(counting);
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {{"greet", greet}, {"count", count}};
    static const struct tb_plugin plugin = {
        .commands = commands,
        .n_commands = sizeof commands / sizeof *commands,
    };
    return tb_plugin_main(&plugin);
}
