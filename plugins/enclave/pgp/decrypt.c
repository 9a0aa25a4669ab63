/*
 * To decrypt. librnp is given one session key and the data at a time, never the whole message, and
 * one use of the passphrase. So it cannot go on to a second layer of encryption, of which it does
 * not say whether that one was protected against changes (the attacks known as EFAIL would use
 * that), and a session key that names nobody can be tried with each own key: librnp itself passes
 * over those.
 */
#include "plugins/enclave/pgp/armor.h"
#include "plugins/enclave/pgp/envelope.h"
#include "plugins/enclave/pgp/open.h"

#include <sodium.h>

enum {
    ID_BYTES = 8,
    TRIES_MAX = 256, /* of hidden recipients times own keys; each costs a private operation */
};

struct attempt {
    struct pgp *pgp;
    const struct pgp_decrypt *want;
    const struct pgp_envelope *envelope;
    const struct pgp_own *own;
    const char *fingerprint; /* of the own key that is loaded */
    size_t n_tries;
    int failure; /* why one that names an own key did not work */
    bool is_done;
    struct pgp_opened *opened;
};

/* What librnp reads: the session key for one of our keys, then the data. */
struct pieces {
    uint8_t key_id[ID_BYTES];
    struct tb_bytes list[4];
    size_t at;
};

static struct pieces pieces_of(const struct pgp_packet *key, const uint8_t *key_id,
                               struct tb_bytes data)
{
    const uint8_t *id = pgp_envelope_key_id(key);
    size_t before = (size_t)(id - key->whole.data);
    struct pieces pieces = {0};
    memcpy(pieces.key_id, key_id, ID_BYTES);
    pieces.list[0] = tb_bytes_of(key->whole.data, before);
    pieces.list[1] = tb_bytes_of(NULL, ID_BYTES); /* its own */
    pieces.list[2] = tb_bytes_of(id + ID_BYTES, key->whole.n - before - ID_BYTES);
    pieces.list[3] = data;
    return pieces;
}

static bool read_pieces(void *data, void *ret_bytes, size_t n, size_t *ret_n)
{
    struct pieces *pieces = data;
    size_t done = 0;
    pieces->list[1].data = pieces->at == 0 ? pieces->key_id : pieces->list[1].data;
    while (done < n && pieces->at < TB_ARRAY_LEN(pieces->list)) {
        struct tb_bytes *piece = &pieces->list[pieces->at];
        size_t part = piece->n < n - done ? piece->n : n - done;
        memcpy((uint8_t *)ret_bytes + done, piece->data, part);
        done += part;
        *piece = tb_bytes_of(piece->data + part, piece->n - part);
        pieces->at += piece->n == 0;
    }
    *ret_n = done;
    return true;
}

/* What it decrypted was protected against changes, and whole. */
static bool is_protected(rnp_op_verify_t op)
{
    tb_cleanup(pgp_end_text) char *mode = NULL;
    bool is_valid = false;
    return rnp_op_verify_get_protection_info(op, &mode, NULL, &is_valid) == RNP_SUCCESS && mode &&
           is_valid && strcmp(mode, "none") != 0 && strcmp(mode, "cfb") != 0;
}

static bool has_session_key(rnp_op_verify_t op)
{
    rnp_recipient_handle_t used = NULL;
    return rnp_op_verify_get_used_recipient(op, &used) == RNP_SUCCESS && used;
}

/* PGP_NOT_FOR_US: this session key is not for this own key. Anything else is the message's. */
static int judge(struct attempt *attempt, rnp_op_verify_t op, rnp_result_t said,
                 struct pgp_sink *sink)
{
    struct pgp_opened opened = {0};
    if (!has_session_key(op))
        return said == RNP_ERROR_BAD_PASSWORD ? PGP_WRONG_PASSPHRASE : PGP_NOT_FOR_US;
    int result = pgp_take_opened(attempt->pgp, op, said, sink, &opened);
    if (!result && !is_protected(op))
        result = PGP_CORRUPT;
    if (result) {
        pgp_opened_deinit(&opened);
        return result;
    }
    memcpy(opened.key, attempt->fingerprint, PGP_FINGERPRINT_SIZE);
    *attempt->opened = opened;
    return PGP_OK;
}

