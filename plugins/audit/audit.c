/*
 * Trollbridge's audit plugin: a page follows the records of its own view. The log is a descriptor
 * that the launcher left open, for reading; there is no path to it, and no file that could be
 * opened. A page that does not take its records costs a place in that file and nothing else.
 */
#include "base/compiler.h"
#include "plugins/audit/log.h"
#include "plugins/audit/wake.h"
#include "plugins/sdk/trollbridge-plugin.h"
#include "sandbox/enter.h"

#include <errno.h>
#include <stdlib.h>

enum { LOG_FD = 5, FOLLOWS_MAX = 16, LAST_MAX = 1000 };

struct state {
    struct audit_log log;
    struct audit_wake wake;
    struct tb_ids *ids;
    struct follow *follows;
};

struct follow {
    struct state *state;
    struct follow *next;
    struct tb_stream *stream;
    struct tb_channel channel;
    uint64_t id;
    struct audit_place place;
};

/* ---- telling ---- */

static void pack_record(struct tb_packer *packer, const struct audit_record *record)
{
    tb_pack_map(packer, 10);
    tb_pack_key_uint(packer, "n", record->n);
    tb_pack_key_str(packer, "time", record->time);
    tb_pack_key_str(packer, "event", record->event);
    tb_pack_key_str(packer, "command", record->command);
    tb_pack_key_str(packer, "verdict", record->verdict);
    tb_pack_key_str(packer, "code", record->code);
    tb_pack_key_uint(packer, "dur_ns", record->dur_ns);
    tb_pack_key_uint(packer, "in", record->in);
    tb_pack_key_uint(packer, "out", record->out);
    tb_pack_key_uint(packer, "of", record->of);
}

static bool tell(void *data, const struct audit_record *record)
{
    struct follow *follow = data;
    pack_record(tb_stream_message(follow->stream, &follow->channel), record);
    return tb_stream_send(follow->stream) == TB_SENT;
}

/* What one block of the log holds for each: the link is looked at between two looks. */
static void look(void *data)
{
    struct state *state = data;
    bool more = false;
    for (struct follow *follow = state->follows; follow; follow = follow->next)
        more |= audit_log_read(&state->log, &follow->place, tell, follow);
    if (more)
        audit_wake_again(&state->wake);
}

static void room(struct tb_stream *stream)
{
    struct follow *follow = tb_stream_data(stream);
    if (audit_log_read(&follow->state->log, &follow->place, tell, follow))
        audit_wake_again(&follow->state->wake);
}

/* ---- the end ---- */

static void leave(struct follow *follow)
{
    struct follow **at = &follow->state->follows;
    while (*at && *at != follow)
        at = &(*at)->next;
    if (*at)
        *at = follow->next;
    if (!follow->state->follows)
        audit_wake_stop(&follow->state->wake);
    tb_stream_free(follow->stream);
    free(follow);
}

/* The page has closed the id. */
static void end(void *thing)
{
    struct follow *follow = thing;
    tb_stream_end_nil(follow->stream);
    leave(follow);
}

static void cancel(struct tb_stream *stream)
{
    struct follow *follow = tb_stream_data(stream);
    if (tb_ids_remove(follow->state->ids, follow->id))
        leave(follow);
}

/* ---- follow {last?, onRecord} ---- */

static bool join(struct tb_call *call, struct follow *follow)
{
    static const struct tb_stream_events events = {.room = room, .cancel = cancel};
    struct state *state = follow->state;
    if (!audit_wake_start(&state->wake)) {
        tb_reply_error(call, TB_CODE_IO, ENOMEM, "no memory");
        return false;
    }
    follow->id = tb_ids_add(state->ids, follow);
    if (follow->id == 0) {
        tb_reply_error(call, TB_CODE_IO, EMFILE, "this view follows %d times already: end one",
                       FOLLOWS_MAX);
        return false;
    }
    follow->stream = tb_call_stream(call, &events, follow);
    if (!follow->stream) {
        tb_ids_remove(state->ids, follow->id);
        return false;
    }
    follow->next = state->follows;
    state->follows = follow;
    return true;
}

static void start_follow(struct tb_call *call, const struct follow *read, uint64_t last)
{
    struct follow *follow = malloc(sizeof *follow);
    if (!follow) {
        tb_reply_error(call, TB_CODE_IO, ENOMEM, "no memory");
        return;
    }
    *follow = *read;
    if (!join(call, follow)) {
        leave(follow);
        return;
    }
    follow->place = audit_log_back(&follow->state->log, last);
    tb_pack_uint(tb_stream_value(follow->stream), follow->id);
    tb_stream_send(follow->stream); /* the first thing that is sent always has room */
}

static void follow_log(struct tb_call *call)
{
    struct follow read = {.state = call->state};
    uint64_t last = 0;
    if (tb_arg_uint(call, call->args, "last", TB_OPTIONAL, LAST_MAX, &last) &&
        tb_arg_channel(call, call->args, "onRecord", TB_REQUIRED, &read.channel))
        start_follow(call, &read, last);
}

/* ---- the plugin ---- */

static void stop(void *data)
{
    struct state *state = data;
    audit_wake_deinit(&state->wake);
    free(state);
}

static int start(const struct tb_plugin_init *init, void **ret_state)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        return -ENOMEM;
    state->ids = tb_ids_new(init->session, FOLLOWS_MAX, end);
    if (!state->ids || !audit_log_init(&state->log, LOG_FD, init->view, init->origin)) {
        free(state);
        return -EBADF;
    }
    audit_wake_init(&state->wake, init->session, LOG_FD, look, state);
    *ret_state = state;
    return 0;
}

/* The launcher's list is one for plugins in any language; this command needs a tenth of it. */
static int seal(void *state)
{
    (void)state;
    return tb_sandbox_tighten(&tb_role_audit);
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {{"follow", follow_log}};
    static const struct tb_plugin plugin = {.commands = commands,
                                            .n_commands = TB_ARRAY_LEN(commands),
                                            .start = start,
                                            .seal = seal,
                                            .stop = stop};
    return tb_plugin_main(&plugin);
}
