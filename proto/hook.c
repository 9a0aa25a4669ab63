#include "proto/hook.h"

#include "base/result.h"

const struct tb_scan_limits tb_scan_hook = {TB_MSGPACK_DEPTH, TB_MSGPACK_NODES + TB_NODES_ADDED,
                                            TB_MSGPACK_KEY};

static const char *const whats[] = {
    [TB_HOOK_REQUEST] = "request", [TB_HOOK_REPLY] = "reply",   [TB_HOOK_ERROR] = "error",
    [TB_HOOK_CHUNK] = "chunk",     [TB_HOOK_FORGET] = "forget",
};

static const struct tb_bytes no_bytes;

int tb_hook_init_write(struct tb_buffer *out, const struct tb_hook_init *init)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_HOOK_INIT);
    tb_pack_map(&packer, 5);
    tb_pack_key_str(&packer, "view", init->view);
    tb_pack_key_str(&packer, "file", init->file);
    tb_pack_key_uint(&packer, "time_ms", init->time_ms);
    tb_pack_key_uint(&packer, "memory_mib", init->memory_mib);
    tb_pack_key_uint(&packer, "bytes", init->text.n);
    return tb_plain_finish(&plain, &packer, init->text);
}

static bool init_valid(const struct tb_hook_init *init)
{
    return init->time_ms >= 1 && init->memory_mib >= TB_HOOK_MEMORY_MIB_MIN && init->text.n >= 1 &&
           tb_utf8_valid(init->text);
}

int tb_hook_init_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                      struct tb_hook_init *ret_init)
{
    struct tb_plaintext plaintext;
    const msgpack_object *root;
    struct tb_hook_init init;
    uint64_t time_ms = 0;
    uint64_t memory_mib = 0;
    uint64_t n_text = 0;
    const struct tb_field fields[] = {
        {"view", TB_STR, &init.view, TB_LABEL_MAX, NULL},
        {"file", TB_STR, &init.file, TB_HOOK_FILE_MAX, NULL},
        {"time_ms", TB_UINT, &time_ms, TB_HOOK_TIME_MS_MAX, NULL},
        {"memory_mib", TB_UINT, &memory_mib, TB_HOOK_MEMORY_MIB_MAX, NULL},
        {"bytes", TB_UINT, &n_text, TB_HOOK_TEXT_MAX, NULL},
    };
    int r = tb_plugin_unpack(unpacker, body, &plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    init.time_ms = (uint32_t)time_ms;
    init.memory_mib = (uint32_t)memory_mib;
    init.text = plaintext.raw;
    if (n_text != plaintext.raw.n || !init_valid(&init))
        return TB_MALFORMED;
    *ret_init = init;
    return TB_OK;
}

static void pack_call(struct tb_packer *packer, const struct tb_hook_ask *ask)
{
    tb_pack_key_str(packer, "origin", ask->origin);
    tb_pack_key_str(packer, "command", ask->command);
    if (ask->value) {
        tb_pack_key(packer, "value");
        tb_pack_object(packer, ask->value);
    }
    if (ask->has_raw)
        tb_pack_key_uint(packer, "bytes", ask->raw.n);
    if (ask->has_channel)
        tb_pack_key_uint(packer, "channel", ask->channel);
    if (ask->in)
        tb_pack_key_bool(packer, "in", true);
}

int tb_hook_ask_write(struct tb_buffer *out, const struct tb_hook_ask *ask)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_HOOK_ASK);
    bool of_call = ask->what != TB_HOOK_FORGET;
    tb_pack_map(
        &packer,
        3u + (of_call ? 2u + (ask->value != NULL) + ask->has_raw + ask->has_channel + ask->in : 0));
    tb_pack_key_uint(&packer, "id", ask->id);
    tb_pack_key_text(&packer, "what", whats[ask->what]);
    tb_pack_key_uint(&packer, "call", ask->call);
    if (of_call)
        pack_call(&packer, ask);
    return tb_plain_finish(&plain, &packer, of_call && ask->has_raw ? ask->raw : no_bytes);
}

static bool read_what(struct tb_bytes name, enum tb_hook_what *ret_what)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(whats); i++)
        if (tb_bytes_are(name, whats[i])) {
            *ret_what = (enum tb_hook_what)i;
            return true;
        }
    return false;
}

