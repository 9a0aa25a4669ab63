/*
 * Raw bytes on their way: a request's from the view link to the plugin, a result's back. Large ones
 * lie in the plugin's pool meanwhile. Over a direct link the kernel copies them between socket and
 * pool and nothing here looks at them; over a relay they are sealed, and so go through memory of
 * the broker's own.
 */
#include "broker/broker.h"

#include "base/wipe.h"
#include "proto/plugin_stream.h"

#include <stdlib.h>

/* So much of its part can be the plugin's again without its being told: it is when there is
 * something else to say. One that runs short is told sooner. */
enum { UNTOLD_MAX = TB_BULK_OUT / 4 };

/* ---- to the plugin ---- */

/*
 * Whose body that would be, if its plugin can take it into its pool. Nothing of the frame has been
 * authenticated yet: until that is done the block is nobody's, and the bytes in it nothing. But the
 * plugin could look at them already, and so gets only those of a call that will be let through as
 * things stand: not of one that anything else has to judge, or that has to wait.
 */
static struct tb_bulk *pool_for(struct tb_session *session, const struct tb_frame *frame)
{
    uint32_t index;
    struct tb_address address = tb_sealed_address(frame);
    if (tb_handle_pool_look(&session->handles, &address.handle, &index) != TB_HANDLE_ISSUED)
        return NULL;
    const struct tb_named *command = tb_session_command(session, index);
    if (!command->granted || command->plugin == TB_NO_INDEX ||
        !tb_audit_available(&session->broker->audit))
        return NULL;
    const struct tb_plugin *plugin = &session->plugins[command->plugin];
    bool passes = !command->granted->filtered && !plugin->order.first &&
                  tb_charge_would_pass(session->broker, session, index);
    return passes ? plugin->bulk : NULL;
}

static void drop_block(struct tb_bulk *bulk, uint64_t at)
{
    tb_bulk_wipe(bulk, at, tb_blocks_size(&bulk->blocks, at));
    tb_blocks_drop(&bulk->blocks, at);
}

static int take_block(struct tb_bulk *bulk, uint64_t n, struct tb_bytes first, uint64_t *ret_at)
{
    uint64_t at;
    if (tb_blocks_take(&bulk->blocks, n, &at) != TB_OK)
        return TB_FULL;
    if (first.n > 0 && tb_bulk_write(bulk, at, first) != TB_OK) {
        drop_block(bulk, at);
        return TB_FULL;
    }
    *ret_at = at;
    return TB_OK;
}

void tb_raw_expect(struct tb_session *session)
{
    struct tb_frame frame;
    size_t n_held;
    size_t raw_at;
    uint64_t at;
    if (session->state != TB_SESSION_OPEN || session->mode != TB_MODE_DIRECT || session->body ||
        tb_link_front(&session->link, &frame, &n_held) != TB_OK || frame.kind != TB_CALL ||
        tb_seal_raw_at(&frame, n_held, &raw_at) != TB_OK)
        return;
    size_t n_raw = frame.body.n - raw_at;
    struct tb_bulk *bulk = n_raw < TB_POOLED_MIN ? NULL : pool_for(session, &frame);
    struct tb_bytes first = tb_bytes_of(frame.body.data + raw_at, n_held - raw_at);
    if (!bulk || take_block(bulk, n_raw, first, &at) != TB_OK)
        return;
    session->body = tb_bulk_ref(bulk);
    session->body_at = at;
    tb_link_aside(&session->link, tb_bulk_at(bulk, at), n_raw, first.n);
}

static void part_with_body(struct tb_session *session)
{
    tb_bulk_unref(session->body);
    session->body = NULL;
}

void tb_raw_settle(struct tb_session *session)
{
    if (!session->body)
        return;
    drop_block(session->body, session->body_at);
    part_with_body(session);
}

struct tb_raw tb_raw_to_plugin(struct tb_plugin *plugin, struct tb_bytes bytes)
{
    struct tb_raw raw = {.bytes = bytes};
    if (bytes.n < TB_POOLED_MIN || !plugin->bulk ||
        take_block(plugin->bulk, bytes.n, bytes, &raw.at) != TB_OK)
        return raw;
    tb_blocks_lend(&plugin->bulk->blocks, raw.at);
    raw.bytes.data = NULL;
    raw.pooled = true;
    return raw;
}

int tb_raw_of_call(struct tb_session *session, struct tb_plugin *plugin, struct tb_bytes bytes,
                   struct tb_raw *ret_raw)
{
    if (!session->body) {
        *ret_raw = tb_raw_to_plugin(plugin, bytes);
        return TB_OK;
    }
    if (session->body != plugin->bulk)
        return TB_CLOSED;
    *ret_raw = (struct tb_raw){.bytes.n = bytes.n, .pooled = true, .at = session->body_at};
    tb_blocks_lend(&plugin->bulk->blocks, session->body_at);
    part_with_body(session);
    return TB_OK;
}

void tb_raw_take_back(struct tb_plugin *plugin, const struct tb_raw *raw)
{
    if (raw->pooled)
        drop_block(plugin->bulk, raw->at);
}

