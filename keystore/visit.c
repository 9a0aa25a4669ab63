/* Every file of the keystore, each checked as far as that goes without a passphrase. */
#include "keystore/attempts.h"
#include "keystore/certificate.h"
#include "keystore/file.h"
#include "keystore/folder.h"
#include "keystore/names.h"
#include "keystore/pending.h"
#include "keystore/value.h"
#include "keystore/wrap.h"

struct visit {
    struct tb_keystore *keystore;
    int (*call)(void *data, const struct tb_keystore_entry *entry);
    void *data;
};

/* Whether the payload of a file that is authentic is what the enclave writes. */
static bool read_payload(const struct tb_sealed *sealed, struct tb_keystore_entry *entry)
{
    struct tb_wrapping wrapping;
    uint64_t last_s;
    switch (entry->kind) {
    case TB_FILE_KEY:
        return tb_wrapping_read(sealed, &wrapping);
    case TB_FILE_CERTIFICATE:
        if (!tb_certificate_valid(sealed->payload))
            return false;
        entry->trust = sealed->payload.data[0];
        return true;
    case TB_FILE_ATTEMPTS:
        return tb_attempts_read(sealed->payload, &entry->failures, &last_s);
    case TB_FILE_PENDING:
        return tb_pending_valid(sealed->payload);
    case TB_FILE_SECRET:
        return sealed->payload.n == TB_OWN_SIZE;
    case TB_FILE_VALUE:
        break;
    }
    return true;
}

static int check_value(struct tb_keystore *keystore, const char *leaf,
                       struct tb_fingerprint *ret_fingerprint)
{
    tb_cleanup(tb_value_deinit) struct tb_value value = {0};
    int r = tb_value_read(keystore, leaf, &value);
    if (r == 0)
        *ret_fingerprint = value.fingerprint;
    return r;
}

static int check_file(struct tb_keystore *keystore, const char *leaf,
                      struct tb_keystore_entry *entry)
{
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    if (entry->kind == TB_FILE_VALUE)
        return check_value(keystore, leaf, &entry->fingerprint);
    int r = tb_file_read(keystore, entry->kind, leaf, &file);
    if (r == 0 && !read_payload(&file.sealed, entry))
        r = tb_file_damaged(keystore, entry->kind, leaf, TB_DAMAGE_ALTERED);
    return r;
}

/* One file; a name that is none of ours is damage by itself. */
static int visit_file(const struct visit *visit, enum tb_keystore_file kind, const char *leaf)
{
    struct tb_keystore_entry entry = {.kind = kind};
    int r;
    if (tb_keystore_leaf(kind, leaf, &entry.fingerprint))
        r = check_file(visit->keystore, leaf, &entry);
    else
        r = tb_file_damaged(visit->keystore, kind, leaf, TB_DAMAGE_FOREIGN);
    if (r == TB_KEYSTORE_DAMAGED)
        entry.damage.kind = visit->keystore->damage.kind;
    else if (r != 0)
        return r == TB_KEYSTORE_NONE ? 0 : r;
    tb_file_name(kind, leaf, entry.damage.file);
    return visit->call(visit->data, &entry);
}

static int visit_folder(const struct visit *visit, enum tb_keystore_file kind)
{
    tb_cleanup(tb_names_deinit) struct tb_names names = {0};
    int r = tb_names_read(tb_folder_of(visit->keystore, kind), &names);
    for (size_t i = 0; i < names.n && r == 0; i++)
        r = visit_file(visit, kind, names.list[i]);
    return r;
}

static bool is_folder(const char *name)
{
    return strcmp(name, tb_folder_name(TB_FILE_KEY)) == 0 ||
           strcmp(name, tb_folder_name(TB_FILE_CERTIFICATE)) == 0 ||
           strcmp(name, tb_folder_name(TB_FILE_VALUE)) == 0 ||
           strcmp(name, tb_folder_name(TB_FILE_ATTEMPTS)) == 0;
}

static int visit_foreign(const struct visit *visit, const char *leaf)
{
    struct tb_keystore_entry entry = {.kind = TB_FILE_SECRET};
    (void)tb_file_damaged(visit->keystore, TB_FILE_SECRET, leaf, TB_DAMAGE_FOREIGN);
    entry.damage = visit->keystore->damage;
    return visit->call(visit->data, &entry);
}

/* The top folder; that `secret` is there was seen when the keystore was opened. */
static int visit_top(const struct visit *visit)
{
    tb_cleanup(tb_names_deinit) struct tb_names names = {0};
    int r = tb_names_read(visit->keystore->root, &names);
    for (size_t i = 0; i < names.n && r == 0; i++) {
        const char *name = names.list[i];
        if (strcmp(name, "secret") == 0)
            r = visit_file(visit, TB_FILE_SECRET, name);
        else if (strcmp(name, "pending") == 0)
            r = visit_file(visit, TB_FILE_PENDING, name);
        else if (!is_folder(name))
            r = visit_foreign(visit, name);
    }
    return r;
}

int tb_keystore_visit(struct tb_keystore *keystore,
                      int (*visit)(void *data, const struct tb_keystore_entry *entry), void *data)
{
    static const enum tb_keystore_file kinds[] = {TB_FILE_KEY, TB_FILE_CERTIFICATE, TB_FILE_VALUE,
                                                  TB_FILE_ATTEMPTS};
    const struct visit all = {keystore, visit, data};
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    int r = tb_change_begin(keystore, &locked);
    if (r == 0)
        r = visit_top(&all);
    for (size_t i = 0; i < TB_ARRAY_LEN(kinds) && r == 0; i++)
        r = visit_folder(&all, kinds[i]);
    return r;
}

int tb_keystore_each(struct tb_keystore *keystore, enum tb_keystore_file kind,
                     int (*visit)(void *data, const struct tb_fingerprint *fingerprint), void *data)
{
    tb_cleanup(tb_names_deinit) struct tb_names names = {0};
    struct tb_fingerprint fingerprint;
    tb_assert(kind == TB_FILE_KEY || kind == TB_FILE_CERTIFICATE);
    int r = tb_names_read(tb_folder_of(keystore, kind), &names);
    for (size_t i = 0; i < names.n && r == 0; i++)
        if (tb_keystore_leaf(kind, names.list[i], &fingerprint))
            r = visit(data, &fingerprint);
    return r;
}
