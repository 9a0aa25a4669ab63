#include "base/result.h"
#include "endpoint/webkitgtk/call.h"

int tb_web_calls_init(struct tb_web_calls *calls)
{
    g_queue_init(&calls->early);
    g_queue_init(&calls->order);
    calls->by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
    calls->queues = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    calls->scanner = tb_scanner_new(&tb_scan_peer);
    return calls->scanner ? TB_OK : TB_FULL;
}

void tb_web_calls_deinit(struct tb_web_calls *calls)
{
    tb_assert(g_hash_table_size(calls->by_id) == 0);
    g_hash_table_unref(calls->by_id);
    g_hash_table_unref(calls->queues);
    tb_scanner_free(calls->scanner);
}

struct tb_web_call *tb_web_call_find(const struct tb_web_link *link, uint64_t id)
{
    return g_hash_table_lookup(link->calls.by_id, &id);
}

/* ---- the end of a call ---- */

/* The script is told, and the call freed. */
static void settle(struct tb_web_call *call, const struct tb_reply *reply)
{
    struct tb_web_link *link = call->link;
    g_hash_table_remove(link->calls.by_id, &call->id);
    tb_web_script_done(&link->script, call->id, reply);
    g_clear_object(&call->raw);
    g_free(call);
}

void tb_web_call_fail(struct tb_web_call *call, enum tb_code code, const char *message)
{
    const struct tb_reply reply = {
        .type = TB_REPLY_ERROR,
        .error = {.code = code,
                  .message = tb_bytes_of_string(message),
                  .command = tb_bytes_of(call->name, call->n_name)},
    };
    settle(call, &reply);
}

void tb_web_call_fail_lost(struct tb_web_call *call)
{
    bool broken = call->link->lost == TB_CODE_VIOLATION;
    tb_web_call_fail(call, broken ? TB_CODE_VIOLATION : TB_CODE_SESSION_CLOSED,
                     broken ? "the broker broke the protocol" : "the session is over");
}

static void on_done(void *data, const struct tb_reply *reply)
{
    struct tb_web_call *call = data;
    struct tb_web_link *link = call->link;
    if (reply) {
        settle(call, reply);
        return;
    }
    if (link->endpoint && tb_endpoint_broken(link->endpoint))
        link->lost = TB_CODE_VIOLATION;
    tb_web_call_fail_lost(call);
}

static void on_chunk(void *data, const struct tb_chunk *chunk, uint32_t cost)
{
    struct tb_web_call *call = data;
    call->n_held += cost;
    tb_web_script_chunk(&call->link->script, call->id, chunk, cost);
}

static void on_room(void *data)
{
    tb_web_call_room(data);
}

static const struct tb_endpoint_handler handler = {
    .done = on_done, .chunk = on_chunk, .room = on_room};

/* ---- its beginning ---- */

/* TB_AGAIN is for the caller; everything else has happened. */
static int answer(struct tb_web_call *call, int r)
{
    switch (r) {
    case TB_OK:
    case TB_AGAIN:
        return r;
    case TB_DENIED:
        tb_web_call_fail(call, TB_CODE_DENIED, "the command was revoked");
        return TB_OK;
    case TB_TOO_LARGE:
        tb_web_call_fail(call, TB_CODE_TOO_LARGE, "the call is larger than a frame may hold");
        return TB_OK;
    case TB_CLOSED:
        tb_web_call_fail_lost(call);
        return TB_OK;
    default:
        tb_web_call_fail(call, TB_CODE_LIMIT, "too much waits to be sent");
        return TB_OK;
    }
}

int tb_web_call_start(struct tb_web_call *call, uint32_t command, struct tb_bytes args)
{
    struct tb_endpoint_request request = {
        .args = args, .has_raw = call->raw != NULL, .more = call->more, .raw_stays = true};
    if (call->raw)
        (void)tb_web_bytes(call->raw, &request.raw);
    int r = tb_endpoint_call(call->link->endpoint, command, &request, &handler, call,
                             &call->endpoint_id);
    if (r == TB_OK)
        tb_web_call_room(call);
    return answer(call, r);
}

