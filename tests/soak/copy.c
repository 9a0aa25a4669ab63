#include "tests/soak/copy.h"

#include "base/result.h"
#include "tests/soak/view.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT_SIZE = 8, PIECE = 1024 * 1024 };

static const char *const commands[] = {
    [COPY_OPEN_FROM] = "plugin:fs|open",
    [COPY_OPEN_TO] = "plugin:fs|open",
    [COPY_READ] = "plugin:fs|read",
    [COPY_WRITE] = "plugin:fs|write",
    [COPY_CLOSE_FROM] = "plugin:resources|close",
    [COPY_CLOSE_TO] = "plugin:resources|close",
};

static void finish(struct view *view, json_t *said)
{
    struct copy *copy = &view->copy;
    json_object_set_new(said, "view", json_string(view->label));
    view_say(said);
    tb_buffer_deinit(&copy->args);
    free(copy->to);
    *copy = (struct copy){0};
}

/* ---- what is asked ---- */

static struct tb_packer begin_args(struct copy *copy, enum copy_step step, size_t n)
{
    struct tb_packer packer;
    tb_buffer_deinit(&copy->args);
    tb_buffer_init(&copy->args, TB_FRAME_MAX);
    copy->step = step;
    copy->waits = true;
    tb_packer_init(&packer, &copy->args);
    tb_pack_map(&packer, n);
    return packer;
}

static void ask_open(struct copy *copy, enum copy_step step, const char *path)
{
    bool writes = step == COPY_OPEN_TO;
    struct tb_packer packer = begin_args(copy, step, 2);
    tb_pack_key_text(&packer, "path", path);
    tb_pack_key(&packer, "options");
    tb_pack_map(&packer, 3);
    tb_pack_key_bool(&packer, "read", !writes);
    tb_pack_key_bool(&packer, "write", writes);
    tb_pack_key_bool(&packer, "create", writes);
}

static void ask_read(struct copy *copy)
{
    struct tb_packer packer = begin_args(copy, COPY_READ, 2);
    tb_pack_key_uint(&packer, "rid", copy->rid_from);
    tb_pack_key_uint(&packer, "len", PIECE);
}

static void ask_write(struct copy *copy, struct tb_bytes piece)
{
    struct tb_packer packer = begin_args(copy, COPY_WRITE, 2);
    tb_pack_key_uint(&packer, "rid", copy->rid_to);
    tb_pack_key(&packer, "data");
    tb_pack_bin(&packer, piece);
    tb_assert(!packer.failed);
}

static void ask_close(struct copy *copy, enum copy_step step, uint64_t rid)
{
    struct tb_packer packer = begin_args(copy, step, 1);
    tb_pack_key_uint(&packer, "rid", rid);
}

/* ---- what is answered ---- */

static uint64_t number_in(const struct tb_reply *reply)
{
    tb_assert(reply->type == TB_REPLY_VALUE &&
              reply->value->type == MSGPACK_OBJECT_POSITIVE_INTEGER);
    return reply->value->via.u64;
}

/* Behind the bytes of a piece stands their number, as the npm package wants it. */
static void take_piece(struct copy *copy, const struct tb_reply *reply)
{
    tb_assert(reply->type == TB_REPLY_BYTES && reply->raw.n >= COUNT_SIZE);
    struct tb_bytes piece = tb_bytes_of(reply->raw.data, reply->raw.n - COUNT_SIZE);
    if (piece.n > 0)
        ask_write(copy, piece);
    else
        ask_close(copy, COPY_CLOSE_FROM, copy->rid_from);
}

static void go_on(struct view *view, const struct tb_reply *reply)
{
    struct copy *copy = &view->copy;
    switch (copy->step) {
    case COPY_OPEN_FROM:
        copy->rid_from = number_in(reply);
        ask_open(copy, COPY_OPEN_TO, copy->to);
        break;
    case COPY_OPEN_TO:
        copy->rid_to = number_in(reply);
        ask_read(copy);
        break;
    case COPY_READ:
        take_piece(copy, reply);
        break;
    case COPY_WRITE:
        copy->n += number_in(reply);
        ask_read(copy);
        break;
    case COPY_CLOSE_FROM:
        ask_close(copy, COPY_CLOSE_TO, copy->rid_to);
        break;
    case COPY_CLOSE_TO:
        finish(view, json_pack("{s:I}", "copied", (json_int_t)copy->n));
        break;
    case COPY_NONE:
        break;
    }
}

static void on_done(void *data, const struct tb_reply *reply)
{
    struct view *view = data;
    if (reply && reply->type != TB_REPLY_ERROR)
        go_on(view, reply);
    else
        finish(view, json_pack("{s:b, s:o}", "copied", 0, "error",
                               reply ? view_error(&reply->error) : json_null()));
}

void copy_turn(struct view *view)
{
    static const struct tb_endpoint_handler handler = {.done = on_done};
    struct copy *copy = &view->copy;
    const struct tb_endpoint_request request = {.args = tb_buffer_bytes(&copy->args)};
    uint32_t command;
    if (!copy->waits)
        return;
    tb_assert(view_find(view, commands[copy->step], &command));
    int r = tb_endpoint_call(view->endpoint, command, &request, &handler, view, NULL);
    tb_assert(r == TB_OK || r == TB_AGAIN);
    copy->waits = r == TB_AGAIN;
}

void copy_begin(struct view *view, const char *from, const char *to)
{
    view->copy.to = strdup(to);
    tb_assert(view->copy.to);
    ask_open(&view->copy, COPY_OPEN_FROM, from);
}

void copy_end(struct view *view)
{
    if (view->copy.step != COPY_NONE)
        on_done(view, NULL);
}
