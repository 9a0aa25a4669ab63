#include "plugins/sdk/draft.h"

#include "base/result.h"
#include "base/wire.h"

enum {
    LENGTH = 4, /* the u32 in front of the map */
    HEAD = TB_HEADER_SIZE + LENGTH,
    FRONT_MAX = HEAD + TB_DRAFT_MAP_MAX + TB_DRAFT_NOTE_MAX,
    MAP_OF_3 = 0x83, /* msgpack */
};

/* Where raw bytes begin: the map goes in front of them. */
static size_t raw_at(enum tb_kind kind)
{
    return kind == TB_PLUGIN_REPLY ? FRONT_MAX : HEAD + TB_DRAFT_MAP_MAX;
}

void tb_draft_init(struct tb_draft *draft, struct tb_pool *pool)
{
    *draft = (struct tb_draft){.pool = pool};
    tb_buffer_init(&draft->frame, FRONT_MAX + TB_FRAME_MAX);
    tb_buffer_init(&draft->map, FRONT_MAX - HEAD);
}

void tb_draft_deinit(struct tb_draft *draft)
{
    tb_draft_clear(draft);
    tb_buffer_deinit(&draft->frame);
    tb_buffer_deinit(&draft->map);
}

void tb_draft_clear(struct tb_draft *draft)
{
    if (draft->block)
        tb_pool_give(draft->pool, draft->block);
    draft->block = NULL;
    draft->n_raw = 0;
    draft->note = (struct tb_bytes){0};
    draft->form = TB_DRAFT_EMPTY;
    tb_buffer_consume(&draft->frame, tb_buffer_n(&draft->frame));
}

static void begin(struct tb_draft *draft, enum tb_draft_form form, enum tb_kind kind)
{
    static const uint8_t front[FRONT_MAX];
    tb_draft_clear(draft);
    draft->form = form;
    draft->kind = kind;
    tb_packer_init(&draft->packer, &draft->frame);
    draft->n_front = form == TB_DRAFT_RAW ? raw_at(kind) : HEAD;
    draft->packer.failed = !tb_buffer_append(&draft->frame, tb_bytes_of(front, draft->n_front));
}

struct tb_packer *tb_draft_value(struct tb_draft *draft, enum tb_kind kind, size_t n_pairs)
{
    begin(draft, TB_DRAFT_VALUE, kind);
    tb_pack_map(&draft->packer, n_pairs);
    return &draft->packer;
}

void tb_draft_raw(struct tb_draft *draft, enum tb_kind kind, uint64_t call, const uint32_t *channel)
{
    begin(draft, TB_DRAFT_RAW, kind);
    draft->call = call;
    draft->channel_id = channel ? *channel : 0;
    draft->channel = channel ? &draft->channel_id : NULL;
}

/* What is in the pool goes on elsewhere: in a larger block, or behind the map. */
static uint8_t *move_block(struct tb_draft *draft, size_t n)
{
    uint8_t *old = draft->block;
    draft->block = tb_pool_take(draft->pool, draft->n_raw + n);
    uint8_t *to = draft->block ? draft->block : tb_buffer_reserve(&draft->frame, draft->n_raw + n);
    if (to)
        memcpy(to, old, draft->n_raw);
    if (to && !draft->block)
        tb_buffer_commit(&draft->frame, draft->n_raw);
    tb_pool_give(draft->pool, old);
    return to ? to + draft->n_raw : NULL;
}

static uint8_t *room_of(struct tb_draft *draft, size_t n)
{
    if (draft->block) {
        if (tb_pool_resize(draft->pool, draft->block, draft->n_raw + n))
            return draft->block + draft->n_raw;
        return move_block(draft, n);
    }
    if (draft->n_raw == 0 && n >= TB_POOLED_MIN)
        draft->block = tb_pool_take(draft->pool, n);
    return draft->block ? draft->block : tb_buffer_reserve(&draft->frame, n);
}

uint8_t *tb_draft_room(struct tb_draft *draft, size_t n)
{
    bool fits = !draft->packer.failed && n <= TB_FRAME_MAX && draft->n_raw <= TB_FRAME_MAX - n;
    uint8_t *room = fits ? room_of(draft, n) : NULL;
    draft->packer.failed = !room;
    return room;
}