const char *tb_raw_on_release(struct tb_broker *broker, struct tb_plugin *plugin,
                              const struct tb_frame *frame)
{
    uint64_t untrusted_at;
    if (tb_plugin_release_read(&broker->unpacker, frame->body, &untrusted_at) != TB_OK)
        return "a RELEASE that is not in the format";
    if (!plugin->bulk || !tb_blocks_lent(&plugin->bulk->blocks, untrusted_at))
        return "RELEASE of what it does not hold";
    drop_block(plugin->bulk, untrusted_at);
    return NULL;
}

/* ---- from the plugin ---- */

/* Nothing is sent for it alone, which would wake the plugin up for nothing. A plugin that does not
 * read what it is sent may lose its own memory. */
static void release(struct tb_bulk *bulk, uint64_t at, uint64_t n)
{
    struct tb_plugin *plugin = bulk->plugin;
    tb_bulk_wipe(bulk, at, n);
    if (!plugin || tb_plugin_release_write(&plugin->link.out, at) != TB_OK)
        return;
    bulk->n_released += n;
    if (bulk->n_released < UNTOLD_MAX)
        return;
    bulk->n_released = 0;
    tb_flush_mark(plugin->session->broker, &plugin->link);
}

static void on_sent(void *owner, struct tb_bytes bytes)
{
    struct tb_bulk *bulk = owner;
    release(bulk, (uint64_t)(bytes.data - bulk->map), bytes.n);
    tb_bulk_unref(bulk);
}

static uint8_t copy[TB_FRAME_MAX];
static size_t n_copied; /* since it was wiped, at most */

/* What anything is done with besides sending it is read once, and then nobody else's to change. */
static struct tb_bytes own_copy(struct tb_bulk *bulk, uint64_t at, size_t n)
{
    tb_assert(n <= sizeof copy);
    n_copied = n > n_copied ? n : n_copied;
    if (tb_bulk_read(bulk, at, n, copy) != TB_OK)
        memset(copy, 0, n); /* as holes read: there is no memory for what was there */
    release(bulk, at, n);
    return tb_bytes_of(copy, n);
}

void tb_raw_forget(void)
{
    tb_wipe(copy, n_copied);
    n_copied = 0;
}

bool tb_raw_copy_from_plugin(struct tb_plugin *plugin, const struct tb_raw *untrusted_raw,
                             struct tb_bytes *ret_bytes)
{
    *ret_bytes = untrusted_raw->bytes;
    if (!untrusted_raw->pooled)
        return true;
    if (!plugin->bulk || !tb_bulk_is_out(untrusted_raw->at, untrusted_raw->bytes.n))
        return false;
    *ret_bytes = own_copy(plugin->bulk, untrusted_raw->at, untrusted_raw->bytes.n);
    return true;
}

bool tb_raw_from_plugin(struct tb_plugin *plugin, const struct tb_raw *untrusted_raw,
                        struct tb_bytes *ret_bytes, struct tb_piece *ret_piece)
{
    const struct tb_session *session = plugin->session;
    struct tb_bulk *bulk = plugin->bulk;
    uint64_t at = untrusted_raw->at;
    size_t n = untrusted_raw->bytes.n;
    *ret_piece = tb_no_piece;
    *ret_bytes = untrusted_raw->bytes;
    if (!untrusted_raw->pooled)
        return true;
    if (!bulk || !tb_bulk_is_out(at, n))
        return false;
    if (session->mode != TB_MODE_DIRECT || n < TB_POOLED_MIN ||
        tb_pieces_full(&session->link.pieces)) {
        *ret_bytes = own_copy(bulk, at, n);
        return true;
    }
    *ret_piece = (struct tb_piece){
        .bytes = tb_bytes_of(tb_bulk_at(bulk, at), n),
        .done = on_sent,
        .owner = tb_bulk_ref(bulk),
    };
    return true;
}

/* ---- the end of an instance ---- */

static void free_copy(void *owner, struct tb_bytes bytes)
{
    tb_wipe(owner, bytes.n);
    free(owner);
}

/* Where there is no memory for a copy it is sent from the pool as before. */
static void copy_out(struct tb_piece *piece)
{
    struct tb_bulk *bulk = piece->owner;
    size_t n = piece->bytes.n;
    uint8_t *own = malloc(n);
    if (!own)
        return;
    if (tb_bulk_read(bulk, (uint64_t)(piece->bytes.data - bulk->map), n, own) != TB_OK)
        memset(own, 0, n); /* as holes read */
    *piece = (struct tb_piece){tb_bytes_of(own, n), free_copy, own};
    tb_bulk_unref(bulk);
}

/* A piece of some bytes would keep a whole pool, for as long as the endpoint likes to leave it
 * unread; and instance could follow instance. */
void tb_raw_part_with(struct tb_plugin *plugin)
{
    struct tb_session *session = plugin->session;
    if (plugin->bulk && session->state == TB_SESSION_OPEN)
        tb_pieces_change(&session->link.pieces, plugin->bulk, copy_out);
}
