#include "keystore/wrap.h"

#include "keystore/guarded.h"

#include <errno.h>
#include <sodium.h>

enum {
    CLIENT_SIZE = TB_SALT_SIZE + 12,
    FIELDS_SIZE = CLIENT_SIZE + TB_SALT_SIZE + 8 + TB_NONCE_SIZE,
    PLAIN_SIZE = TB_INNER_DIGITS + TB_VAULT_KEY_SIZE, /* before the key's own bytes */
    PASSES_MAX = 10,
    MEMORY_MIN_KIB = 64 * 1024,
    MEMORY_MAX_KIB = 1024 * 1024,
    CLIENT_MEMORY_MIN_KIB = 8 * 1024,
};

const struct tb_wrap_cost tb_wrap_cost_default = {.passes = 3, .memory_kib = 256 * 1024};
const struct tb_wrap_cost tb_wrap_cost_floor = {.passes = 1, .memory_kib = MEMORY_MIN_KIB};

bool tb_wrap_cost_valid(const struct tb_wrap_cost *cost)
{
    return cost->passes >= 1 && cost->passes <= PASSES_MAX && cost->memory_kib >= MEMORY_MIN_KIB &&
           cost->memory_kib <= MEMORY_MAX_KIB;
}

bool tb_client_hash_valid(const struct tb_client_hash *client)
{
    return client->passes >= 1 && client->passes <= PASSES_MAX &&
           client->memory_kib >= CLIENT_MEMORY_MIN_KIB && client->memory_kib <= MEMORY_MAX_KIB &&
           client->lanes == 1;
}

struct tb_client_hash tb_client_hash_new(void)
{
    struct tb_client_hash client = {.passes = 2, .memory_kib = 19456, .lanes = 1};
    randombytes_buf(client.salt, sizeof client.salt);
    return client;
}

/* ---- fields ---- */

static void write_fields(const struct tb_wrapping *wrapping, struct tb_writer *writer)
{
    tb_write_bytes(writer, tb_bytes_of(wrapping->client.salt, TB_SALT_SIZE));
    tb_write_u32(writer, wrapping->client.passes);
    tb_write_u32(writer, wrapping->client.memory_kib);
    tb_write_u32(writer, wrapping->client.lanes);
    tb_write_bytes(writer, tb_bytes_of(wrapping->salt, TB_SALT_SIZE));
    tb_write_u32(writer, wrapping->cost.passes);
    tb_write_u32(writer, wrapping->cost.memory_kib);
    tb_write_bytes(writer, tb_bytes_of(wrapping->nonce, TB_NONCE_SIZE));
}

bool tb_wrapping_read(const struct tb_sealed *sealed, struct tb_wrapping *ret_wrapping)
{
    struct tb_wrapping wrapping = {0};
    struct tb_reader reader = tb_reader_init(sealed->payload);
    tb_read_copy(&reader, wrapping.client.salt, TB_SALT_SIZE);
    wrapping.client.passes = tb_read_u32(&reader);
    wrapping.client.memory_kib = tb_read_u32(&reader);
    wrapping.client.lanes = tb_read_u32(&reader);
    tb_read_copy(&reader, wrapping.salt, TB_SALT_SIZE);
    wrapping.cost.passes = tb_read_u32(&reader);
    wrapping.cost.memory_kib = tb_read_u32(&reader);
    tb_read_copy(&reader, wrapping.nonce, TB_NONCE_SIZE);
    if (reader.failed || reader.left < PLAIN_SIZE + TB_TAG_SIZE ||
        reader.left > PLAIN_SIZE + TB_TAG_SIZE + TB_KEY_BYTES_MAX ||
        !tb_wrap_cost_valid(&wrapping.cost) || !tb_client_hash_valid(&wrapping.client))
        return false;
    *ret_wrapping = wrapping;
    return true;
}

/* ---- the key that seals ---- */

/* The fingerprint is in the place's name, behind its folder. */
static struct tb_bytes fingerprint_of(const struct tb_place *place)
{
    struct tb_bytes name = place->name;
    (void)tb_bytes_cut(&name, '/');
    return name;
}

