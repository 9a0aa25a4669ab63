#include "plugins/enclave/keyring.h"

#include "plugins/enclave/pgp/key.h"

#include <stdlib.h>

struct loaded {
    struct loaded *next;
    struct tb_fingerprint fingerprint;
    struct tb_certificate certificate;
};

struct part {
    char key_id[PGP_KEY_ID_SIZE];
    bool signs;
};

struct entry {
    struct tb_fingerprint fingerprint;
    struct part *parts; /* owned; NULL until they were read */
    size_t n_parts;
};

struct enclave_keyring {
    struct enclave *enclave;
    const struct tb_plugin_scope *scope;
    struct loaded *loaded;
    struct entry *entries; /* made when the first id is looked for */
    size_t n;
    bool listed;
    bool read; /* the key ids of all */
};

struct enclave_keyring *enclave_keyring_new(struct enclave *enclave,
                                            const struct tb_plugin_scope *scope)
{
    struct enclave_keyring *keyring = calloc(1, sizeof *keyring);
    if (keyring)
        *keyring = (struct enclave_keyring){.enclave = enclave, .scope = scope};
    return keyring;
}

void enclave_keyring_free(struct enclave_keyring **at)
{
    struct enclave_keyring *keyring = *at;
    *at = NULL;
    if (!keyring)
        return;
    while (keyring->loaded) {
        struct loaded *loaded = keyring->loaded;
        keyring->loaded = loaded->next;
        tb_certificate_deinit(&loaded->certificate);
        free(loaded);
    }
    for (size_t i = 0; i < keyring->n; i++)
        free(keyring->entries[i].parts);
    free(keyring->entries);
    free(keyring);
}

/* ---- certificates ---- */

static struct loaded *find_loaded(const struct enclave_keyring *keyring,
                                  const struct tb_fingerprint *fingerprint)
{
    struct loaded *loaded = keyring->loaded;
    while (loaded && strcmp(loaded->fingerprint.text, fingerprint->text) != 0)
        loaded = loaded->next;
    return loaded;
}

static bool load(struct enclave_keyring *keyring, const struct tb_fingerprint *fingerprint,
                 struct loaded **ret_loaded, struct enclave_failure *ret_failure)
{
    struct tb_keystore *keystore = keyring->enclave->keystore;
    struct loaded *loaded = calloc(1, sizeof *loaded);
    if (!loaded)
        return enclave_fail_memory(ret_failure);
    int r = tb_keystore_certificate(keystore, fingerprint, &loaded->certificate);
    if (r != 0) {
        free(loaded);
        return enclave_fail_stored(ret_failure, keystore, r, fingerprint);
    }
    loaded->fingerprint = *fingerprint;
    loaded->next = keyring->loaded;
    keyring->loaded = loaded;
    *ret_loaded = loaded;
    return true;
}

bool enclave_keyring_certificate(struct enclave_keyring *keyring,
                                 const struct tb_fingerprint *fingerprint,
                                 struct tb_bytes *ret_certificate, enum tb_trust *ret_trust,
                                 struct enclave_failure *ret_failure)
{
    struct loaded *loaded = find_loaded(keyring, fingerprint);
    if (!loaded && !load(keyring, fingerprint, &loaded, ret_failure))
        return false;
    *ret_certificate = tb_bytes_of(loaded->certificate.data, loaded->certificate.n);
    *ret_trust = loaded->certificate.trust;
    return true;
}

/* ---- key ids ---- */

static int add_entry(void *data, const struct tb_fingerprint *fingerprint)
{
    struct enclave_keyring *keyring = data;
    if (keyring->n < TB_KEYSTORE_CERTIFICATES_MAX &&
        enclave_scope_has_key(keyring->scope, fingerprint))
        keyring->entries[keyring->n++].fingerprint = *fingerprint;
    return 0;
}

/* A folder that cannot be listed is one without keys here; who needs a key says so. */
static void list(struct enclave_keyring *keyring)
{
    if (keyring->listed)
        return;
    keyring->listed = true;
    keyring->entries = calloc(TB_KEYSTORE_CERTIFICATES_MAX, sizeof *keyring->entries);
    if (!keyring->entries ||
        tb_keystore_each(keyring->enclave->keystore, TB_FILE_CERTIFICATE, add_entry, keyring) != 0)
        keyring->n = 0;
}

