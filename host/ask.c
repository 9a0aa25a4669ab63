#include "host/ask.h"

#include "base/escape.h"
#include "base/result.h"
#include "host/bridge.h"
#include "host/text.h"
#include "proto/ask.h"
#include "proto/json.h"

#include <stdlib.h>

/* The header's numbers are what hosts are built with, and stay. */
static const enum tb_answered wire[] = {
    [TROLLBRIDGE_DISMISSED] = TB_ANSWER_DISMISSED, [TROLLBRIDGE_ONCE] = TB_ANSWER_ONCE,
    [TROLLBRIDGE_SESSION] = TB_ANSWER_SESSION,     [TROLLBRIDGE_ALWAYS] = TB_ANSWER_ALWAYS,
    [TROLLBRIDGE_NEVER] = TB_ANSWER_NEVER,
};

static bool is_answer(enum trollbridge_answered answered)
{
    return (size_t)answered < TB_ARRAY_LEN(wire);
}

const char *trollbridge_answer_name(enum trollbridge_answered answered)
{
    return is_answer(answered) ? tb_answered_name(wire[answered]) : NULL;
}

enum trollbridge_result trollbridge_answer(struct trollbridge *bridge, uint32_t id,
                                           enum trollbridge_answered answered)
{
    tb_cleanup(bridge_free_frame) struct tb_buffer frame;
    tb_buffer_init(&frame, TB_HEADER_SIZE + TB_CONTROL_MAX);
    if (bridge->lost)
        return TROLLBRIDGE_LOST;
    if (!is_answer(answered))
        return TROLLBRIDGE_INVALID;
    const struct tb_ask_answer answer = {.id = id, .answered = wire[answered]};
    if (tb_ask_answer_write(&frame, &answer) != TB_OK)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    return bridge_send(bridge, &frame, -1);
}

/* NULL: no memory, or JSON cannot say it. The caller frees. */
static char *json_of(const msgpack_object *args, size_t n_body)
{
    size_t cap = TB_JSON_GROWTH * n_body + 2 * TB_ESCAPE_UNIT;
    char *json = malloc(cap + 1);
    if (!json)
        return NULL;
    struct tb_text text = tb_text_init(json, cap);
    tb_text_value(&text, args);
    if (text.full) {
        free(json);
        return NULL;
    }
    json[text.n] = 0;
    return json;
}

static void show(struct trollbridge *bridge, const struct tb_ask *ask, const char *args_json)
{
    struct host_text view = host_text_of(ask->view);
    struct host_text origin = host_text_of(ask->origin);
    struct host_text command = host_text_of(ask->command);
    struct host_text rule = host_text_of(ask->rule);
    bridge->options.ask(bridge->options.data, &(struct trollbridge_ask){
                                                  .id = ask->id,
                                                  .view = view.bytes,
                                                  .origin = origin.bytes,
                                                  .command = command.bytes,
                                                  .args_json = args_json,
                                                  .has_body = ask->has_bytes,
                                                  .n_body = ask->has_bytes ? ask->bytes : 0,
                                                  .rule = ask->rule.n > 0 ? rule.bytes : NULL,
                                                  .remember_days = ask->remember_days,
                                                  .more = ask->more,
                                              });
}

/* What cannot be shown whole is not decided about. */
bool host_ask(struct trollbridge *bridge, struct tb_bytes body)
{
    struct tb_ask ask;
    if (tb_ask_read(&bridge->unpacker, body, &ask) != TB_OK)
        return false;
    char *args_json = bridge->options.ask ? json_of(ask.args, body.n) : NULL;
    if (args_json)
        show(bridge, &ask, args_json);
    else
        (void)trollbridge_answer(bridge, ask.id, TROLLBRIDGE_DISMISSED);
    free(args_json);
    return true;
}

bool host_ask_over(struct trollbridge *bridge, struct tb_bytes body)
{
    uint32_t id;
    if (tb_ask_over_read(&bridge->unpacker, body, &id) != TB_OK)
        return false;
    host_secret_forget(&bridge->secrets, id);
    if (bridge->options.asked_over)
        bridge->options.asked_over(bridge->options.data, id);
    return true;
}
