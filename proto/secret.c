#include "proto/secret.h"

#include "base/result.h"
#include "proto/control_frame.h"
#include "proto/label.h"
#include "proto/plugin_frame.h"

static const struct tb_bytes no_bytes;

/* One of the fields that both links have. */
static void pack_key(struct tb_packer *packer, const uint8_t *key)
{
    tb_pack_key(packer, "key");
    tb_pack_bin(packer, tb_bytes_of(key, TB_SECRET_KEY_SIZE));
}

static void pack_sealed(struct tb_packer *packer, struct tb_bytes sealed)
{
    tb_pack_key(packer, "sealed");
    tb_pack_bin(packer, sealed);
}

/* The text is UTF-8, or it would not have been unpacked. */
static bool is_asked(struct tb_bytes key, struct tb_bytes what, bool has_new, bool is_new)
{
    return key.n == TB_SECRET_KEY_SIZE && what.n > 0 && !memchr(what.data, 0, what.n) &&
           has_new == is_new;
}

bool tb_secret_box_valid(size_t n)
{
    return n > TB_SECRET_SEAL && n <= TB_SECRET_BOX_MAX &&
           (n - TB_SECRET_SEAL) % TB_SECRET_PAD == 0;
}

static bool is_answer(bool has_sealed, struct tb_bytes sealed)
{
    return !has_sealed || tb_secret_box_valid(sealed.n);
}

int tb_secret_read(struct tb_unpacker *unpacker, struct tb_bytes body, struct tb_secret *ret_secret)
{
    struct tb_secret secret = {0};
    struct tb_bytes key;
    bool has_new;
    const struct tb_field fields[] = {
        {"call", TB_UINT, &secret.call, 0, NULL},
        {"key", TB_BIN, &key, TB_SECRET_KEY_SIZE, NULL},
        {"what", TB_STR, &secret.what, TB_SECRET_WHAT_MAX, NULL},
        {"new", TB_BOOL, &secret.is_new, 0, &has_new},
    };
    int r = tb_plugin_read_alone(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!is_asked(key, secret.what, has_new, secret.is_new))
        return TB_MALFORMED;
    secret.key = key.data;
    *ret_secret = secret;
    return TB_OK;
}

int tb_secret_write(struct tb_buffer *out, const struct tb_secret *secret)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_PLUGIN_SECRET);
    tb_pack_map(&packer, 3u + secret->is_new);
    tb_pack_key_uint(&packer, "call", secret->call);
    pack_key(&packer, secret->key);
    tb_pack_key_str(&packer, "what", secret->what);
    if (secret->is_new)
        tb_pack_key_bool(&packer, "new", true);
    return tb_plain_finish(&plain, &packer, no_bytes);
}

int tb_secret_answer_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                          struct tb_secret_answer *ret_answer)
{
    struct tb_secret_answer answer = {0};
    bool has_sealed;
    const struct tb_field fields[] = {
        {"call", TB_UINT, &answer.call, 0, NULL},
        {"sealed", TB_BIN, &answer.sealed, TB_SECRET_BOX_MAX, &has_sealed},
    };
    int r = tb_plugin_read_alone(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!is_answer(has_sealed, answer.sealed))
        return TB_MALFORMED;
    *ret_answer = answer;
    return TB_OK;
}

int tb_secret_answer_write(struct tb_buffer *out, const struct tb_secret_answer *answer)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, out, TB_PLUGIN_SECRET_ANSWER);
    tb_pack_map(&packer, 1u + (answer->sealed.n > 0));
    tb_pack_key_uint(&packer, "call", answer->call);
    if (answer->sealed.n > 0)
        pack_sealed(&packer, answer->sealed);
    return tb_plain_finish(&plain, &packer, no_bytes);
}

int tb_secret_prompt_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                          struct tb_secret_prompt *ret_prompt)
{
    struct tb_secret_prompt prompt = {0};
    struct tb_bytes key;
    uint64_t id;
    bool has_new;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &id, UINT32_MAX, NULL},
        {"view", TB_STR, &prompt.view, TB_LABEL_MAX, NULL},
        {"origin", TB_STR, &prompt.origin, TB_ORIGIN_MAX, NULL},
        {"command", TB_STR, &prompt.command, TB_COMMAND_MAX, NULL},
        {"plugin", TB_STR, &prompt.plugin, TB_COMMAND_MAX, NULL},
        {"what", TB_STR, &prompt.what, TB_SECRET_WHAT_MAX, NULL},
        {"key", TB_BIN, &key, TB_SECRET_KEY_SIZE, NULL},
        {"new", TB_BOOL, &prompt.is_new, 0, &has_new},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!tb_label_valid(prompt.view) || !tb_origin_valid(prompt.origin) || prompt.command.n == 0 ||
        prompt.plugin.n == 0 || !is_asked(key, prompt.what, has_new, prompt.is_new))
        return TB_MALFORMED;
    prompt.id = (uint32_t)id;
    prompt.key = key.data;
    *ret_prompt = prompt;
    return TB_OK;
}

int tb_secret_prompt_write(struct tb_buffer *out, const struct tb_secret_prompt *prompt)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    tb_pack_map(&packer, 7u + prompt->is_new);
    tb_pack_key_uint(&packer, "id", prompt->id);
    tb_pack_key_str(&packer, "view", prompt->view);
    tb_pack_key_str(&packer, "origin", prompt->origin);
    tb_pack_key_str(&packer, "command", prompt->command);
    tb_pack_key_str(&packer, "plugin", prompt->plugin);
    tb_pack_key_str(&packer, "what", prompt->what);
    pack_key(&packer, prompt->key);
    if (prompt->is_new)
        tb_pack_key_bool(&packer, "new", true);
    return tb_control_finish(&frame, &packer, TB_SECRET);
}

int tb_secret_typed_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                         struct tb_secret_typed *ret_typed)
{
    struct tb_secret_typed typed = {0};
    uint64_t id;
    bool has_sealed;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &id, UINT32_MAX, NULL},
        {"sealed", TB_BIN, &typed.sealed, TB_SECRET_BOX_MAX, &has_sealed},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!is_answer(has_sealed, typed.sealed))
        return TB_MALFORMED;
    typed.id = (uint32_t)id;
    *ret_typed = typed;
    return TB_OK;
}

int tb_secret_typed_write(struct tb_buffer *out, const struct tb_secret_typed *typed)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    tb_pack_map(&packer, 1u + (typed->sealed.n > 0));
    tb_pack_key_uint(&packer, "id", typed->id);
    if (typed->sealed.n > 0)
        pack_sealed(&packer, typed->sealed);
    return tb_control_finish(&frame, &packer, TB_SECRET_ANSWER);
}