static int stretch(const struct tb_own *own, const struct tb_place *place,
                   const struct tb_wrapping *wrapping, const uint8_t hash[static TB_HASH_SIZE],
                   struct tb_key32 *ret_key)
{
    tb_wiped_key mixed;
    const struct tb_bytes texts[] = {place->app, fingerprint_of(place),
                                     tb_bytes_of(hash, TB_HASH_SIZE)};
    tb_keyed_hash(own->secret, texts, TB_ARRAY_LEN(texts), mixed.bytes);
    if (crypto_pwhash(ret_key->bytes, sizeof ret_key->bytes, (const char *)mixed.bytes,
                      sizeof mixed.bytes, wrapping->salt, wrapping->cost.passes,
                      (size_t)wrapping->cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return -ENOMEM;
    return 0;
}

/* ---- wrapping ---- */

static void free_plain(uint8_t **plain)
{
    tb_guarded_free(*plain);
}

static int new_plain(size_t n, uint8_t **ret_plain)
{
    void *memory;
    int r = tb_guarded_new(n, &memory);
    if (r == 0)
        *ret_plain = memory;
    return r;
}

size_t tb_wrap_size(const struct tb_key_secret *secret)
{
    return FIELDS_SIZE + PLAIN_SIZE + secret->n + TB_TAG_SIZE;
}

/* All that is written so far is bound to what is sealed. */
static void seal(const struct tb_key32 *key, const uint8_t *nonce, struct tb_bytes plain,
                 struct tb_file_draft *draft)
{
    struct tb_writer *writer = &draft->writer;
    tb_assert(writer->cap - writer->n >= plain.n + TB_TAG_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(writer->p + writer->n, NULL, plain.data, plain.n,
                                               draft->data, writer->n, NULL, nonce, key->bytes);
    writer->n += plain.n + TB_TAG_SIZE;
}

int tb_wrap(const struct tb_own *own, const struct tb_place *place,
            const struct tb_wrapping *wrapping, const uint8_t hash[static TB_HASH_SIZE],
            const struct tb_key_secret *secret, struct tb_file_draft *draft)
{
    tb_wiped_key key;
    tb_cleanup(free_plain) uint8_t *plain = NULL;
    int r = new_plain(PLAIN_SIZE + secret->n, &plain);
    if (r == 0)
        r = stretch(own, place, wrapping, hash, &key);
    if (r != 0)
        return r;
    memcpy(plain, secret->passphrase, TB_INNER_DIGITS);
    memcpy(plain + TB_INNER_DIGITS, secret->vault_key, TB_VAULT_KEY_SIZE);
    memcpy(plain + PLAIN_SIZE, secret->key, secret->n);
    write_fields(wrapping, &draft->writer);
    seal(&key, wrapping->nonce, tb_bytes_of(plain, PLAIN_SIZE + secret->n), draft);
    return 0;
}

/* ---- unwrapping ---- */

/* From the plain text to the block that an unlocked key is. */
static int take_secret(struct tb_bytes plain, struct tb_key_secret **ret_secret)
{
    void *memory;
    size_t n = plain.n - PLAIN_SIZE;
    int r = tb_guarded_new(sizeof(struct tb_key_secret) + n, &memory);
    if (r != 0)
        return r;
    struct tb_key_secret *secret = memory;
    memcpy(secret->passphrase, plain.data, TB_INNER_DIGITS);
    memcpy(secret->vault_key, plain.data + TB_INNER_DIGITS, TB_VAULT_KEY_SIZE);
    memcpy(secret->key, plain.data + PLAIN_SIZE, n);
    secret->n = n;
    *ret_secret = secret;
    return 0;
}

int tb_unwrap(const struct tb_own *own, const struct tb_sealed *sealed,
              const uint8_t hash[static TB_HASH_SIZE], struct tb_key_secret **ret_secret)
{
    tb_wiped_key key;
    struct tb_wrapping wrapping;
    tb_cleanup(free_plain) uint8_t *plain = NULL;
    if (!tb_wrapping_read(sealed, &wrapping))
        return -EINVAL;
    struct tb_bytes box =
        tb_bytes_of(sealed->payload.data + FIELDS_SIZE, sealed->payload.n - FIELDS_SIZE);
    int r = new_plain(box.n - TB_TAG_SIZE, &plain);
    if (r == 0)
        r = stretch(own, &sealed->place, &wrapping, hash, &key);
    if (r != 0)
        return r;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, box.data, box.n,
                                                   sealed->head.data, sealed->head.n + FIELDS_SIZE,
                                                   wrapping.nonce, key.bytes) != 0)
        return TB_KEYSTORE_WRONG;
    return take_secret(tb_bytes_of(plain, box.n - TB_TAG_SIZE), ret_secret);
}