void tb_draft_commit(struct tb_draft *draft, size_t n)
{
    draft->n_raw += n;
    if (!draft->block)
        tb_buffer_commit(&draft->frame, n);
}

/* A few bytes are not worth a RELEASE: they go behind the map after all. */
static void settle_block(struct tb_draft *draft)
{
    uint8_t *block = draft->block;
    if (!block)
        return;
    if (draft->n_raw >= TB_POOLED_MIN) {
        (void)tb_pool_resize(draft->pool, block, draft->n_raw);
        return;
    }
    if (!tb_buffer_append(&draft->frame, tb_bytes_of(block, draft->n_raw)))
        draft->packer.failed = true;
    draft->block = NULL;
    tb_pool_give(draft->pool, block);
}

static void pack_map(struct tb_draft *draft, struct tb_packer *packer)
{
    const struct tb_raw raw = {
        .bytes = {.n = draft->n_raw},
        .pooled = draft->block != NULL,
        .at = draft->block ? (uint64_t)(draft->block - draft->pool->memory) : 0,
    };
    tb_packer_init(packer, &draft->map);
    tb_pack_map(packer, 2u + raw.pooled + (draft->channel != NULL) + (draft->note.n > 0));
    tb_pack_key_uint(packer, "call", draft->call);
    tb_plugin_pack_raw(packer, &raw);
    if (draft->channel)
        tb_pack_key_uint(packer, "channel", *draft->channel);
    if (draft->note.n > 0)
        tb_pack_key_str(packer, "note", draft->note);
}

/* Puts the map in front of the raw bytes, and takes away what is left of the room for it. */
static void place_map(struct tb_draft *draft)
{
    struct tb_packer packer;
    tb_buffer_consume(&draft->map, tb_buffer_n(&draft->map));
    pack_map(draft, &packer);
    tb_assert(!packer.failed);
    struct tb_bytes map = tb_buffer_bytes(&draft->map);
    size_t unused = draft->n_front - HEAD - map.n;
    tb_buffer_consume(&draft->frame, unused);
    memcpy(draft->frame.data + draft->frame.start + HEAD, map.data, map.n);
}

/* Behind the value, which was begun as one of two pairs. That there is exactly one value in them
 * the scan tells. */
static void add_note(struct tb_draft *draft)
{
    draft->frame.data[draft->frame.start + HEAD] = MAP_OF_3;
    tb_pack_key_str(&draft->packer, "note", draft->note);
}

static size_t most_of(enum tb_kind kind)
{
    return kind == TB_PLUGIN_REPLY ? TB_FRAME_MAX : TB_CHUNK_MAX;
}

int tb_draft_finish(struct tb_draft *draft, struct tb_scanner *scanner, size_t *ret_cost)
{
    if (draft->form == TB_DRAFT_RAW && !draft->packer.failed) {
        settle_block(draft);
        if (!draft->packer.failed)
            place_map(draft);
    }
    if (draft->form == TB_DRAFT_VALUE && !draft->packer.failed && draft->note.n > 0)
        add_note(draft);
    if (draft->packer.failed)
        return TB_TOO_LARGE;
    size_t n_behind = draft->form == TB_DRAFT_RAW && !draft->block ? draft->n_raw : 0;
    size_t n_body = tb_buffer_n(&draft->frame) - TB_HEADER_SIZE;
    size_t n_text = n_body - LENGTH - n_behind;
    if (n_body - n_behind + draft->n_raw > most_of(draft->kind))
        return TB_TOO_LARGE;
    uint8_t *header = draft->frame.data + draft->frame.start;
    if (draft->form == TB_DRAFT_VALUE) {
        int r = tb_scan(scanner, &tb_scan_peer, tb_bytes_of(header + HEAD, n_text));
        if (r != TB_OK)
            return r;
    }
    tb_frame_header(header, draft->kind, 0, n_body);
    tb_store_u32(header + TB_HEADER_SIZE, (uint32_t)n_text);
    *ret_cost = n_text + draft->n_raw;
    return TB_OK;
}

bool tb_draft_send(struct tb_draft *draft, struct tb_buffer *out)
{
    if (!tb_buffer_take(out, &draft->frame))
        return false;
    if (draft->block)
        (void)tb_pool_send(draft->pool, draft->block);
    draft->block = NULL;
    tb_draft_clear(draft);
    return true;
}
