#include "plugins/enclave/job.h"

#include "base/result.h"

#include <stdlib.h>

void enclave_job_free(struct enclave_job **at)
{
    struct enclave_job *job = *at;
    *at = NULL;
    if (!job)
        return;
    tb_stream_free(job->stream);
    enclave_block_deinit(&job->content);
    enclave_block_deinit(&job->signature);
    pgp_data_deinit(&job->result);
    pgp_opened_deinit(&job->opened);
    enclave_prompt_deinit(&job->prompt);
    free(job->infos);
    enclave_budget_give(&job->enclave->budget, job->charged);
    free(job);
}

struct enclave_job *enclave_job_new(struct tb_call *call, const struct enclave_work *work,
                                    struct enclave_failure *ret_failure)
{
    struct tb_channel output = {0};
    struct tb_bytes purpose;
    if (!tb_arg_channel(call, call->args, "output", TB_OPTIONAL, &output) ||
        !tb_arg_str(call, call->args, "purpose", TB_OPTIONAL, &purpose))
        return NULL;
    struct enclave_job *job = calloc(1, sizeof *job);
    if (!job) {
        (void)enclave_fail_memory(ret_failure);
        return NULL;
    }
    job->enclave = enclave_of(call);
    job->scope = enclave_scope_of(call);
    job->work = work;
    job->output = output;
    enclave_block_init(&job->content, &job->enclave->budget);
    enclave_block_init(&job->signature, &job->enclave->budget);
    return job;
}

/* ---- the way out ---- */

void enclave_job_pack_bytes(const struct enclave_job *job, bool armored, struct tb_packer *packer)
{
    struct tb_bytes bytes = pgp_data_bytes(&job->result);
    if (job->output.given) {
        tb_pack_key_uint(packer, "bytes", bytes.n);
    } else if (armored) {
        tb_pack_key_str(packer, "armored", bytes);
    } else {
        tb_pack_key(packer, "data");
        tb_pack_bin(packer, bytes);
    }
}

static void fail(struct enclave_job *job, const struct enclave_failure *failure)
{
    enclave_stream_failure(job->stream, failure);
    enclave_job_free(&job);
}

/* Whether all of the result went out; else `room` goes on. */
static bool send_parts(struct enclave_job *job)
{
    while (job->output.given && job->sent < job->result.n) {
        size_t n = tb_stream_room(job->stream);
        size_t left = job->result.n - job->sent;
        if (n > left)
            n = left;
        if (n == 0 || tb_stream_bytes(job->stream, &job->output,
                                      tb_bytes_of(job->result.data + job->sent, n)) != TB_SENT)
            return false;
        job->sent += n;
    }
    return true;
}

static void send(struct enclave_job *job)
{
    enum tb_sent sent;
    if (!send_parts(job))
        return;
    if (job->work->pack) {
        job->work->pack(job, tb_stream_end_value(job->stream));
        sent = tb_stream_send(job->stream);
    } else {
        sent = tb_stream_end_nil(job->stream);
    }
    if (sent != TB_NO_ROOM)
        enclave_job_free(&job);
}

/* ---- the work ---- */

static bool fail_busy(struct enclave_failure *ret_failure)
{
    return enclave_fail(ret_failure, ENCLAVE_TOO_LARGE,
                        "other calls hold what memory there is for contents: wait for them, and "
                        "take their results");
}

static bool charge(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    if (!job->output.given && job->result.n > ENCLAVE_RESULT_MAX)
        return enclave_fail(ret_failure, ENCLAVE_TOO_LARGE,
                            "the result has %zu bytes: more than %d go through a channel, which "
                            "is passed as `output`",
                            job->result.n, ENCLAVE_RESULT_MAX);
    if (!enclave_budget_take(&job->enclave->budget, job->result.n))
        return fail_busy(ret_failure);
    job->charged = job->result.n;
    return true;
}

/* After run, or a passphrase: `ok` is what that returned. */
static void go_on(struct enclave_job *job, bool ok, struct enclave_failure *failure)
{
    if (ok && job->prompt.waits)
        return;
    enclave_block_deinit(&job->content);
    enclave_block_deinit(&job->signature);
    if (!ok || !charge(job, failure)) {
        fail(job, failure);
        return;
    }
    job->done = true;
    send(job);
}

