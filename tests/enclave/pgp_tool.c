/*
 * The enclave's OpenPGP library over files, for tests against other implementations. The first line
 * of output is the result's word; where that is `ok`, facts follow, one a line.
 *
 *     pgp_tool generate ALGORITHM USER_ID EXPIRES_S DIR     DIR/{certificate,secret,revocation}
 *     pgp_tool keys FILE DIR                                DIR/0, DIR/1 ...: certificates
 *     pgp_tool merge CERTIFICATE NEWER OUT
 *     pgp_tool revoked CERTIFICATE REVOCATION OUT
 *     pgp_tool revoke DIR REASON OUT REVOCATION
 *     pgp_tool import FILE PASSPHRASE DIR
 *     pgp_tool export DIR PASSPHRASE OUT
 *     pgp_tool encrypt IN OUT armor|binary SIGNER_DIR|- CERTIFICATE...
 *     pgp_tool decrypt IN OUT DIR CERTIFICATE...
 *     pgp_tool sign MODE IN OUT armor|binary DIR
 *     pgp_tool verify IN OUT CERTIFICATE...
 *     pgp_tool detached IN SIGNATURE CERTIFICATE...
 */
#include "plugins/enclave/pgp/message.h"
#include "plugins/enclave/pgp/secret.h"

#include <stdio.h>
#include <stdlib.h>

#define INNER "5c0a3e1b5c0a3e1b5c0a3e1b5c0a3e1b5c0a3e1b5c0a3e1b5c0a3e1b5c0a3e1b"

enum { CERTIFICATES_MAX = 65 };

tb_noreturn static void fail(const char *what)
{
    perror(what);
    exit(2);
}

static struct tb_bytes read_file(const char *folder, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s%s%s", folder, folder[0] ? "/" : "", name);
    FILE *file = fopen(path, "rbe");
    size_t cap = (size_t)PGP_SEALED_MAX + 1;
    uint8_t *data = malloc(cap);
    if (!file || !data)
        fail(path);
    size_t n = fread(data, 1, cap, file);
    (void)fclose(file);
    return tb_bytes_of(data, n);
}

static void write_file(const char *folder, const char *name, const struct pgp_data *data)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s%s%s", folder, folder[0] ? "/" : "", name);
    FILE *file = fopen(path, "wbe");
    if (!file || fwrite(data->data, 1, data->n, file) != data->n || fclose(file) != 0)
        fail(path);
}

static int say(struct pgp *pgp, int result)
{
    if (result < 0)
        printf("error %d\n", result);
    else
        printf("%s\n", pgp_result_word((enum pgp_result)result));
    if (pgp_culprit(pgp)[0])
        printf("culprit %s\n", pgp_culprit(pgp));
    return result ? 1 : 0;
}

static void say_key(const struct pgp_key *key)
{
    printf("fingerprint %s\nalgorithm %s\ncreated %llu\nexpires %llu\n", key->fingerprint,
           key->algorithm, (unsigned long long)key->created, (unsigned long long)key->expires);
    printf("state%s%s%s%s%s\n", key->expired ? " expired" : "", key->revoked ? " revoked" : "",
           key->secret ? " secret" : "", key->can_sign ? " sign" : "",
           key->can_encrypt ? " encrypt" : "");
    for (size_t i = 0; i < key->n_user_ids; i++)
        printf("user %s\n", key->user_ids[i]);
}

static void write_pair(const char *folder, const struct pgp_pair *pair)
{
    write_file(folder, "certificate", &pair->certificate);
    write_file(folder, "secret", &pair->secret);
    write_file(folder, "revocation", &pair->revocation);
    say_key(&pair->key);
}

static struct pgp_signer read_own(const char *folder)
{
    struct pgp_own own = {read_file(folder, "secret"), tb_bytes_of_string(INNER)};
    return (struct pgp_signer){own, read_file(folder, "certificate")};
}

static int generate(struct pgp *pgp, char **args)
{
    struct pgp_generate want = {.user_id = tb_bytes_of_string(args[1]),
                                .expires_s = (uint32_t)strtoul(args[2], NULL, 10),
                                .inner_passphrase = tb_bytes_of_string(INNER)};
    struct pgp_pair pair = {0};
    if (!pgp_algorithm_read(tb_bytes_of_string(args[0]), &want.algorithm))
        return 2;
    int result = pgp_generate(pgp, &want, &pair);
    if (say(pgp, result))
        return 1;
    write_pair(args[3], &pair);
    pgp_pair_deinit(&pair);
    return 0;
}

