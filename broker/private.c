#include "broker/private.h"

#include "base/wipe.h"
#include "proto/json.h"

#include <stdlib.h>

void tb_private_granted(const struct tb_grant *grant)
{
    for (size_t i = 0; i < grant->n_commands && !tb_wiping; i++)
        tb_wiping = grant->commands[i].record != NULL;
}

/* ---- the log ---- */

static bool is_named(const msgpack_object *names, struct tb_bytes name)
{
    for (uint32_t i = 0; i < names->via.array.size; i++)
        if (tb_bytes_equal(tb_object_bytes(&names->via.array.ptr[i]), name))
            return true;
    return false;
}

/* How long an argument is as JSON, with what stands between it and the next; more than any may be
 * if JSON cannot say it. */
static size_t json_length(const msgpack_object_kv *pair)
{
    char json[TB_RECORDED_JSON_MAX];
    struct tb_text text = tb_text_init(json, sizeof json);
    tb_text_value(&text, &pair->key);
    tb_text_value(&text, &pair->val);
    return text.full ? SIZE_MAX : text.n + 2;
}

struct tb_bytes tb_private_recorded(struct tb_broker *broker,
                                    const struct tb_grant_command *command, struct tb_bytes args,
                                    struct tb_buffer *out)
{
    const msgpack_object *map;
    const msgpack_object_kv *pairs[TB_RECORD_NAMES_MAX];
    struct tb_packer packer;
    size_t left = TB_RECORDED_JSON_MAX - 2; /* the braces */
    size_t n = 0;
    if (args.n == 0 || tb_unpack(&broker->event_unpacker, &tb_scan_peer, args, &map) != TB_OK ||
        map->type != MSGPACK_OBJECT_MAP)
        return (struct tb_bytes){0};
    for (uint32_t i = 0; i < map->via.map.size && n < TB_RECORD_NAMES_MAX; i++) {
        const msgpack_object_kv *pair = &map->via.map.ptr[i];
        if (!is_named(command->record, tb_object_bytes(&pair->key)))
            continue;
        size_t length = json_length(pair);
        if (length <= left) {
            left -= length;
            pairs[n++] = pair;
        }
    }
    tb_packer_init(&packer, out);
    tb_pack_map(&packer, n);
    for (size_t i = 0; i < n; i++) {
        tb_pack_object(&packer, &pairs[i]->key);
        tb_pack_object(&packer, &pairs[i]->val);
    }
    struct tb_bytes none = {0};
    return packer.failed ? none : tb_buffer_bytes(out);
}

/* ---- people ---- */

bool tb_private_shown(const struct tb_grant_command *command, const msgpack_object *args,
                      msgpack_object_kv **ret_pairs, msgpack_object *ret_args)
{
    static const char secret[] = "(secret)";
    const msgpack_object_map *map = &args->via.map;
    const msgpack_object instead = {
        .type = MSGPACK_OBJECT_STR,
        .via.str = {.size = sizeof secret - 1, .ptr = secret},
    };
    msgpack_object_kv *pairs = calloc((size_t)map->size + 1, sizeof *pairs);
    if (!pairs)
        return false;
    for (uint32_t i = 0; i < map->size; i++) {
        pairs[i] = map->ptr[i];
        if (!is_named(command->record, tb_object_bytes(&pairs[i].key)))
            pairs[i].val = instead;
    }
    *ret_pairs = pairs;
    *ret_args =
        (msgpack_object){.type = MSGPACK_OBJECT_MAP, .via.map = {.size = map->size, .ptr = pairs}};
    return true;
}

/* ---- memory ---- */

void tb_private_forget(struct tb_broker *broker)
{
    if (!tb_wiping)
        return;
    tb_unpacker_forget(&broker->unpacker);
    tb_unpacker_forget(&broker->event_unpacker);
    tb_raw_forget();
}