static void run(struct enclave_job *job)
{
    struct enclave_failure failure = {0};
    bool ok = job->work->check(job, &failure) && job->work->run(job, &failure);
    go_on(job, ok, &failure);
}

/* ---- passphrases that the host asks for ---- */

static void on_secret(struct tb_stream *stream, struct tb_bytes sealed)
{
    struct enclave_job *job = tb_stream_data(stream);
    tb_cleanup(enclave_passphrase_deinit) struct enclave_passphrase passphrase = {0};
    struct enclave_failure failure = {0};
    bool ok = enclave_prompt_open(&job->prompt, sealed, &passphrase, &failure) &&
              job->work->check(job, &failure) &&
              job->work->answered(job, tb_bytes_of(passphrase.data, passphrase.n), &failure);
    go_on(job, ok, &failure);
}

bool enclave_job_ask(struct enclave_job *job, const char *wanted, const struct pgp_key *key,
                     bool is_new, struct enclave_failure *ret_failure)
{
    const struct enclave_question question = {.wanted = wanted, .key = key, .is_new = is_new};
    return enclave_prompt_ask(&job->prompt, job->stream, &question, on_secret, ret_failure);
}

/* ---- the way in ---- */

bool enclave_job_take(struct enclave_block *block, struct tb_bytes bytes, size_t most,
                      struct enclave_failure *ret_failure)
{
    int r = bytes.n > most - block->n ? TB_TOO_LARGE : enclave_block_append(block, bytes);
    if (r == TB_OK)
        return true;
    if (r == TB_TOO_LARGE)
        return enclave_fail(ret_failure, ENCLAVE_TOO_LARGE, "more than the %zu bytes that it takes",
                            most);
    return r == TB_FULL ? fail_busy(ret_failure) : enclave_fail_memory(ret_failure);
}

static size_t on_body(struct tb_stream *stream, struct tb_bytes bytes, bool last)
{
    struct enclave_job *job = tb_stream_data(stream);
    struct enclave_failure failure = {0};
    if (job->work->content_max == 0)
        return bytes.n; /* nobody asked for it */
    if (!enclave_job_take(&job->content, bytes, job->work->content_max, &failure))
        fail(job, &failure);
    else if (last)
        run(job);
    return bytes.n;
}

static void on_room(struct tb_stream *stream)
{
    struct enclave_job *job = tb_stream_data(stream);
    if (job->done)
        send(job);
}

static void on_cancel(struct tb_stream *stream)
{
    struct enclave_job *job = tb_stream_data(stream);
    enclave_job_free(&job);
}

/* Data as text or as the body: one of them. */
static bool read_text(struct tb_call *call, struct enclave_job *job,
                      struct enclave_failure *ret_failure)
{
    struct tb_bytes text = {0};
    if (job->work->content_max == 0)
        return true;
    if (!tb_arg_str(call, call->args, "text", TB_OPTIONAL, &text))
        return false;
    if ((text.data != NULL) == call->has_body)
        return enclave_fail(ret_failure, ENCLAVE_BAD_ARGUMENT,
                            "the data is either `text` or the raw body, and one of them must be "
                            "there");
    return enclave_job_take(&job->content, text, job->work->content_max, ret_failure);
}

bool enclave_job_start(struct tb_call *call, struct enclave_job **at,
                       struct enclave_failure *ret_failure)
{
    static const struct tb_stream_events events = {
        .body = on_body, .room = on_room, .cancel = on_cancel};
    tb_cleanup(enclave_job_free) struct enclave_job *job = *at;
    *at = NULL;
    if (!job->work->check(job, ret_failure) || !read_text(call, job, ret_failure))
        return false;
    job->stream = tb_call_stream(call, &events, job);
    if (!job->stream)
        return false;
    bool whole = !call->has_body || job->work->content_max == 0;
    struct enclave_job *started = job;
    job = NULL;
    if (whole)
        run(started);
    return true;
}
