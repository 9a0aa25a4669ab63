#include "keystore/certificate.h"

#include "base/fd.h"
#include "keystore/file.h"
#include "keystore/folder.h"
#include "keystore/names.h"
#include "keystore/pending.h"

#include <errno.h>
#include <stdlib.h>

static bool is_trust(unsigned trust)
{
    return trust <= TB_TRUST_NEVER;
}

bool tb_certificate_valid(struct tb_bytes payload)
{
    return payload.n > 1 && payload.n <= TB_CERTIFICATE_MAX + 1 && is_trust(payload.data[0]);
}

void tb_certificate_deinit(struct tb_certificate *certificate)
{
    free(certificate->data);
    *certificate = (struct tb_certificate){0};
}

int tb_certificate_payload(struct tb_bytes certificate, enum tb_trust trust, uint8_t **ret_payload,
                           size_t *ret_n)
{
    uint8_t *payload = malloc(certificate.n + 1);
    if (!payload)
        return -ENOMEM;
    payload[0] = (uint8_t)trust;
    memcpy(payload + 1, certificate.data, certificate.n);
    *ret_payload = payload;
    *ret_n = certificate.n + 1;
    return 0;
}

int tb_certificate_room(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint)
{
    tb_cleanup(tb_names_deinit) struct tb_names names = {0};
    int r = tb_file_find(keystore, TB_FILE_CERTIFICATE, fingerprint->text);
    if (r != TB_KEYSTORE_NONE)
        return r;
    r = tb_names_read(tb_folder_of(keystore, TB_FILE_CERTIFICATE), &names);
    return r == 0 && names.n >= TB_KEYSTORE_CERTIFICATES_MAX ? TB_KEYSTORE_FULL : r;
}

/* ---- reading ---- */

int tb_keystore_certificate(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                            struct tb_certificate *ret_certificate)
{
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    int r = tb_file_read(keystore, TB_FILE_CERTIFICATE, fingerprint->text, &file);
    if (r != 0)
        return r;
    struct tb_bytes payload = file.sealed.payload;
    if (!tb_certificate_valid(payload))
        return tb_file_damaged(keystore, TB_FILE_CERTIFICATE, fingerprint->text, TB_DAMAGE_ALTERED);
    uint8_t *data = malloc(payload.n - 1);
    if (!data)
        return -ENOMEM;
    memcpy(data, payload.data + 1, payload.n - 1);
    *ret_certificate = (struct tb_certificate){data, payload.n - 1, payload.data[0]};
    return 0;
}

/* ---- changing, under the lock ---- */

static int put(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
               struct tb_bytes certificate, enum tb_trust trust)
{
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    int r =
        tb_file_begin(keystore, TB_FILE_CERTIFICATE, fingerprint->text, certificate.n + 1, &draft);
    if (r < 0)
        return r;
    tb_write_u8(&draft.writer, (uint8_t)trust);
    tb_write_bytes(&draft.writer, certificate);
    return tb_file_put(keystore, TB_FILE_CERTIFICATE, fingerprint->text, &draft);
}

int tb_keystore_change_certificate(struct tb_keystore *keystore,
                                   const struct tb_fingerprint *fingerprint,
                                   tb_certificate_change *change, void *data)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    tb_cleanup(tb_certificate_deinit) struct tb_certificate old = {0};
    struct tb_bytes new = {0};
    int r = tb_change_begin(keystore, &locked);
    if (r == 0)
        r = tb_certificate_room(keystore, fingerprint);
    if (r == 0)
        r = tb_keystore_certificate(keystore, fingerprint, &old);
    if (r != 0 && r != TB_KEYSTORE_NONE)
        return r;
    if (!change(data, tb_bytes_of(old.data, old.n), &new))
        return -ECANCELED;
    if (new.n == 0)
        return TB_KEYSTORE_INVALID;
    return new.n > TB_CERTIFICATE_MAX ? TB_KEYSTORE_TOO_LARGE
                                      : put(keystore, fingerprint, new, old.trust);
}

static bool replace(void *data, struct tb_bytes old, struct tb_bytes *ret_new)
{
    (void)old;
    *ret_new = *(const struct tb_bytes *)data;
    return true;
}

int tb_keystore_put_certificate(struct tb_keystore *keystore,
                                const struct tb_fingerprint *fingerprint,
                                struct tb_bytes certificate)
{
    return tb_keystore_change_certificate(keystore, fingerprint, replace, &certificate);
}

int tb_keystore_set_trust(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                          enum tb_trust trust)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    tb_cleanup(tb_certificate_deinit) struct tb_certificate old = {0};
    if (!is_trust(trust))
        return TB_KEYSTORE_INVALID;
    int r = tb_change_begin(keystore, &locked);
    if (r == 0)
        r = tb_keystore_certificate(keystore, fingerprint, &old);
    return r == 0 ? put(keystore, fingerprint, tb_bytes_of(old.data, old.n), trust) : r;
}