static int keys(struct pgp *pgp, char **args)
{
    struct pgp_certificates all = {0};
    if (say(pgp, pgp_read_keys(pgp, read_file("", args[0]), &all)))
        return 1;
    for (size_t i = 0; i < all.n; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "%zu", i);
        write_file(args[1], name, &all.list[i].data);
        say_key(&all.list[i].key);
    }
    pgp_certificates_deinit(&all);
    return 0;
}

static int write_certificate(struct pgp *pgp, int result, struct pgp_certificate *certificate,
                             const char *path)
{
    if (say(pgp, result))
        return 1;
    write_file("", path, &certificate->data);
    say_key(&certificate->key);
    pgp_data_deinit(&certificate->data);
    return 0;
}

static int merge(struct pgp *pgp, char **args)
{
    struct pgp_certificate merged = {0};
    int result = pgp_merge_key(pgp, read_file("", args[0]), read_file("", args[1]), &merged);
    return write_certificate(pgp, result, &merged, args[2]);
}

static int revoked(struct pgp *pgp, char **args)
{
    struct pgp_certificate made = {0};
    int result = pgp_apply_revocation(pgp, read_file("", args[0]), read_file("", args[1]), &made);
    return write_certificate(pgp, result, &made, args[2]);
}

static int revoke(struct pgp *pgp, char **args)
{
    struct pgp_signer own = read_own(args[0]);
    struct pgp_certificate made = {0};
    struct pgp_data revocation = {0};
    enum pgp_reason reason;
    if (!pgp_reason_read(tb_bytes_of_string(args[1]), &reason))
        return 2;
    int result = pgp_revoke(pgp, &own.own, own.certificate, reason, &made, &revocation);
    if (!result)
        write_file("", args[3], &revocation);
    pgp_data_deinit(&revocation);
    return write_certificate(pgp, result, &made, args[2]);
}

static int import(struct pgp *pgp, char **args)
{
    struct tb_bytes untrusted = read_file("", args[0]);
    struct pgp_key key;
    struct pgp_pair pair = {0};
    bool is_protected = false;
    int result = pgp_look_at_secret(pgp, untrusted, &key, &is_protected);
    if (!result)
        result = pgp_import_secret(pgp, untrusted, tb_bytes_of_string(args[1]),
                                   tb_bytes_of_string(INNER), &pair);
    if (say(pgp, result))
        return 1;
    printf("%s\n", is_protected ? "protected" : "unprotected");
    write_pair(args[2], &pair);
    pgp_pair_deinit(&pair);
    return 0;
}

static int export(struct pgp *pgp, char **args)
{
    struct pgp_signer own = read_own(args[0]);
    struct pgp_data made = {0};
    int result =
        pgp_export_secret(pgp, &own.own, own.certificate, tb_bytes_of_string(args[1]), &made);
    if (!result)
        write_file("", args[2], &made);
    pgp_data_deinit(&made);
    return say(pgp, result);
}

static size_t read_certificates(char **args, struct tb_bytes *list)
{
    size_t n = 0;
    for (; args[n] && n < CERTIFICATES_MAX; n++)
        list[n] = read_file("", args[n]);
    return n;
}

static int encrypt(struct pgp *pgp, char **args)
{
    struct tb_bytes to[CERTIFICATES_MAX];
    struct pgp_signer signer = {0};
    struct pgp_data made = {0};
    bool is_signed = strcmp(args[3], "-") != 0;
    if (is_signed)
        signer = read_own(args[3]);
    struct pgp_encrypt want = {.data = read_file("", args[0]),
                               .to = to,
                               .n_to = read_certificates(args + 4, to),
                               .signer = is_signed ? &signer : NULL,
                               .armor = strcmp(args[2], "armor") == 0};
    int result = pgp_encrypt(pgp, &want, &made);
    if (!result)
        write_file("", args[1], &made);
    pgp_data_deinit(&made);
    return say(pgp, result);
}

