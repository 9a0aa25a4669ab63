#include "proto/pick.h"

#include "base/result.h"
#include "proto/control_frame.h"
#include "proto/label.h"
#include "proto/plugin_pick.h"

int tb_pick_offer_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                       struct tb_pick_offer *ret_offer)
{
    struct tb_pick_offer offer = {0};
    uint64_t id;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &id, UINT32_MAX, NULL},
        {"view", TB_STR, &offer.view, TB_LABEL_MAX, NULL},
        {"document", TB_UINT, &offer.document, 0, NULL},
        {"path", TB_STR, &offer.path, TB_PICK_PATH_MAX, NULL},
        {"folder", TB_BOOL, &offer.folder, 0, NULL},
        {"recursive", TB_BOOL, &offer.recursive, 0, NULL},
        {"writable", TB_BOOL, &offer.writable, 0, NULL},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!tb_label_valid(offer.view) || !tb_pick_path_valid(offer.path) ||
        !tb_pick_kind_valid(offer.folder, offer.recursive))
        return TB_MALFORMED;
    offer.id = (uint32_t)id;
    *ret_offer = offer;
    return TB_OK;
}

int tb_pick_offer_write(struct tb_buffer *out, const struct tb_pick_offer *offer)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    tb_pack_map(&packer, 7);
    tb_pack_key_uint(&packer, "id", offer->id);
    tb_pack_key_str(&packer, "view", offer->view);
    tb_pack_key_uint(&packer, "document", offer->document);
    tb_pack_key_str(&packer, "path", offer->path);
    tb_pack_key_bool(&packer, "folder", offer->folder);
    tb_pack_key_bool(&packer, "recursive", offer->recursive);
    tb_pack_key_bool(&packer, "writable", offer->writable);
    return tb_control_finish(&frame, &packer, TB_PICK);
}

int tb_pick_answer_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                        struct tb_pick_answer *ret_answer)
{
    struct tb_pick_answer answer = {0};
    struct tb_bytes code = {0};
    uint64_t id;
    bool has_code;
    bool has_message;
    const struct tb_field fields[] = {
        {"id", TB_UINT, &id, UINT32_MAX, NULL},
        {"code", TB_STR, &code, 64, &has_code},
        {"message", TB_STR, &answer.message, TB_ERROR_MESSAGE_MAX, &has_message},
    };
    int r = tb_control_map(unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    answer.id = (uint32_t)id;
    answer.code = tb_code_of(code);
    if (has_code != (answer.code != TB_CODE_NONE) || has_code != has_message)
        return TB_MALFORMED;
    *ret_answer = answer;
    return TB_OK;
}

int tb_pick_answer_write(struct tb_buffer *out, const struct tb_pick_answer *answer)
{
    struct tb_packer packer;
    struct tb_control_frame frame = tb_control_begin(&packer, out);
    bool refused = answer->code != TB_CODE_NONE;
    tb_pack_map(&packer, refused ? 3 : 1);
    tb_pack_key_uint(&packer, "id", answer->id);
    if (refused) {
        tb_pack_key_text(&packer, "code", tb_code_name(answer->code));
        tb_pack_key_str(&packer, "message", answer->message);
    }
    return tb_control_finish(&frame, &packer, TB_PICKED);
}
