#include "proto/keys.h"

#include "base/result.h"
#include "base/wire.h"
#include "proto/label.h"

#include <sodium.h>

size_t tb_bootstrap_write(const struct tb_bootstrap *b, uint8_t out[static TB_BOOTSTRAP_MAX])
{
    struct tb_writer writer = tb_writer_init(out, TB_BOOTSTRAP_MAX);
    tb_write_u16(&writer, TB_PROTOCOL_VERSION);
    tb_write_u16(&writer, 0);
    tb_write_bytes(&writer, tb_bytes_of(b->ticket_id, sizeof b->ticket_id));
    tb_write_bytes(&writer, tb_bytes_of(b->ticket_secret, sizeof b->ticket_secret));
    tb_write_bytes(&writer, tb_bytes_of(b->broker_pk, sizeof b->broker_pk));
    tb_write_bytes(&writer, tb_bytes_of(b->policy_digest, sizeof b->policy_digest));
    tb_write_u64(&writer, b->document);
    tb_write_string16(&writer, b->label);
    tb_write_string16(&writer, b->origin);
    tb_assert(!writer.failed);
    return writer.n;
}

int tb_bootstrap_read(struct tb_bytes in, struct tb_bootstrap *ret_bootstrap)
{
    struct tb_bootstrap b;
    struct tb_reader reader = tb_reader_init(in);
    uint16_t version = tb_read_u16(&reader);
    uint16_t zero = tb_read_u16(&reader);
    tb_read_copy(&reader, b.ticket_id, sizeof b.ticket_id);
    tb_read_copy(&reader, b.ticket_secret, sizeof b.ticket_secret);
    tb_read_copy(&reader, b.broker_pk, sizeof b.broker_pk);
    tb_read_copy(&reader, b.policy_digest, sizeof b.policy_digest);
    b.document = tb_read_u64(&reader);
    b.label = tb_read_string16(&reader);
    b.origin = tb_read_string16(&reader);
    if (!reader.failed && version != TB_PROTOCOL_VERSION)
        return TB_UNKNOWN;
    if (!tb_reader_done(&reader) || zero != 0 || !tb_label_valid(b.label) ||
        !tb_origin_valid(b.origin))
        return TB_MALFORMED;
    *ret_bootstrap = b;
    return TB_OK;
}

void tb_hello_write(const struct tb_hello *hello, uint8_t out[static TB_HELLO_SIZE])
{
    struct tb_writer writer = tb_writer_init(out, TB_HELLO_SIZE);
    tb_write_u16(&writer, TB_PROTOCOL_VERSION);
    tb_write_u16(&writer, 0);
    tb_write_bytes(&writer, tb_bytes_of(hello->ticket_id, sizeof hello->ticket_id));
    tb_write_bytes(&writer, tb_bytes_of(hello->endpoint_pk, sizeof hello->endpoint_pk));
    tb_assert(!writer.failed && writer.n == TB_HELLO_SIZE);
}

int tb_hello_read(struct tb_bytes in, struct tb_hello *ret_hello)
{
    struct tb_hello hello;
    struct tb_reader reader = tb_reader_init(in);
    uint16_t version = tb_read_u16(&reader);
    uint16_t zero = tb_read_u16(&reader);
    tb_read_copy(&reader, hello.ticket_id, sizeof hello.ticket_id);
    tb_read_copy(&reader, hello.endpoint_pk, sizeof hello.endpoint_pk);
    if (!tb_reader_done(&reader) || zero != 0)
        return TB_MALFORMED;
    if (version != TB_PROTOCOL_VERSION)
        return TB_UNKNOWN;
    *ret_hello = hello;
    return TB_OK;
}

static void hash_part(crypto_generichash_state *state, struct tb_bytes part)
{
    uint8_t n[4];
    tb_store_u32(n, (uint32_t)part.n);
    crypto_generichash_update(state, n, sizeof n);
    crypto_generichash_update(state, part.data, part.n);
}

int tb_keys_derive(const struct tb_bootstrap *b, const uint8_t own_sk[static TB_KEY_SIZE],
                   const uint8_t other_pk[static TB_KEY_SIZE],
                   const uint8_t endpoint_pk[static TB_KEY_SIZE], struct tb_session_keys *ret_keys)
{
    uint8_t shared[crypto_scalarmult_BYTES];
    uint8_t okm[2 * TB_KEY_SIZE];
    uint8_t version[2];
    uint8_t document[8];
    crypto_generichash_state state;

    /* Refuses low-order points by itself; the check for zero does not lean on that. */
    if (crypto_scalarmult(shared, own_sk, other_pk) != 0 || sodium_is_zero(shared, sizeof shared))
        return TB_FORGED;
    tb_store_u16(version, TB_PROTOCOL_VERSION);
    tb_store_u64(document, b->document);

    crypto_generichash_init(&state, b->ticket_secret, sizeof b->ticket_secret, sizeof okm);
    hash_part(&state, tb_bytes_of_string("trollbridge 1"));
    hash_part(&state, tb_bytes_of(shared, sizeof shared));
    hash_part(&state, tb_bytes_of(endpoint_pk, TB_KEY_SIZE));
    hash_part(&state, tb_bytes_of(b->broker_pk, sizeof b->broker_pk));
    hash_part(&state, tb_bytes_of(version, sizeof version));
    hash_part(&state, tb_bytes_of(b->ticket_id, sizeof b->ticket_id));
    hash_part(&state, b->label);
    hash_part(&state, b->origin);
    hash_part(&state, tb_bytes_of(document, sizeof document));
    hash_part(&state, tb_bytes_of(b->policy_digest, sizeof b->policy_digest));
    crypto_generichash_final(&state, okm, sizeof okm);

    memcpy(ret_keys->to_endpoint, okm, TB_KEY_SIZE);
    memcpy(ret_keys->to_broker, okm + TB_KEY_SIZE, TB_KEY_SIZE);
    sodium_memzero(shared, sizeof shared);
    sodium_memzero(okm, sizeof okm);
    sodium_memzero(&state, sizeof state);
    return TB_OK;
}
