#include "proto/ask.h"

#include "base/result.h"
#include "proto/control_frame.h"
#include "proto/label.h"

static const char *const names[TB_N_ANSWERS] = {
    [TB_ANSWER_DISMISSED] = "dismissed", [TB_ANSWER_ONCE] = "once",
    [TB_ANSWER_SESSION] = "session",     [TB_ANSWER_ALWAYS] = "always",
    [TB_ANSWER_NEVER] = "never",
};

const char *tb_answered_name(enum tb_answered answered)
{
    return names[answered];
}

enum tb_answered tb_answered_of(struct tb_bytes name)
{
    for (int i = 0; i < TB_N_ANSWERS; i++)
        if (tb_bytes_are(name, names[i]))
            return (enum tb_answered)i;
    return TB_N_ANSWERS;
}

int tb_ask_read(struct tb_unpacker *unpacker, struct tb_bytes body, struct tb_ask *ret_ask)
{
    struct tb_ask ask = {0};
    uint64_t id;
    uint64_t days;
    bool has_rule;
    bool has_more;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &id, UINT32_MAX, NULL},
        {"view", TB_STR, &ask.view, TB_LABEL_MAX, NULL},
        {"origin", TB_STR, &ask.origin, TB_ORIGIN_MAX, NULL},
        {"command", TB_STR, &ask.command, TB_COMMAND_MAX, NULL},
        {"args", TB_MAP, &ask.args, 0, NULL},
        {"bytes", TB_UINT, &ask.bytes, 0, &ask.has_bytes},
        {"more", TB_BOOL, &ask.more, 0, &has_more},
        {"rule", TB_STR, &ask.rule, TB_ERROR_MESSAGE_MAX, &has_rule},
        {"remember_days", TB_UINT, &days, UINT32_MAX, NULL},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!tb_label_valid(ask.view) || !tb_origin_valid(ask.origin) || ask.command.n == 0 ||
        (has_rule && ask.rule.n == 0) || has_more != ask.more || (ask.more && !ask.has_bytes))
        return TB_MALFORMED;
    ask.id = (uint32_t)id;
    ask.remember_days = (uint32_t)days;
    *ret_ask = ask;
    return TB_OK;
}

int tb_ask_write(struct tb_buffer *out, const struct tb_ask *ask)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    tb_pack_map(&packer, 6u + ask->has_bytes + ask->more + (ask->rule.n > 0));
    tb_pack_key_uint(&packer, "id", ask->id);
    tb_pack_key_str(&packer, "view", ask->view);
    tb_pack_key_str(&packer, "origin", ask->origin);
    tb_pack_key_str(&packer, "command", ask->command);
    tb_pack_key(&packer, "args");
    tb_pack_object(&packer, ask->args);
    if (ask->has_bytes)
        tb_pack_key_uint(&packer, "bytes", ask->bytes);
    if (ask->more)
        tb_pack_key_bool(&packer, "more", true);
    if (ask->rule.n > 0)
        tb_pack_key_str(&packer, "rule", ask->rule);
    tb_pack_key_uint(&packer, "remember_days", ask->remember_days);
    return tb_control_finish(&frame, &packer, TB_ASK);
}

int tb_ask_answer_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                       struct tb_ask_answer *ret_answer)
{
    uint64_t id;
    struct tb_bytes name;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &id, UINT32_MAX, NULL},
        {"answer", TB_STR, &name, 16, NULL},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    enum tb_answered answered = tb_answered_of(name);
    if (answered == TB_N_ANSWERS)
        return TB_MALFORMED;
    *ret_answer = (struct tb_ask_answer){(uint32_t)id, answered};
    return TB_OK;
}

int tb_ask_answer_write(struct tb_buffer *out, const struct tb_ask_answer *answer)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    tb_pack_map(&packer, 2);
    tb_pack_key_uint(&packer, "id", answer->id);
    tb_pack_key_text(&packer, "answer", tb_answered_name(answer->answered));
    return tb_control_finish(&frame, &packer, TB_ANSWER);
}

int tb_ask_over_read(struct tb_unpacker *unpacker, struct tb_bytes body, uint32_t *ret_id)
{
    uint64_t id;
    const struct tb_field fields[] = {{"id", TB_UINT, &id, UINT32_MAX, NULL}};
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK)
        *ret_id = (uint32_t)id;
    return r;
}

int tb_ask_over_write(struct tb_buffer *out, uint32_t id)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    tb_pack_map(&packer, 1);
    tb_pack_key_uint(&packer, "id", id);
    return tb_control_finish(&frame, &packer, TB_ASK_OVER);
}
