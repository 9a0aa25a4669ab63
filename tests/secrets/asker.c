/*
 * A plugin that asks for passphrases: ask {what, new, times} -> a list of digests (BLAKE2b, 16
 * bytes, hex), so that none comes back as it was typed; an error `denied` where there was none.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <trollbridge-plugin.h>

enum { TIMES_MAX = 5, DIGEST = 16, PAD = 256, CLEAR_MAX = 2048 };

struct asking {
    uint8_t public_key[crypto_box_PUBLICKEYBYTES];
    uint8_t secret_key[crypto_box_SECRETKEYBYTES];
    char what[300];
    bool is_new;
    uint64_t times;
    size_t n;
    char digests[TIMES_MAX][2 * DIGEST + 1];
};

static void on_answered(struct tb_stream *stream, struct tb_bytes sealed);

static void end(struct tb_stream *stream)
{
    free(tb_stream_data(stream));
    tb_stream_free(stream);
}

static void ask_next(struct tb_stream *stream)
{
    struct asking *asking = tb_stream_data(stream);
    (void)crypto_box_keypair(asking->public_key, asking->secret_key);
    if (tb_call_secret(stream, asking->public_key, asking->what, asking->is_new, on_answered) ==
        TB_SENT)
        return;
    (void)tb_stream_end_error(stream, TB_CODE_DENIED, 0, "refused");
    end(stream);
}

static void finish(struct tb_stream *stream)
{
    struct asking *asking = tb_stream_data(stream);
    struct tb_packer *packer = tb_stream_end_value(stream);
    tb_pack_array(packer, (uint32_t)asking->n);
    for (size_t i = 0; i < asking->n; i++)
        tb_pack_text(packer, asking->digests[i]);
    (void)tb_stream_send(stream);
    end(stream);
}

static bool keep_digest(struct asking *asking, struct tb_bytes sealed)
{
    uint8_t clear[CLEAR_MAX];
    uint8_t digest[DIGEST];
    size_t n;
    if (sealed.n <= crypto_box_SEALBYTES || sealed.n > sizeof clear ||
        crypto_box_seal_open(clear, sealed.data, sealed.n, asking->public_key,
                             asking->secret_key) != 0 ||
        sodium_unpad(&n, clear, sealed.n - crypto_box_SEALBYTES, PAD) != 0)
        return false;
    (void)crypto_generichash(digest, sizeof digest, clear, n, NULL, 0);
    sodium_memzero(clear, sizeof clear);
    (void)sodium_bin2hex(asking->digests[asking->n], sizeof asking->digests[0], digest,
                         sizeof digest);
    asking->n++;
    return true;
}

static void on_answered(struct tb_stream *stream, struct tb_bytes sealed)
{
    struct asking *asking = tb_stream_data(stream);
    if (!keep_digest(asking, sealed)) {
        (void)tb_stream_end_error(stream, TB_CODE_DENIED, 0,
                                  sealed.n == 0 ? "dismissed" : "no sealed box");
        end(stream);
    } else if (asking->n < asking->times) {
        ask_next(stream);
    } else {
        finish(stream);
    }
}

static void on_cancel(struct tb_stream *stream)
{
    end(stream);
}

static void ask(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = on_cancel};
    struct asking asking = {.times = 1};
    struct tb_bytes what;
    if (!tb_arg_str(call, call->args, "what", TB_REQUIRED, &what) ||
        !tb_arg_bool(call, call->args, "new", TB_OPTIONAL, &asking.is_new) ||
        !tb_arg_uint(call, call->args, "times", TB_OPTIONAL, TIMES_MAX, &asking.times))
        return;
    if (what.n >= sizeof asking.what) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "too much");
        return;
    }
    memcpy(asking.what, what.data, what.n);
    struct asking *own = malloc(sizeof *own);
    struct tb_stream *stream = own ? tb_call_stream(call, &events, own) : NULL;
    if (!stream) {
        free(own);
        return;
    }
    *own = asking;
    ask_next(stream);
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {{"ask", ask}};
    static const struct tb_plugin plugin = {.commands = commands, .n_commands = 1};
    return sodium_init() < 0 ? 1 : tb_plugin_main(&plugin);
}