static int try_one(struct attempt *attempt, const struct pgp_packet *key, const uint8_t *key_id)
{
    struct pgp *pgp = attempt->pgp;
    struct tb_bytes data = attempt->envelope->data.whole;
    struct pieces pieces = pieces_of(key, key_id, data);
    tb_cleanup(pgp_sink_deinit) struct pgp_sink sink;
    pgp_sink_init(&sink, pgp_output_cap(data.n));
    tb_cleanup(pgp_end_input) rnp_input_t input = NULL;
    tb_cleanup(pgp_end_output) rnp_output_t output = NULL;
    tb_cleanup(pgp_end_verify) rnp_op_verify_t op = NULL;
    pgp->asked_in_vain = false;
    pgp_set_lookup(pgp, &attempt->want->lookup);
    int result = pgp_set_passphrase(pgp, attempt->own->passphrase, 1);
    if (!result)
        result = pgp_own_failure(rnp_input_from_callback(&input, read_pieces, NULL, &pieces));
    result = result ? result : pgp_output(&sink, &output);
    result = result ? result : pgp_own_failure(rnp_op_verify_create(&op, pgp->ffi, input, output));
    return result ? result : judge(attempt, op, pgp_execute(op), &sink);
}

static bool is_hidden(const uint8_t *key_id)
{
    static const uint8_t nobody[ID_BYTES];
    return memcmp(key_id, nobody, ID_BYTES) == 0;
}

static bool read_key_id(rnp_key_handle_t part, uint8_t ret_key_id[static ID_BYTES])
{
    tb_cleanup(pgp_end_text) char *text = NULL;
    size_t n = 0;
    return rnp_key_get_keyid(part, &text) == RNP_SUCCESS && text &&
           sodium_hex2bin(ret_key_id, ID_BYTES, text, strlen(text), NULL, &n, NULL) == 0 &&
           n == ID_BYTES;
}

/* librnp computes with the algorithm that the session key names, whatever kind of key it has: an
 * RSA session key would have it read the numbers of an elliptic curve's key as those of an RSA one.
 */
static bool is_of_algorithm(rnp_key_handle_t part, uint8_t algorithm)
{
    enum { RSA = 1, RSA_ENCRYPT = 2, ECDH = 18 };
    tb_cleanup(pgp_end_text) char *name = NULL;
    if (rnp_key_get_alg(part, &name) != RNP_SUCCESS || !name)
        return false;
    if (algorithm == ECDH)
        return strcmp(name, RNP_ALGNAME_ECDH) == 0;
    return (algorithm == RSA || algorithm == RSA_ENCRYPT) && strcmp(name, RNP_ALGNAME_RSA) == 0;
}

/* One part of an own key, with every session key that is for it or for nobody in particular. */
static int try_part(void *data, rnp_key_handle_t part)
{
    struct attempt *attempt = data;
    uint8_t own_id[ID_BYTES];
    bool is_secret = false;
    if (rnp_key_have_secret(part, &is_secret) != RNP_SUCCESS || !is_secret ||
        !read_key_id(part, own_id))
        return PGP_OK;
    for (size_t i = 0; i < attempt->envelope->n_keys && !attempt->is_done; i++) {
        const struct pgp_packet *key = &attempt->envelope->keys[i];
        bool is_named = memcmp(pgp_envelope_key_id(key), own_id, ID_BYTES) == 0;
        if ((!is_named && !is_hidden(pgp_envelope_key_id(key))) ||
            !is_of_algorithm(part, pgp_envelope_algorithm(key)))
            continue;
        if (attempt->n_tries++ == TRIES_MAX)
            return PGP_TOO_LARGE;
        int result = try_one(attempt, key, own_id);
        if (result == PGP_NOT_FOR_US) {
            attempt->failure = is_named ? PGP_CORRUPT : attempt->failure;
            continue;
        }
        attempt->is_done = true;
        return result;
    }
    return PGP_OK;
}

static int try_own(struct attempt *attempt)
{
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(attempt->pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    tb_cleanup(pgp_end_text) char *fingerprint = NULL;
    int result = pgp_load_one(use, attempt->own->secret, &primary);
    if (result)
        return result;
    if (rnp_key_get_fprint(primary, &fingerprint) != RNP_SUCCESS ||
        strlen(fingerprint) != PGP_FINGERPRINT_SIZE - 1)
        return PGP_UNSUPPORTED;
    attempt->fingerprint = fingerprint;
    return pgp_each_part(primary, try_part, attempt);
}

int pgp_decrypt(struct pgp *pgp, const struct pgp_decrypt *want, struct pgp_opened *ret_opened)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    struct pgp_envelope envelope;
    int result = want->n_own > PGP_KEYS_MAX ? PGP_BAD_ARGUMENT : PGP_OK;
    result = result ? result : pgp_packets_read(want->untrusted_message, PGP_SEALED_MAX, &packets);
    result = result ? result : pgp_envelope_read(packets.bytes, &envelope);
    struct attempt attempt = {.pgp = pgp,
                              .want = want,
                              .envelope = &envelope,
                              .failure = PGP_NOT_FOR_US,
                              .opened = ret_opened};
    for (size_t i = 0; i < want->n_own && !result && !attempt.is_done; i++) {
        attempt.own = &want->own[i];
        result = try_own(&attempt);
    }
    if (result)
        return result;
    return attempt.is_done ? PGP_OK : attempt.failure;
}