/* Of one that cannot be read, none. */
static void read_parts(struct enclave_keyring *keyring, struct entry *entry)
{
    tb_cleanup(tb_certificate_deinit) struct tb_certificate certificate = {0};
    struct pgp_key key;
    if (tb_keystore_certificate(keyring->enclave->keystore, &entry->fingerprint, &certificate) !=
            0 ||
        pgp_read_key(keyring->enclave->pgp, tb_bytes_of(certificate.data, certificate.n), &key) !=
            0)
        return;
    entry->parts = calloc(key.n_key_ids, sizeof *entry->parts);
    if (!entry->parts)
        return;
    entry->n_parts = key.n_key_ids;
    for (size_t i = 0; i < key.n_key_ids; i++) {
        memcpy(entry->parts[i].key_id, key.key_ids[i], PGP_KEY_ID_SIZE);
        entry->parts[i].signs = key.signs[i];
    }
}

/* A primary key's id is the end of its fingerprint: most are found without reading any. */
static const struct entry *find_primary(const struct enclave_keyring *keyring, const char *key_id)
{
    const size_t at = TB_FINGERPRINT_DIGITS - (PGP_KEY_ID_SIZE - 1);
    for (size_t i = 0; i < keyring->n; i++)
        if (strcmp(keyring->entries[i].fingerprint.text + at, key_id) == 0)
            return &keyring->entries[i];
    return NULL;
}

static void read_all(struct enclave_keyring *keyring)
{
    list(keyring);
    for (size_t i = 0; !keyring->read && i < keyring->n; i++)
        read_parts(keyring, &keyring->entries[i]);
    keyring->read = true;
}

static const struct part *part_of(const struct entry *entry, const char *key_id)
{
    for (size_t i = 0; i < entry->n_parts; i++)
        if (strcmp(entry->parts[i].key_id, key_id) == 0)
            return &entry->parts[i];
    return NULL;
}

/* Who only claims another's subkey does not have it sign, and does not stand before its owner. */
static const struct entry *find_part(struct enclave_keyring *keyring, const char *key_id)
{
    const struct entry *found = NULL;
    read_all(keyring);
    for (size_t i = 0; i < keyring->n; i++) {
        const struct part *part = part_of(&keyring->entries[i], key_id);
        if (part && part->signs)
            return &keyring->entries[i];
        if (part && !found)
            found = &keyring->entries[i];
    }
    return found;
}

bool enclave_keyring_find(struct enclave_keyring *keyring, const char *key_id,
                          struct tb_fingerprint *ret_fingerprint)
{
    list(keyring);
    const struct entry *entry = find_primary(keyring, key_id);
    if (!entry)
        entry = find_part(keyring, key_id);
    if (entry)
        *ret_fingerprint = entry->fingerprint;
    return entry != NULL;
}

void enclave_keyring_each(struct enclave_keyring *keyring, const char *key_id,
                          void (*each)(void *data, const struct tb_fingerprint *fingerprint),
                          void *data)
{
    read_all(keyring);
    for (size_t i = 0; i < keyring->n; i++)
        if (part_of(&keyring->entries[i], key_id))
            each(data, &keyring->entries[i].fingerprint);
}

static bool look_up(void *data, const char *untrusted_key_id, struct tb_bytes *ret_certificate)
{
    struct enclave_keyring *keyring = data;
    struct tb_fingerprint fingerprint;
    struct enclave_failure failure;
    enum tb_trust trust;
    return enclave_keyring_find(keyring, untrusted_key_id, &fingerprint) &&
           enclave_keyring_certificate(keyring, &fingerprint, ret_certificate, &trust, &failure);
}

/* It is called in the middle of an operation, when no other can begin: what is looked for has to be
 * read already. */
struct pgp_lookup enclave_keyring_lookup(struct enclave_keyring *keyring)
{
    read_all(keyring);
    return (struct pgp_lookup){.find = look_up, .data = keyring};
}
