#include "tests/soak/served.h"

#include "base/compiler.h"
#include "plugins/sdk/trollbridge-plugin.h"
#include "tests/soak/say.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the app's own ---- */

static void whoami(struct tb_call *call)
{
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, 3);
    tb_pack_key_str(packer, "view", call->init->view);
    tb_pack_key_str(packer, "plugin", call->init->plugin);
    tb_pack_key_text(packer, "data", call->init->data);
}

static void echo(struct tb_call *call)
{
    if (call->has_body)
        tb_reply_bytes(call, call->body);
    else
        tb_pack_value(tb_reply_value(call), call->args.map);
}

/* Calls that wait for somebody outside: a list, the oldest first. */
struct kept {
    struct kept *next;
    struct tb_stream *stream;
};

static struct kept *kept;

static void later_cancelled(struct tb_stream *stream)
{
    view_say(json_pack("{s:b}", "cancelled", 1));
    (void)tb_stream_end_error(stream, TB_CODE_IO, 0, "nobody waits any more");
}

static void later(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = later_cancelled};
    struct kept **at = &kept;
    struct kept *one = malloc(sizeof *one);
    tb_assert(one);
    *one = (struct kept){.stream = tb_call_stream(call, &events, NULL)};
    tb_assert(one->stream);
    while (*at)
        at = &(*at)->next;
    *at = one;
    view_say(json_pack("{s:b}", "kept", 1));
}

static struct tb_stream *take_kept(void)
{
    struct kept *one = kept;
    tb_assert(one);
    struct tb_stream *stream = one->stream;
    kept = one->next;
    free(one);
    return stream;
}

void served_finish(const char *text)
{
    struct tb_stream *stream = take_kept();
    tb_pack_text(tb_stream_end_value(stream), text);
    view_say(json_pack("{s:b}", "finished", tb_stream_send(stream) == TB_SENT));
    tb_stream_free(stream);
}

void served_forget(void)
{
    tb_stream_free(take_kept());
}

/* Messages without an end, as fast as the page takes them. */
static void pour_room(struct tb_stream *stream)
{
    enum tb_sent sent;
    do {
        tb_pack_text(tb_stream_message(stream, NULL), "a drop of many that are poured");
        sent = tb_stream_send(stream);
    } while (sent == TB_SENT);
}

static void pour_cancelled(struct tb_stream *stream)
{
    (void)tb_stream_end_error(stream, TB_CODE_IO, 0, "stopped");
    tb_stream_free(stream);
}

static void pour(struct tb_call *call)
{
    static const struct tb_stream_events events = {.room = pour_room, .cancel = pour_cancelled};
    (void)!tb_call_stream(call, &events, NULL);
}

static const struct tb_plugin_command own_commands[] = {
    {"whoami", whoami}, {"echo", echo}, {"later", later}, {"pour", pour}};

/* ---- plugin:window ---- */

enum { TITLE_MAX = 256 };

static int window_start(const struct tb_plugin_init *init, void **ret_state)
{
    char *title = calloc(1, TITLE_MAX);
    if (!title)
        return 1;
    (void)snprintf(title, TITLE_MAX, "Title of %.*s", (int)init->view.n,
                   (const char *)init->view.data);
    *ret_state = title;
    return 0;
}

static void window_stop(void *state)
{
    free(state);
}

static void title(struct tb_call *call)
{
    tb_pack_text(tb_reply_value(call), call->state);
}

static void set_title(struct tb_call *call)
{
    struct tb_bytes text;
    if (!tb_arg_str(call, call->args, "value", TB_REQUIRED, &text))
        return;
    (void)snprintf(call->state, TITLE_MAX, "%.*s", (int)text.n, (const char *)text.data);
    tb_reply_nil(call);
}

static const struct tb_plugin_command window_commands[] = {{"title", title},
                                                           {"set_title", set_title}};

static const struct tb_plugin own = {.commands = own_commands,
                                     .n_commands = TB_ARRAY_LEN(own_commands)};
static const struct tb_plugin window = {.commands = window_commands,
                                        .n_commands = TB_ARRAY_LEN(window_commands),
                                        .start = window_start,
                                        .stop = window_stop};
static char data[] = "given to the host";

const struct trollbridge_plugin served_plugins[SERVED_PLUGINS] = {
    {.name = "", .plugin = &own, .data = data},
    {.name = "window", .plugin = &window},
};
