#include "plugins/shell/tell.h"

#include "base/result.h"
#include "plugins/shell/output.h"

#include <errno.h>

static const char *const event_names[N_OUTPUTS] = {"Stdout", "Stderr"};

static void pack_number(struct tb_packer *packer, const char *key, bool known, int32_t number)
{
    tb_pack_key(packer, key);
    known ? tb_pack_int(packer, number) : tb_pack_nil(packer);
}

static void pack_end(struct tb_packer *packer, const struct shell_end *end)
{
    pack_number(packer, "code", end->signal == 0, end->code);
    pack_number(packer, "signal", end->signal != 0, end->signal);
}

static bool send_message(struct shell_run *run)
{
    return tb_stream_send(run->stream) != TB_NO_ROOM;
}

static struct tb_packer *begin_event(struct shell_run *run, const char *name)
{
    struct tb_packer *packer = tb_stream_message(run->stream, &run->channel);
    tb_pack_map(packer, 2);
    tb_pack_key_text(packer, "event", name);
    tb_pack_key(packer, "payload");
    return packer;
}

static bool tell_error(struct shell_run *run, const char *text)
{
    tb_pack_text(begin_event(run, "Error"), text);
    return send_message(run);
}

static bool tell_piece(struct shell_run *run, size_t which, struct tb_bytes piece)
{
    const struct shell_encoding *encoding = &run->request.encoding;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    tb_buffer_init(&text, 8 * (size_t)PIECE_MAX);
    if (shell_encoding_decode(encoding, piece, &text) != TB_OK)
        return tell_error(run, "what it wrote is not in its encoding: ask for `raw`");
    struct tb_packer *packer = begin_event(run, event_names[which]);
    if (encoding->kind == SHELL_RAW)
        tb_pack_bin(packer, piece);
    else
        tb_pack_str(packer, tb_buffer_bytes(&text));
    return send_message(run);
}

/* False: there is no room. */
static bool tell_output(struct shell_run *run, size_t which)
{
    struct output *output = &run->outputs[which];
    struct tb_bytes piece;
    while (shell_output_next(&run->request.encoding, tb_buffer_bytes(&output->held), output->fd < 0,
                             PIECE_MAX, &piece)) {
        if (!tell_piece(run, which, piece))
            return false;
        tb_buffer_consume(&output->held, piece.n);
    }
    return true;
}

static const char *failure_of(const struct shell_run *run)
{
    if (run->end.error != 0)
        return strerror(run->end.error);
    if (run->over_output)
        return "it wrote more than the policy allows it (output_mib), and was ended";
    return run->over_time ? "it ran longer than the policy allows it (time_s), and was ended"
                          : NULL;
}

/* ---- an execute's answer ---- */

static bool pack_output(struct shell_run *run, struct tb_packer *packer, size_t which)
{
    struct tb_bytes bytes = tb_buffer_bytes(&run->outputs[which].held);
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    tb_buffer_init(&text, 4 * (size_t)COLLECTED_MAX);
    if (shell_encoding_decode(&run->request.encoding, bytes, &text) != TB_OK)
        return false;
    tb_pack_key(packer, which == OUT ? "stdout" : "stderr");
    if (run->request.encoding.kind == SHELL_RAW)
        tb_pack_bin(packer, bytes);
    else
        tb_pack_str(packer, tb_buffer_bytes(&text));
    return true;
}

static void answer_execute(struct shell_run *run)
{
    const char *failure = failure_of(run);
    if (failure) {
        tb_stream_end_error(run->stream, run->over_output ? TB_CODE_TOO_LARGE : TB_CODE_IO,
                            run->end.error, "%s", failure);
        return;
    }
    struct tb_packer *packer = tb_stream_end_value(run->stream);
    tb_pack_map(packer, 4);
    pack_end(packer, &run->end);
    bool ok = pack_output(run, packer, OUT) && pack_output(run, packer, ERR);
    if (!ok)
        tb_stream_end_error(run->stream, TB_CODE_IO, EILSEQ,
                            "what it wrote is not in its encoding: ask for `raw`");
    else if (tb_stream_send(run->stream) == TB_REFUSED)
        tb_stream_end_error(run->stream, TB_CODE_TOO_LARGE, 0,
                            "it wrote too much for one answer: spawn it");
}

/* ---- all of it ---- */

static bool is_done(const struct shell_run *run)
{
    return run->has_end && run->outputs[OUT].fd < 0 && run->outputs[ERR].fd < 0;
}

/* False: there is no room yet. What was not started has not ended either. */
static bool tell_end(struct shell_run *run)
{
    const char *failure = failure_of(run);
    if (failure && !run->told_failure) {
        run->told_failure = tell_error(run, failure);
        if (!run->told_failure)
            return false;
    }
    if (run->end.error != 0)
        return true;
    struct tb_packer *packer = begin_event(run, "Terminated");
    tb_pack_map(packer, 2);
    pack_end(packer, &run->end);
    return send_message(run);
}

static bool tell_number(struct shell_run *run)
{
    if (run->collects || run->told_number)
        return true;
    tb_pack_uint(tb_stream_value(run->stream), run->number);
    run->told_number = tb_stream_send(run->stream) != TB_NO_ROOM;
    return run->told_number;
}

bool shell_tell(struct shell_run *run)
{
    bool room = tell_number(run);
    if (!run->collects)
        for (size_t i = 0; room && i < N_OUTPUTS; i++)
            room = tell_output(run, i);
    if (!room || !is_done(run))
        return false;
    if (run->collects)
        answer_execute(run);
    else if (tell_end(run))
        tb_stream_end_nil(run->stream);
    else
        return false;
    return true;
}
