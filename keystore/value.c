#include "keystore/value.h"

#include "keystore/folder.h"
#include "keystore/names.h"
#include "keystore/wrap.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

enum { NAME_FIELD = TB_FINGERPRINT_DIGITS + 2 }; /* before the name */

void tb_value_leaf(const struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                   struct tb_bytes name, char ret_leaf[static TB_VALUE_LEAF])
{
    uint8_t hash[32];
    const struct tb_bytes texts[] = {tb_fingerprint_bytes(fingerprint), name};
    tb_keyed_hash(keystore->own->names, texts, TB_ARRAY_LEN(texts), hash);
    tb_hex(hash, sizeof hash, ret_leaf);
}

void tb_value_deinit(struct tb_value *value)
{
    if (value->data)
        sodium_memzero(value->data, value->n);
    free(value->data);
    *value = (struct tb_value){0};
}

/* ---- the outer layer ---- */

bool tb_value_parse(struct tb_value *value)
{
    struct tb_reader reader = tb_reader_init(tb_bytes_of(value->data, value->n));
    struct tb_bytes fingerprint = tb_read_bytes(&reader, TB_FINGERPRINT_DIGITS);
    value->name = tb_read_string16(&reader);
    value->nonce = tb_read_bytes(&reader, TB_NONCE_SIZE);
    value->box = tb_read_bytes(&reader, reader.left);
    return !reader.failed && value->box.n >= TB_TAG_SIZE &&
           tb_fingerprint_read_exact(fingerprint, &value->fingerprint);
}

/* The file as it was checked; false: its payload is not what the enclave writes. */
static bool open_outer(const struct tb_keystore *keystore, const struct tb_sealed *sealed,
                       struct tb_value *value)
{
    struct tb_bytes payload = sealed->payload;
    const uint8_t *box = payload.data + TB_NONCE_SIZE;
    if (payload.n <= TB_NONCE_SIZE + TB_TAG_SIZE)
        return false;
    value->n = payload.n - TB_NONCE_SIZE - TB_TAG_SIZE;
    value->data = malloc(value->n);
    return value->data &&
           crypto_aead_xchacha20poly1305_ietf_decrypt(
               value->data, NULL, NULL, box, payload.n - TB_NONCE_SIZE, sealed->head.data,
               sealed->head.n, payload.data, keystore->own->values) == 0 &&
           tb_value_parse(value);
}

int tb_value_read(struct tb_keystore *keystore, const char *leaf, struct tb_value *ret_value)
{
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    tb_cleanup(tb_value_deinit) struct tb_value value = {0};
    char right[TB_VALUE_LEAF];
    int r = tb_file_read(keystore, TB_FILE_VALUE, leaf, &file);
    if (r != 0)
        return r;
    if (!open_outer(keystore, &file.sealed, &value))
        return tb_file_damaged(keystore, TB_FILE_VALUE, leaf, TB_DAMAGE_ALTERED);
    tb_value_leaf(keystore, &value.fingerprint, value.name, right);
    if (strcmp(leaf, right) != 0)
        return tb_file_damaged(keystore, TB_FILE_VALUE, leaf, TB_DAMAGE_SWAPPED);
    *ret_value = value;
    value = (struct tb_value){0};
    return 0;
}

/* ---- both layers ---- */

static void inner_key(const uint8_t vault_key[static TB_VAULT_KEY_SIZE], struct tb_key32 *ret_key)
{
    struct tb_bytes use = tb_bytes_of_string("trollbridge enclave vault value");
    tb_keyed_hash(vault_key, &use, 1, ret_key->bytes);
}

/* What the inner layer is bound to: each with its length before it. */
struct bound {
    uint8_t bytes[3 * 4 + TB_KEYSTORE_APP_MAX + TB_FINGERPRINT_DIGITS + TB_VALUE_NAME_MAX];
    size_t n;
};

static void bind_text(struct tb_writer *writer, struct tb_bytes text)
{
    tb_write_u32(writer, (uint32_t)text.n);
    tb_write_bytes(writer, text);
}

static bool bind(const struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                 struct tb_bytes name, struct bound *ret_bound)
{
    struct tb_writer writer = tb_writer_init(ret_bound->bytes, sizeof ret_bound->bytes);
    bind_text(&writer, tb_keystore_app(keystore));
    bind_text(&writer, tb_fingerprint_bytes(fingerprint));
    bind_text(&writer, name);
    ret_bound->n = writer.n;
    return !writer.failed;
}