/* Which keys each question has: the table in docs/formats.md. */
static bool ask_fits(const struct tb_hook_ask *ask, bool of_call)
{
    bool is_map = ask->value && ask->value->type == MSGPACK_OBJECT_MAP;
    bool one = (ask->value != NULL) != ask->has_raw;
    bool chunk_words = ask->has_channel || ask->in;
    if (of_call != (ask->what != TB_HOOK_FORGET))
        return false;
    switch (ask->what) {
    case TB_HOOK_REQUEST:
        return is_map && !chunk_words;
    case TB_HOOK_REPLY:
        return one && !chunk_words;
    case TB_HOOK_ERROR:
        return is_map && !ask->has_raw && !chunk_words;
    case TB_HOOK_CHUNK:
        return one;
    case TB_HOOK_FORGET:
        return !ask->value && !ask->has_raw && !chunk_words;
    case TB_N_HOOK_WHATS:
        break;
    }
    return false;
}

int tb_hook_ask_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                     struct tb_hook_ask *ret_ask)
{
    struct tb_plaintext plaintext;
    const msgpack_object *root;
    struct tb_hook_ask ask = {0};
    struct tb_bytes what = {0};
    uint64_t n_raw = 0;
    uint64_t channel = 0;
    bool has_origin;
    bool has_command;
    bool has_value;
    bool has_in;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &ask.id, 0, NULL},
        {"what", TB_STR, &what, 16, NULL},
        {"call", TB_UINT, &ask.call, 0, NULL},
        {"origin", TB_STR, &ask.origin, TB_ORIGIN_MAX, &has_origin},
        {"command", TB_STR, &ask.command, TB_COMMAND_MAX, &has_command},
        {"value", TB_ANY, &ask.value, 0, &has_value},
        {"bytes", TB_UINT, &n_raw, TB_FRAME_MAX, &ask.has_raw},
        {"channel", TB_UINT, &channel, UINT32_MAX, &ask.has_channel},
        {"in", TB_BOOL, &ask.in, 0, &has_in},
    };
    int r = tb_plaintext_split(body, &plaintext);
    if (r == TB_OK)
        r = tb_unpack(unpacker, &tb_scan_hook, plaintext.text, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    ask.raw = plaintext.raw;
    ask.channel = (uint32_t)channel;
    if (!read_what(what, &ask.what) || has_origin != has_command || has_in != ask.in ||
        n_raw != plaintext.raw.n || !ask_fits(&ask, has_origin))
        return TB_MALFORMED;
    *ret_ask = ask;
    return TB_OK;
}

int tb_hook_answer_write(struct tb_buffer *out, uint64_t id, struct tb_bytes value,
                         const struct tb_bytes *raw)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_HOOK_ANSWER);
    tb_assert(value.n > 0 || raw);
    tb_pack_map(&packer, 1u + (value.n > 0) + (raw != NULL));
    tb_pack_key_uint(&packer, "id", id);
    if (value.n > 0) {
        tb_pack_key(&packer, "value");
        packer.failed |= !tb_buffer_append(out, value);
    }
    if (raw)
        tb_pack_key_uint(&packer, "bytes", raw->n);
    return tb_plain_finish(&plain, &packer, raw ? *raw : no_bytes);
}

int tb_hook_refusal_write(struct tb_buffer *out, uint64_t id, struct tb_bytes error)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_HOOK_ANSWER);
    tb_assert(error.n <= TB_ERROR_MESSAGE_MAX);
    tb_pack_map(&packer, 2);
    tb_pack_key_uint(&packer, "id", id);
    tb_pack_key_str(&packer, "error", error);
    return tb_plain_finish(&plain, &packer, no_bytes);
}

int tb_hook_answer_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                        struct tb_hook_answer *ret_answer)
{
    struct tb_plaintext plaintext;
    const msgpack_object *root;
    struct tb_hook_answer answer = {0};
    uint64_t n_raw = 0;
    bool has_value;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &answer.id, 0, NULL},
        {"value", TB_ANY, &answer.value, 0, &has_value},
        {"bytes", TB_UINT, &n_raw, TB_FRAME_MAX, &answer.has_raw},
        {"error", TB_STR, &answer.error, TB_ERROR_MESSAGE_MAX, &answer.has_error},
    };
    int r = tb_plugin_unpack(unpacker, body, &plaintext, &root);
    if (r == TB_OK)
        r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    answer.raw = plaintext.raw;
    if (n_raw != plaintext.raw.n || answer.has_error == (has_value || answer.has_raw))
        return TB_MALFORMED;
    *ret_answer = answer;
    return TB_OK;
}
