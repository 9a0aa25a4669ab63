#include "plugins/shell/write.h"

#include "plugins/shell/run.h"

#include <errno.h>
#include <stdlib.h>

struct writing {
    struct shell_state *state;
    uint64_t number;
    struct tb_stream *stream;
    uint8_t *bytes;
    size_t n;
    size_t n_done;
};

static void finish(struct writing *writing, int error)
{
    if (error)
        tb_stream_end_error(writing->stream, TB_CODE_IO, error, "%s",
                            error == EPIPE   ? "it reads no more"
                            : error == EBUSY ? "it has not read what was written before"
                                             : strerror(error));
    else
        tb_stream_end_nil(writing->stream);
    tb_stream_free(writing->stream);
    free(writing->bytes);
    free(writing);
}

/* One that has ended takes nothing any more, which is no error, as in Tauri. */
static void go_on(void *data)
{
    struct writing *writing = data;
    struct shell_run *run = shell_run_find(writing->state, writing->number);
    while (run && writing->n_done < writing->n) {
        ssize_t n = shell_run_write(
            run, tb_bytes_of(writing->bytes + writing->n_done, writing->n - writing->n_done));
        if (n == -EAGAIN) {
            if (!shell_run_await(run, go_on, writing))
                finish(writing, EBUSY);
            return;
        }
        if (n < 0) {
            finish(writing, (int)-n);
            return;
        }
        writing->n_done += (size_t)n;
    }
    finish(writing, 0);
}

static void cancel(struct tb_stream *stream)
{
    struct writing *writing = tb_stream_data(stream);
    struct shell_run *run = shell_run_find(writing->state, writing->number);
    if (run)
        shell_run_forget(run, writing);
    finish(writing, ECANCELED);
}

/* Text, bytes, or what JSON makes of bytes. */
static bool read_buffer(struct tb_call *call, struct tb_bytes *ret_bytes)
{
    const struct tb_value *buffer;
    if (!tb_arg_value(call, call->args, "buffer", TB_REQUIRED, &buffer))
        return false;
    return tb_value_str(buffer, ret_bytes) ||
           tb_arg_bytes(call, call->args, "buffer", TB_REQUIRED, ret_bytes);
}

static struct writing *new_writing(struct tb_call *call, uint64_t number, struct tb_bytes bytes)
{
    struct writing *writing = calloc(1, sizeof *writing);
    uint8_t *copy = writing ? malloc(bytes.n + 1) : NULL;
    if (!copy) {
        free(writing);
        tb_reply_error(call, TB_CODE_IO, ENOMEM, "no memory");
        return NULL;
    }
    if (bytes.n > 0)
        memcpy(copy, bytes.data, bytes.n);
    *writing =
        (struct writing){.state = call->state, .number = number, .bytes = copy, .n = bytes.n};
    return writing;
}

void shell_write(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = cancel};
    uint64_t number;
    struct tb_bytes bytes;
    if (!tb_arg_uint(call, call->args, "pid", TB_REQUIRED, UINT32_MAX, &number) ||
        !read_buffer(call, &bytes))
        return;
    struct writing *writing = new_writing(call, number, bytes);
    if (!writing)
        return;
    writing->stream = tb_call_stream(call, &events, writing);
    if (writing->stream) {
        go_on(writing);
        return;
    }
    free(writing->bytes);
    free(writing);
}
