#include "host/pick.h"

#include "base/result.h"
#include "host/bridge.h"
#include "host/text.h"
#include "proto/pick.h"
#include "proto/plugin_pick.h"

bool host_picked(struct trollbridge *bridge, struct tb_bytes body)
{
    struct tb_pick_answer answer;
    if (tb_pick_answer_read(&bridge->unpacker, body, &answer) != TB_OK)
        return false;
    struct host_text message = host_text_of(answer.message);
    bool refused = answer.code != TB_CODE_NONE;
    if (bridge->options.picked)
        bridge->options.picked(bridge->options.data, answer.id,
                               refused ? tb_code_name(answer.code) : NULL,
                               refused ? message.bytes : NULL);
    return true;
}

static bool is_valid(const struct tb_pick_offer *offer)
{
    return tb_label_valid(offer->view) && tb_pick_path_valid(offer->path) &&
           tb_pick_kind_valid(offer->folder, offer->recursive);
}

enum trollbridge_result trollbridge_pick(struct trollbridge *bridge,
                                         const struct trollbridge_pick *pick, uint32_t *ret_id)
{
    tb_cleanup(bridge_free_frame) struct tb_buffer frame;
    tb_buffer_init(&frame, TB_HEADER_SIZE + TB_CONTROL_MAX);
    if (bridge->lost)
        return TROLLBRIDGE_LOST;
    if (!pick || !pick->view || !pick->path || pick->fd < 0)
        return TROLLBRIDGE_INVALID;
    const struct tb_pick_offer offer = {
        .id = bridge->last_id + 1,
        .view = tb_bytes_of_string(pick->view),
        .document = pick->document,
        .path = tb_bytes_of_string(pick->path),
        .folder = pick->folder != 0,
        .recursive = pick->recursive != 0,
        .writable = pick->writable != 0,
    };
    if (!is_valid(&offer))
        return TROLLBRIDGE_INVALID;
    if (tb_pick_offer_write(&frame, &offer) != TB_OK)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    bridge->last_id = offer.id;
    if (ret_id)
        *ret_id = offer.id;
    return bridge_send(bridge, &frame, pick->fd);
}