size_t tb_value_size(struct tb_bytes name, struct tb_bytes value)
{
    return TB_NONCE_SIZE + NAME_FIELD + name.n + TB_NONCE_SIZE + value.n + 2 * TB_TAG_SIZE;
}

static void write_nonce(const struct tb_keystore *keystore, struct tb_writer *writer,
                        uint8_t ret_nonce[static TB_NONCE_SIZE])
{
    keystore->random(ret_nonce, TB_NONCE_SIZE);
    tb_write_bytes(writer, tb_bytes_of(ret_nonce, TB_NONCE_SIZE));
}

static void seal_inner(const struct tb_key32 *key, const uint8_t nonce[static TB_NONCE_SIZE],
                       const struct bound *bound, struct tb_bytes value, struct tb_writer *writer)
{
    tb_assert(!writer->failed && writer->cap - writer->n >= value.n + TB_TAG_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(writer->p + writer->n, NULL, value.data, value.n,
                                               bound->bytes, bound->n, NULL, nonce, key->bytes);
    writer->n += value.n + TB_TAG_SIZE;
}

/* In place: what is written since `start` becomes the box, bound to all before the payload. */
static void seal_outer(const struct tb_keystore *keystore,
                       const uint8_t nonce[static TB_NONCE_SIZE], size_t n_head, size_t start,
                       struct tb_writer *writer)
{
    tb_assert(!writer->failed && writer->cap - writer->n >= TB_TAG_SIZE);
    uint8_t *plain = writer->p + start;
    crypto_aead_xchacha20poly1305_ietf_encrypt(plain, NULL, plain, writer->n - start, writer->p,
                                               n_head, NULL, nonce, keystore->own->values);
    writer->n += TB_TAG_SIZE;
}

int tb_value_seal(const struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                  const uint8_t vault_key[static TB_VAULT_KEY_SIZE], struct tb_bytes name,
                  struct tb_bytes value, struct tb_file_draft *draft)
{
    tb_wiped_key key;
    struct bound bound;
    uint8_t outer[TB_NONCE_SIZE];
    uint8_t inner[TB_NONCE_SIZE];
    struct tb_writer *writer = &draft->writer;
    size_t n_head = writer->n;
    if (!bind(keystore, fingerprint, name, &bound))
        return TB_KEYSTORE_INVALID;
    inner_key(vault_key, &key);
    write_nonce(keystore, writer, outer);
    size_t start = writer->n;
    tb_write_bytes(writer, tb_fingerprint_bytes(fingerprint));
    tb_write_string16(writer, name);
    write_nonce(keystore, writer, inner);
    seal_inner(&key, inner, &bound, value, writer);
    seal_outer(keystore, outer, n_head, start, writer);
    return 0;
}

size_t tb_value_plain_size(const struct tb_value *value)
{
    return value->box.n - TB_TAG_SIZE;
}

int tb_value_open(const struct tb_keystore *keystore, const struct tb_value *value,
                  const uint8_t vault_key[static TB_VAULT_KEY_SIZE], uint8_t *ret_plain)
{
    tb_wiped_key key;
    struct bound bound;
    if (!bind(keystore, &value->fingerprint, value->name, &bound))
        return TB_KEYSTORE_WRONG;
    inner_key(vault_key, &key);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(ret_plain, NULL, NULL, value->box.data,
                                                   value->box.n, bound.bytes, bound.n,
                                                   value->nonce.data, key.bytes) != 0)
        return TB_KEYSTORE_WRONG;
    return 0;
}

/* ---- all of a key ---- */

static int delete_if_of(struct tb_keystore *keystore, const char *leaf,
                        const struct tb_fingerprint *fingerprint)
{
    tb_cleanup(tb_value_deinit) struct tb_value value = {0};
    int r = tb_value_read(keystore, leaf, &value);
    if (r == 0 && strcmp(value.fingerprint.text, fingerprint->text) == 0)
        r = tb_file_remove(keystore, TB_FILE_VALUE, leaf);
    return r < 0 ? r : 0;
}

int tb_value_delete_all(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint)
{
    tb_cleanup(tb_names_deinit) struct tb_names names = {0};
    int r = tb_names_read(tb_folder_of(keystore, TB_FILE_VALUE), &names);
    for (size_t i = 0; i < names.n && r == 0; i++)
        r = delete_if_of(keystore, names.list[i], fingerprint);
    return r;
}
