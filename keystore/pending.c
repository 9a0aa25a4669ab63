#include "keystore/pending.h"

#include "keystore/certificate.h"
#include "keystore/file.h"
#include "keystore/value.h"

static const char leaf[] = "pending";

enum operation { ADD = 1, DELETE = 2 };

struct change {
    enum operation operation;
    struct tb_fingerprint fingerprint;
    struct tb_bytes certificate; /* of ADD: the payload of its file */
};

/* ---- the file ---- */

static bool read_change(struct tb_bytes payload, struct change *ret_change)
{
    struct change change = {0};
    struct tb_reader reader = tb_reader_init(payload);
    change.operation = tb_read_u8(&reader);
    struct tb_bytes fingerprint = tb_read_bytes(&reader, TB_FINGERPRINT_DIGITS);
    change.certificate = tb_read_bytes(&reader, reader.left);
    if (reader.failed || !tb_fingerprint_read_exact(fingerprint, &change.fingerprint))
        return false;
    if (change.operation == DELETE
            ? change.certificate.n > 0
            : change.operation != ADD || !tb_certificate_valid(change.certificate))
        return false;
    *ret_change = change;
    return true;
}

bool tb_pending_valid(struct tb_bytes payload)
{
    struct change change;
    return read_change(payload, &change);
}

static int save(const struct tb_keystore *keystore, const struct change *change)
{
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    size_t n = 1 + TB_FINGERPRINT_DIGITS + change->certificate.n;
    int r = tb_file_begin(keystore, TB_FILE_PENDING, leaf, n, &draft);
    if (r < 0)
        return r;
    tb_write_u8(&draft.writer, (uint8_t)change->operation);
    tb_write_bytes(&draft.writer, tb_fingerprint_bytes(&change->fingerprint));
    tb_write_bytes(&draft.writer, change->certificate);
    return tb_file_put(keystore, TB_FILE_PENDING, leaf, &draft);
}

/* ---- doing it, as often as it takes ---- */

static int put_certificate(const struct tb_keystore *keystore, const struct change *change)
{
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    int r = tb_file_begin(keystore, TB_FILE_CERTIFICATE, change->fingerprint.text,
                          change->certificate.n, &draft);
    if (r < 0)
        return r;
    tb_write_bytes(&draft.writer, change->certificate);
    return tb_file_put(keystore, TB_FILE_CERTIFICATE, change->fingerprint.text, &draft);
}

/* The secret key is what decides: with it in place the certificate follows, without it nothing has
 * happened. */
static int finish_add(const struct tb_keystore *keystore, const struct change *change)
{
    int r = tb_file_find(keystore, TB_FILE_KEY, change->fingerprint.text);
    if (r == TB_KEYSTORE_NONE)
        return 0;
    return r == 0 ? put_certificate(keystore, change) : r;
}

static int finish_delete(struct tb_keystore *keystore, const struct change *change)
{
    static const enum tb_keystore_file kinds[] = {TB_FILE_KEY, TB_FILE_ATTEMPTS,
                                                  TB_FILE_CERTIFICATE};
    int r = tb_value_delete_all(keystore, &change->fingerprint);
    for (size_t i = 0; i < TB_ARRAY_LEN(kinds) && r >= 0; i++)
        r = tb_file_remove(keystore, kinds[i], change->fingerprint.text);
    return r < 0 ? r : 0;
}

static int finish(struct tb_keystore *keystore, const struct change *change)
{
    int r =
        change->operation == ADD ? finish_add(keystore, change) : finish_delete(keystore, change);
    if (r == 0)
        r = tb_file_remove(keystore, TB_FILE_PENDING, leaf);
    return r < 0 ? r : 0;
}

/* One that cannot be read stays where it is, and is named as damaged, until the next change of that
 * kind replaces it: what it was about is whole or not there. */
static int finish_pending(struct tb_keystore *keystore)
{
    struct change change;
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    int r = tb_file_read(keystore, TB_FILE_PENDING, leaf, &file);
    if (r != 0)
        return r < 0 ? r : 0;
    return read_change(file.sealed.payload, &change) ? finish(keystore, &change) : 0;
}

int tb_change_begin(struct tb_keystore *keystore, struct tb_locked *ret_locked)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    int r = tb_folder_lock_changes(keystore, &locked);
    if (r < 0)
        return r;
    tb_file_remove_unfinished(keystore);
    r = finish_pending(keystore);
    if (r < 0)
        return r;
    *ret_locked = locked;
    locked = (struct tb_locked){0};
    return 0;
}

/* ---- changes ---- */

/* After an error that did not end the process: as if nothing had been begun. What cannot be taken
 * back is finished by whoever has the lock next. */
static int take_back(const struct tb_keystore *keystore, const struct change *change, int error)
{
    int r = tb_file_remove(keystore, TB_FILE_KEY, change->fingerprint.text);
    if (r >= 0)
        r = tb_file_remove(keystore, TB_FILE_PENDING, leaf);
    return r < 0 ? r : error;
}

int tb_pending_add(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                   struct tb_file_draft *draft, struct tb_bytes certificate)
{
    const struct change change = {ADD, *fingerprint, certificate};
    int r = save(keystore, &change);
    if (r == 0)
        r = tb_file_put(keystore, TB_FILE_KEY, fingerprint->text, draft);
    if (r == 0)
        r = finish(keystore, &change);
    return r == 0 ? 0 : take_back(keystore, &change, r);
}

int tb_pending_delete(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint)
{
    const struct change change = {DELETE, *fingerprint, {0}};
    int r = save(keystore, &change);
    return r == 0 ? finish(keystore, &change) : r;
}
