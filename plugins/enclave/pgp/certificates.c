#include "plugins/enclave/pgp/armor.h"
#include "plugins/enclave/pgp/description.h"
#include "plugins/enclave/pgp/misplaced.h"
#include "plugins/enclave/pgp/transferable.h"

#include <errno.h>
#include <stdlib.h>

void pgp_certificates_deinit(struct pgp_certificates *certificates)
{
    for (size_t i = 0; i < certificates->n; i++)
        pgp_data_deinit(&certificates->list[i].data);
    free(certificates->list);
    *certificates = (struct pgp_certificates){0};
}

static int read_one(struct pgp *pgp, struct tb_bytes key, struct pgp_certificate *ret_certificate)
{
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    int result = pgp_load_one(use, key, &primary);
    return result ? result : pgp_take_certificate(use, primary, ret_certificate);
}

static int append(struct pgp_certificates *all, const struct pgp_certificate *one)
{
    struct pgp_certificate *list = realloc(all->list, (all->n + 1) * sizeof *list);
    if (!list)
        return -ENOMEM;
    all->list = list;
    list[all->n++] = *one;
    return 0;
}

/* The frames of all keys, before librnp sees the first. */
static int count_keys(struct tb_bytes packets)
{
    size_t n = 0;
    do {
        struct pgp_transferable key;
        int result = pgp_transferable_next(&packets, &key);
        if (result)
            return result;
        if (++n > PGP_KEYS_MAX)
            return PGP_TOO_LARGE;
    } while (packets.n > 0);
    return PGP_OK;
}

static int read_all(struct pgp *pgp, struct tb_bytes packets, struct pgp_certificates *all)
{
    while (packets.n > 0) {
        struct pgp_transferable key;
        struct pgp_certificate one = {0};
        int result = pgp_transferable_next(&packets, &key);
        result = result ? result : read_one(pgp, key.bytes, &one);
        result = result ? result : append(all, &one);
        if (result) {
            pgp_data_deinit(&one.data);
            return result;
        }
    }
    return PGP_OK;
}

int pgp_read_keys(struct pgp *pgp, struct tb_bytes untrusted_keys,
                  struct pgp_certificates *ret_certificates)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    tb_cleanup(pgp_certificates_deinit) struct pgp_certificates all = {0};
    int result = pgp_packets_read(untrusted_keys, PGP_KEY_INPUT_MAX, &packets);
    result = result ? result : count_keys(packets.bytes);
    result = result ? result : read_all(pgp, packets.bytes, &all);
    if (result)
        return result;
    *ret_certificates = all;
    all = (struct pgp_certificates){0};
    return PGP_OK;
}

int pgp_read_key(struct pgp *pgp, struct tb_bytes key, struct pgp_key *ret_key)
{
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    int result = pgp_load_one(use, key, &primary);
    return result ? result : pgp_describe(use, primary, ret_key);
}

/* librnp itself puts together what it is given of one key; two keys are two primary ones. */
int pgp_merge_key(struct pgp *pgp, struct tb_bytes certificate, struct tb_bytes untrusted_newer,
                  struct pgp_certificate *ret_certificate)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    struct pgp_transferable key;
    int result = pgp_packets_read(untrusted_newer, PGP_KEY_INPUT_MAX, &packets);
    struct tb_bytes rest = packets.bytes;
    result = result ? result : pgp_transferable_next(&rest, &key);
    if (result)
        return result;
    if (rest.n > 0)
        return PGP_BAD_KEY;
    result = pgp_check_places(certificate, key.bytes);
    if (result)
        return result;
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    result = pgp_load(use, certificate);
    result = result ? result : pgp_load_one(use, key.bytes, &primary);
    return result ? result : pgp_take_certificate(use, primary, ret_certificate);
}

int pgp_armor_key(struct pgp *pgp, struct tb_bytes certificate, struct pgp_data *ret_armored)
{
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    (void)use; /* nothing is loaded: it keeps librnp quiet */
    return pgp_armor(certificate, "public key", ret_armored);
}
