#include "proto/event.h"

#include "proto/body.h"
#include "proto/label.h"

static const char *const kinds[] = {
    [TB_TARGET_ANY] = "Any",
    [TB_TARGET_APP] = "App",
    [TB_TARGET_ANY_LABEL] = "AnyLabel",
    [TB_TARGET_WINDOW] = "Window",
    [TB_TARGET_WEBVIEW] = "Webview",
    [TB_TARGET_WEBVIEW_WINDOW] = "WebviewWindow",
};

bool tb_target_matches(const struct tb_target *to, const struct tb_target *at)
{
    if (to->kind == TB_TARGET_ANY || at->kind == TB_TARGET_ANY)
        return true;
    bool labelled = at->kind >= TB_TARGET_ANY_LABEL;
    bool kind = to->kind == at->kind ||
                (labelled && (to->kind == TB_TARGET_ANY_LABEL ||
                              (at->kind == TB_TARGET_ANY_LABEL && to->kind != TB_TARGET_APP)));
    return kind && tb_bytes_equal(to->label, at->label);
}

static const msgpack_object *find(const msgpack_object *map, const char *key)
{
    for (uint32_t i = 0; i < map->via.map.size; i++)
        if (tb_bytes_are(tb_object_bytes(&map->via.map.ptr[i].key), key))
            return &map->via.map.ptr[i].val;
    return NULL;
}

static bool read_string(const msgpack_object *value, struct tb_bytes *ret_text)
{
    if (!value || value->type != MSGPACK_OBJECT_STR)
        return false;
    *ret_text = tb_object_bytes(value);
    return true;
}

static bool read_kind(struct tb_bytes name, enum tb_target_kind *ret_kind)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(kinds); i++)
        if (tb_bytes_are(name, kinds[i])) {
            *ret_kind = (enum tb_target_kind)i;
            return true;
        }
    return false;
}

static bool read_target(const msgpack_object *value, struct tb_target *ret_target)
{
    struct tb_target target = {.kind = TB_TARGET_ANY_LABEL};
    struct tb_bytes kind;
    if (value->type == MSGPACK_OBJECT_MAP) {
        if (!read_string(find(value, "kind"), &kind) || !read_kind(kind, &target.kind))
            return false;
        value = find(value, "label");
    }
    if (target.kind >= TB_TARGET_ANY_LABEL &&
        (!read_string(value, &target.label) || !tb_label_valid(target.label)))
        return false;
    *ret_target = target;
    return true;
}

int tb_event_args_read(const msgpack_object *args, enum tb_event_needs needs,
                       struct tb_event_args *ret_args)
{
    struct tb_event_args read = {.payload = find(args, "payload")};
    const msgpack_object *target = find(args, "target");
    const msgpack_object *id = find(args, "eventId");
    if (!read_string(find(args, "event"), &read.event) || !tb_event_name_valid(read.event))
        return TB_MALFORMED;
    if (target ? !read_target(target, &read.target) : needs == TB_NEEDS_TARGET)
        return TB_MALFORMED;
    if (needs == TB_NEEDS_ID && (!id || id->type != MSGPACK_OBJECT_POSITIVE_INTEGER))
        return TB_MALFORMED;
    read.id = needs == TB_NEEDS_ID ? id->via.u64 : 0;
    *ret_args = read;
    return TB_OK;
}

/* More than the keys, the headers and the numbers of a message. */
enum { WORDS_MOST = 96 };

uint64_t tb_event_cost_most(const struct tb_event_message *message)
{
    return WORDS_MOST + message->event.n + message->payload.n + message->source.n;
}

static void pack_message(struct tb_packer *packer, const struct tb_event_message *message)
{
    tb_pack_map(packer, 3u + (message->source.n > 0) + (message->lost > 0));
    tb_pack_key_str(packer, "event", message->event);
    tb_pack_key_uint(packer, "id", message->id);
    tb_pack_key(packer, "payload");
    packer->failed |= !tb_buffer_append(packer->out, message->payload);
    if (message->source.n > 0)
        tb_pack_key_str(packer, "source", message->source);
    if (message->lost > 0)
        tb_pack_key_uint(packer, "lost", message->lost);
}

int tb_event_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                   const struct tb_event_message *message)
{
    struct tb_packer packer;
    struct tb_seal seal = tb_body_begin(&packer, out, TB_CHUNK, 0);
    tb_pack_map(&packer, 1);
    tb_pack_key(&packer, "message");
    pack_message(&packer, message);
    return tb_body_finish(&seal, &packer, envelope, (struct tb_bytes){0});
}
