/* Asking a person for a passphrase, in a call that was taken over. */
#include "proto/secret.h"
#include "base/result.h"
#include "plugins/sdk/session.h"

static bool may_ask(const struct tb_stream *stream)
{
    return !tb_stream_over(stream) && !stream->secret && stream->n_secrets < TB_SECRETS_PER_CALL;
}

enum tb_sent tb_call_secret(struct tb_stream *stream, const uint8_t *key, const char *what,
                            bool is_new, tb_secret_callback *answered)
{
    struct tb_session *session = stream->session;
    const struct tb_secret secret = {
        .call = stream->call,
        .key = key,
        .what = tb_bytes_of_string(what),
        .is_new = is_new,
    };
    if (!answered || !may_ask(stream) || secret.what.n == 0 || secret.what.n > TB_SECRET_WHAT_MAX ||
        !tb_utf8_valid(secret.what) || tb_secret_write(&session->out, &secret) != TB_OK)
        return TB_REFUSED;
    stream->secret = answered;
    stream->n_secrets++;
    tb_session_wake(session);
    return TB_SENT;
}

int tb_streams_secret(struct tb_session *session, struct tb_bytes body)
{
    struct tb_secret_answer answer;
    int r = tb_secret_answer_read(&session->unpacker, body, &answer);
    if (r != TB_OK)
        return r;
    struct tb_stream *stream = tb_streams_find(&session->streams, answer.call);
    if (!stream || stream->cancelled)
        return TB_OK; /* it has crossed the call's end */
    tb_secret_callback *answered = stream->secret;
    if (!answered)
        return TB_UNKNOWN;
    stream->secret = NULL;
    answered(stream, answer.sealed);
    return TB_OK;
}
