/* A plugin of docs/plugin-guide.md: it asks the person at the screen for a passphrase, and tells
 * the page no more of it than how long it is. */
#include <sodium.h>
#include <stdlib.h>
#include <trollbridge-plugin.h>

enum { PADDING = 256, MOST = 1280 };

/* One prompt: keys of its own, and what was typed. */
struct whisper {
    unsigned char public_key[crypto_box_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_box_SECRETKEYBYTES];
    unsigned char clear[MOST];
};

/* A stream that has not ended ends with an error. */
static void finish(struct tb_stream *stream)
{
    struct whisper *whisper = tb_stream_data(stream);
    sodium_memzero(whisper, sizeof *whisper);
    free(whisper);
    tb_stream_free(stream);
}

static bool opens(struct whisper *whisper, struct tb_bytes sealed, size_t *ret_n)
{
    return sealed.n <= MOST + crypto_box_SEALBYTES &&
           crypto_box_seal_open(whisper->clear, sealed.data, sealed.n, whisper->public_key,
                                whisper->secret_key) == 0 &&
           sodium_unpad(ret_n, whisper->clear, sealed.n - crypto_box_SEALBYTES, PADDING) == 0;
}

static void answered(struct tb_stream *stream, struct tb_bytes sealed)
{
    size_t n = 0;
    if (sealed.n == 0) {
        tb_stream_end_error(stream, TB_CODE_DENIED, 0, "nobody gave a passphrase");
    } else if (!opens(tb_stream_data(stream), sealed, &n)) {
        tb_stream_end_error(stream, TB_CODE_IO, 0, "what came was not sealed for this plugin");
    } else {
        tb_pack_uint(tb_stream_end_value(stream), n);
        tb_stream_send(stream);
    }
    finish(stream);
}

static void measure(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = finish};
    struct whisper *whisper = calloc(1, sizeof *whisper);
    struct tb_stream *stream = whisper ? tb_call_stream(call, &events, whisper) : NULL;
    if (!stream) {
        free(whisper);
        return;
    }
    crypto_box_keypair(whisper->public_key, whisper->secret_key);
    if (tb_call_secret(stream, whisper->public_key, "a passphrase to be measured", false,
                       answered) != TB_SENT)
        finish(stream);
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {{"measure", measure}};
    static const struct tb_plugin plugin = {.commands = commands, .n_commands = 1};
    return sodium_init() < 0 ? 1 : tb_plugin_main(&plugin);
}