static void submit_granted(struct tb_web_call *call, uint32_t command, struct tb_bytes args)
{
    if (tb_web_is_waited_for(call->link, command) ||
        tb_web_call_start(call, command, args) == TB_AGAIN)
        tb_web_wait(call, command, args);
}

void tb_web_call_submit(struct tb_web_call *call, struct tb_bytes args)
{
    struct tb_bytes name = tb_bytes_of(call->name, call->n_name);
    uint32_t command = tb_endpoint_find(call->link->endpoint, name);
    if (command != TB_NO_COMMAND && !call->is_cut) {
        submit_granted(call, command, args);
        return;
    }
    tb_web_link_miss(call->link, name);
    tb_web_call_fail(call, TB_CODE_NOT_GRANTED, "the command is not granted to this view");
}

/* ---- what the script asks for ---- */

/* A text of any length, down to what fits; never in the middle of a character. */
static size_t cut(struct tb_bytes text, size_t most)
{
    size_t n = text.n < most ? text.n : most;
    while (n > 0 && n < text.n && (text.data[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static struct tb_web_call *new_call(struct tb_web_link *link, const struct tb_web_request *request)
{
    struct tb_web_call *call = g_new0(struct tb_web_call, 1);
    call->id = request->id;
    call->link = link;
    call->n_name = cut(request->name, sizeof call->name);
    call->is_cut = call->n_name < request->name.n;
    memcpy(call->name, request->name.data, call->n_name);
    call->more = request->more;
    call->raw = request->raw ? g_object_ref(request->raw) : NULL;
    g_hash_table_insert(link->calls.by_id, &call->id, call);
    return call;
}

/* The text of a map, that fits into the CALL's own: PROTOCOL.md, section 4. */
static int check_args(const struct tb_web_calls *calls, struct tb_bytes args)
{
    static const struct tb_scan_limits limits = {TB_MSGPACK_DEPTH - 1,
                                                 TB_MSGPACK_NODES - TB_NODES_ADDED, TB_MSGPACK_KEY};
    bool is_map = args.n > 0 &&
                  ((args.data[0] & 0xf0) == 0x80 || args.data[0] == 0xde || args.data[0] == 0xdf);
    if (args.n > TB_FRAME_MAX)
        return TB_TOO_LARGE;
    return is_map ? tb_scan(calls->scanner, &limits, args) : TB_MALFORMED;
}

static void begin(struct tb_web_call *call, struct tb_bytes args)
{
    struct tb_web_link *link = call->link;
    int r = check_args(&link->calls, args);
    if (!link->endpoint || tb_endpoint_lost(link->endpoint))
        tb_web_call_fail_lost(call);
    else if (r == TB_TOO_LARGE)
        tb_web_call_fail(call, TB_CODE_TOO_LARGE, "the arguments are larger than a frame may hold");
    else if (r != TB_OK)
        tb_web_call_fail(call, TB_CODE_INVALID_ARGS, "arguments that cannot be sent");
    else if (link->is_ready)
        tb_web_call_submit(call, args);
    else
        tb_web_wait_early(call, args);
}

int tb_web_call(struct tb_web_link *link, const struct tb_web_request *request)
{
    if (tb_web_call_find(link, request->id))
        return TB_FULL;
    begin(new_call(link, request), request->args);
    tb_web_link_flush(link);
    return TB_OK;
}

void tb_web_call_cancel(struct tb_web_link *link, uint64_t id)
{
    struct tb_web_call *call = tb_web_call_find(link, id);
    if (!call)
        return;
    if (call->in) {
        tb_web_wait_no_more(call);
        tb_web_call_fail(call, TB_CODE_CANCELLED, "aborted before it was sent");
        return;
    }
    call->wants_cancel = tb_endpoint_cancel(link->endpoint, call->endpoint_id) == TB_FULL;
    link->is_full |= call->wants_cancel;
    tb_web_link_flush(link);
}
