/*
 * The one place outside of the plugin where a passphrase is in clear, behind whatever it was typed
 * into: it is copied once, into memory that is locked and wiped, padded there, so that its length
 * cannot be told, and sealed to the plugin's key. A sealed box has a key pair of its own each time:
 * the same passphrase never makes the same bytes.
 */
#include "host/secret.h"

#include "base/escape.h"
#include "base/result.h"
#include "host/bridge.h"
#include "host/text.h"
#include "proto/secret.h"

#include <sodium.h>

enum { PADDED_MAX = TB_SECRET_BOX_MAX - TB_SECRET_SEAL, ESCAPED_MAX = 6 };

static_assert(TB_SECRET_KEY_SIZE == crypto_box_PUBLICKEYBYTES, "it is the key of a sealed box");
static_assert(TB_SECRET_SEAL == crypto_box_SEALBYTES, "it is what a sealed box adds");

static const uint8_t *key_of(const struct host_secrets *secrets, uint32_t id)
{
    for (size_t i = 0; i < secrets->n; i++)
        if (secrets->list[i].id == id)
            return secrets->list[i].key;
    return NULL;
}

void host_secret_forget(struct host_secrets *secrets, uint32_t id)
{
    for (size_t i = 0; i < secrets->n; i++)
        if (secrets->list[i].id == id) {
            secrets->list[i] = secrets->list[--secrets->n];
            return;
        }
}

static bool remember(struct host_secrets *secrets, const struct tb_secret_prompt *prompt)
{
    if (secrets->n == TB_ARRAY_LEN(secrets->list) || key_of(secrets, prompt->id))
        return false;
    secrets->list[secrets->n].id = prompt->id;
    memcpy(secrets->list[secrets->n++].key, prompt->key, TB_SECRET_KEY_SIZE);
    return true;
}

/* A key of low order seals nothing: whoever passes the box on could open it. */
static bool seals(const uint8_t key[static TB_SECRET_KEY_SIZE])
{
    static const uint8_t any[crypto_scalarmult_SCALARBYTES] = {1};
    uint8_t shared[crypto_scalarmult_BYTES];
    return crypto_scalarmult(shared, any, key) == 0;
}

/* ---- to the person ---- */

/* As it is if it can be read as it is; else escaped as in JSON. */
static const char *readable(struct tb_bytes untrusted_what,
                            char text[static ESCAPED_MAX * TB_SECRET_WHAT_MAX + 1])
{
    size_t n = untrusted_what.n;
    if (tb_is_plain_line(untrusted_what))
        memcpy(text, untrusted_what.data, n);
    else
        n = tb_escape(untrusted_what, text, ESCAPED_MAX * TB_SECRET_WHAT_MAX).n;
    text[n] = 0;
    return text;
}

static void show(struct trollbridge *bridge, const struct tb_secret_prompt *prompt)
{
    char what[ESCAPED_MAX * TB_SECRET_WHAT_MAX + 1];
    struct host_text view = host_text_of(prompt->view);
    struct host_text origin = host_text_of(prompt->origin);
    struct host_text command = host_text_of(prompt->command);
    struct host_text plugin = host_text_of(prompt->plugin);
    bridge->options.secret(bridge->options.data, &(struct trollbridge_secret){
                                                     .id = prompt->id,
                                                     .view = view.bytes,
                                                     .origin = origin.bytes,
                                                     .command = command.bytes,
                                                     .plugin = plugin.bytes,
                                                     .what = readable(prompt->what, what),
                                                     .is_new = prompt->is_new,
                                                 });
}

static enum trollbridge_result say(struct trollbridge *bridge, const struct tb_secret_typed *typed)
{
    tb_cleanup(bridge_free_frame) struct tb_buffer frame;
    tb_buffer_init(&frame, TB_HEADER_SIZE + TB_CONTROL_MAX);
    if (tb_secret_typed_write(&frame, typed) != TB_OK)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    host_secret_forget(&bridge->secrets, typed->id);
    return bridge_send(bridge, &frame, -1);
}

bool host_secret(struct trollbridge *bridge, struct tb_bytes body)
{
    struct tb_secret_prompt prompt;
    if (tb_secret_prompt_read(&bridge->unpacker, body, &prompt) != TB_OK ||
        !remember(&bridge->secrets, &prompt))
        return false;
    if (bridge->options.secret && seals(prompt.key))
        show(bridge, &prompt);
    else
        (void)say(bridge, &(struct tb_secret_typed){.id = prompt.id});
    return true;
}

/* ---- and back ---- */

static void free_clear(uint8_t **clear)
{
    sodium_free(*clear); /* which wipes */
}

static enum trollbridge_result seal(struct tb_bytes passphrase, const uint8_t *key,
                                    uint8_t box[static TB_SECRET_BOX_MAX], size_t *ret_n)
{
    tb_cleanup(free_clear) uint8_t *clear = sodium_malloc(PADDED_MAX);
    size_t n = 0;
    if (!clear)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    memcpy(clear, passphrase.data, passphrase.n);
    if (sodium_pad(&n, clear, passphrase.n, TB_SECRET_PAD, PADDED_MAX) != 0 ||
        crypto_box_seal(box, clear, n, key) != 0)
        return TROLLBRIDGE_INVALID;
    *ret_n = n + TB_SECRET_SEAL;
    return TROLLBRIDGE_OK;
}

static bool is_passphrase(struct tb_bytes text)
{
    return text.n > 0 && text.n <= TB_SECRET_MAX && !memchr(text.data, 0, text.n) &&
           tb_utf8_valid(text);
}

enum trollbridge_result trollbridge_answer_secret(struct trollbridge *bridge, uint32_t id,
                                                  const char *passphrase, size_t n)
{
    const uint8_t *key = key_of(&bridge->secrets, id);
    struct tb_secret_typed typed = {.id = id};
    uint8_t box[TB_SECRET_BOX_MAX];
    if (bridge->lost)
        return TROLLBRIDGE_LOST;
    if (passphrase && !is_passphrase(tb_bytes_of(passphrase, n)))
        return TROLLBRIDGE_INVALID;
    if (!key)
        return TROLLBRIDGE_OK; /* it is over: the two have crossed */
    if (passphrase) {
        size_t n_box = 0;
        enum trollbridge_result r = seal(tb_bytes_of(passphrase, n), key, box, &n_box);
        if (r != TROLLBRIDGE_OK)
            return r;
        typed.sealed = tb_bytes_of(box, n_box);
    }
    return say(bridge, &typed);
}
