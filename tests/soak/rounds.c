#include "tests/soak/rounds.h"

#include "base/result.h"
#include "tests/soak/view.h"

static void on_done(void *data, const struct tb_reply *reply)
{
    struct rounds *rounds = &((struct view *)data)->rounds;
    rounds->n_done++;
    rounds->n_cancelled +=
        reply && reply->type == TB_REPLY_ERROR && reply->error.code == TB_CODE_CANCELLED;
    rounds->live = false;
}

static void on_chunk(void *data, const struct tb_chunk *chunk, uint32_t cost)
{
    struct view *view = data;
    struct rounds *rounds = &view->rounds;
    (void)chunk;
    tb_endpoint_consumed(view->endpoint, rounds->number, cost);
    if (rounds->cancelled)
        return;
    rounds->cancelled = tb_endpoint_cancel(view->endpoint, rounds->number) == TB_OK;
    rounds->n_begun += rounds->cancelled;
}

void rounds_begin(struct view *view, uint32_t n, const char *command, const json_t *args)
{
    struct rounds rounds = {.n_total = n};
    if (!view_find(view, command, &rounds.command))
        return;
    tb_assert(view_pack(&rounds.args, args));
    view->rounds = rounds;
}

void rounds_end(struct view *view)
{
    struct rounds *rounds = &view->rounds;
    if (rounds->n_total == 0)
        return;
    view_say(json_pack("{s:s, s:i, s:i, s:i}", "view", view->label, "rounds", (int)rounds->n_done,
                       "begun", (int)rounds->n_begun, "cancelled", (int)rounds->n_cancelled));
    tb_buffer_deinit(&rounds->args);
    *rounds = (struct rounds){0};
}

void rounds_turn(struct view *view)
{
    static const struct tb_endpoint_handler handler = {.done = on_done, .chunk = on_chunk};
    struct rounds *rounds = &view->rounds;
    if (rounds->n_total == 0 || rounds->live)
        return;
    if (rounds->n_done == rounds->n_total) {
        rounds_end(view);
        return;
    }
    const struct tb_endpoint_request request = {.args = tb_buffer_bytes(&rounds->args)};
    rounds->cancelled = false;
    rounds->live = tb_endpoint_call(view->endpoint, rounds->command, &request, &handler, view,
                                    &rounds->number) == TB_OK;
}