/* The certificates of the command line, each once: librnp then has them all. */
struct known {
    struct pgp *pgp;
    struct tb_bytes list[CERTIFICATES_MAX];
    struct pgp_key keys[CERTIFICATES_MAX];
    size_t n;
};

static void read_known(struct pgp *pgp, char **args, struct known *known)
{
    known->n = read_certificates(args, known->list);
    for (size_t i = 0; i < known->n; i++)
        if (pgp_read_key(pgp, known->list[i], &known->keys[i]))
            fail(args[i]);
}

static bool find(void *data, const char *key_id, struct tb_bytes *ret_certificate)
{
    const struct known *known = data;
    for (size_t i = 0; i < known->n; i++) {
        for (size_t at = 0; at < known->keys[i].n_key_ids; at++) {
            if (strcmp(known->keys[i].key_ids[at], key_id) == 0) {
                *ret_certificate = known->list[i];
                return true;
            }
        }
    }
    return false;
}

static int say_opened(struct pgp *pgp, int result, struct pgp_opened *opened, const char *path)
{
    if (say(pgp, result))
        return 1;
    if (path)
        write_file("", path, &opened->data);
    printf("key %s\nvalid %d\n", opened->key, opened->valid);
    for (size_t i = 0; i < opened->n_signatures; i++) {
        const struct pgp_signature *one = &opened->signatures[i];
        printf("signature %s %s %s\n", pgp_status_word(one->status), one->fingerprint,
               one->user_id);
    }
    pgp_opened_deinit(opened);
    return 0;
}

static int decrypt(struct pgp *pgp, char **args)
{
    static struct known known;
    struct pgp_signer own = read_own(args[2]);
    struct pgp_opened opened = {0};
    read_known(pgp, args + 3, &known);
    struct pgp_decrypt want = {.untrusted_message = read_file("", args[0]),
                               .own = &own.own,
                               .n_own = 1,
                               .lookup = {find, &known}};
    int result = pgp_decrypt(pgp, &want, &opened);
    return say_opened(pgp, result, &opened, args[1]);
}

static int sign(struct pgp *pgp, char **args)
{
    struct pgp_signer signer = read_own(args[4]);
    struct pgp_data made = {0};
    struct pgp_sign want = {
        .data = read_file("", args[1]), .signer = &signer, .armor = strcmp(args[3], "armor") == 0};
    if (!pgp_mode_read(tb_bytes_of_string(args[0]), &want.mode))
        return 2;
    int result = pgp_sign(pgp, &want, &made);
    if (!result)
        write_file("", args[2], &made);
    pgp_data_deinit(&made);
    return say(pgp, result);
}

static int verify(struct pgp *pgp, char **args)
{
    static struct known known;
    struct pgp_opened opened = {0};
    read_known(pgp, args + 2, &known);
    struct pgp_lookup lookup = {find, &known};
    int result = pgp_verify(pgp, read_file("", args[0]), &lookup, &opened);
    return say_opened(pgp, result, &opened, args[1]);
}

static int detached(struct pgp *pgp, char **args)
{
    static struct known known;
    struct pgp_opened opened = {0};
    read_known(pgp, args + 2, &known);
    struct pgp_lookup lookup = {find, &known};
    int result =
        pgp_verify_detached(pgp, read_file("", args[0]), read_file("", args[1]), &lookup, &opened);
    return say_opened(pgp, result, &opened, NULL);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int n_args;
        int (*run)(struct pgp *pgp, char **args);
    } commands[] = {
        {"generate", 4, generate}, {"keys", 2, keys},       {"merge", 3, merge},
        {"revoked", 3, revoked},   {"revoke", 4, revoke},   {"import", 3, import},
        {"export", 3, export},     {"encrypt", 5, encrypt}, {"decrypt", 3, decrypt},
        {"sign", 5, sign},         {"verify", 2, verify},   {"detached", 2, detached},
    };
    tb_cleanup(pgp_free) struct pgp *pgp = NULL;
    if (argc < 2 || pgp_new(&pgp))
        return 2;
    for (size_t i = 0; i < TB_ARRAY_LEN(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0 && argc >= 2 + commands[i].n_args)
            return commands[i].run(pgp, argv + 2);
    return 2;
}
