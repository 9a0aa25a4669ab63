/*
 * One change of a keystore, or what is in it:
 *
 *     keystore_tool FOLDER APP STEP init | add FPR N | change FPR OLD NEW | put FPR N NAME VALUE
 *                               | delete FPR | trust FPR LEVEL | state | backup FILE | restore FILE
 *
 * A restore replaces. A passphrase's hash is its number N, a digit, 32 times. It dies at that STEP
 * (steps.h). Exit status: 0, the enum tb_keystore_result, or 100.
 */
#include "base/fd.h"
#include "keystore/backup.h"
#include "keystore/guarded.h"
#include "keystore/vault.h"
#include "tests/enclave/steps.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

struct work {
    struct tb_keystore *keystore;
    struct tb_fingerprint fingerprint;
    char **args; /* behind the command and the fingerprint */
};

static void hash_of(const char *number, uint8_t ret_hash[static TB_HASH_SIZE])
{
    memset(ret_hash, number[0], TB_HASH_SIZE);
}

static int unlock(const struct work *work, const char *number, struct tb_key_secret **ret_secret)
{
    uint8_t hash[TB_HASH_SIZE];
    struct tb_attempts attempts;
    hash_of(number, hash);
    return tb_keystore_unlock(work->keystore, &work->fingerprint, hash, &attempts, ret_secret);
}

/* ---- changes ---- */

static int init(const struct work *work)
{
    (void)work;
    return 0;
}

static int add(const struct work *work)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    struct tb_new_key key = {.client = tb_client_hash_new(),
                             .certificate = tb_bytes_of_string(work->fingerprint.text),
                             .trust = TB_TRUST_VERIFIED,
                             .cost = tb_wrap_cost_floor};
    int r = tb_key_secret_new(&secret);
    if (r == 0)
        r = tb_key_secret_fill(&secret, tb_bytes_of_string(work->fingerprint.text));
    key.secret = secret;
    hash_of(work->args[0], key.hash);
    return r == 0 ? tb_keystore_add_key(work->keystore, &work->fingerprint, &key) : r;
}

static int change(const struct work *work)
{
    uint8_t old[TB_HASH_SIZE];
    uint8_t new[TB_HASH_SIZE];
    struct tb_attempts attempts;
    hash_of(work->args[0], old);
    hash_of(work->args[1], new);
    return tb_keystore_change_hash(work->keystore, &work->fingerprint, old, new,
                                   &tb_wrap_cost_floor, &attempts);
}

static int put(const struct work *work)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    int r = unlock(work, work->args[0], &secret);
    if (r != 0)
        return r;
    return tb_vault_put(work->keystore, &work->fingerprint, secret,
                        tb_bytes_of_string(work->args[1]), tb_bytes_of_string(work->args[2]));
}

static int delete (const struct work *work)
{
    return tb_keystore_delete_key(work->keystore, &work->fingerprint);
}

static int trust(const struct work *work)
{
    return tb_keystore_set_trust(work->keystore, &work->fingerprint,
                                 (enum tb_trust)(work->args[0][0] - '0'));
}

/* ---- what is there, a line for each thing ---- */

struct state {
    struct work work;
    struct tb_fingerprint keys[16];
    size_t n_keys;
    const struct tb_key_secret *secret;
};

static int print_entry(void *data, const struct tb_keystore_entry *entry)
{
    struct state *state = data;
    struct tb_certificate certificate;
    if (entry->damage.kind != 0)
        printf("damaged %s %s\n", entry->damage.file, tb_damage_word(entry->damage.kind));
    else if (entry->kind == TB_FILE_KEY && state->n_keys < TB_ARRAY_LEN(state->keys))
        state->keys[state->n_keys++] = entry->fingerprint;
    else if (entry->kind == TB_FILE_PENDING)
        puts("pending");
    else if (entry->kind == TB_FILE_CERTIFICATE &&
             tb_keystore_certificate(state->work.keystore, &entry->fingerprint, &certificate) ==
                 0) {
        printf("certificate %s %.*s %d\n", entry->fingerprint.text, (int)certificate.n,
               (const char *)certificate.data, (int)certificate.trust);
        tb_certificate_deinit(&certificate);
    }
    return 0;
}

static int print_value(void *data, struct tb_bytes name)
{
    const struct state *state = data;
    uint8_t *value;
    size_t n;
    int r = tb_vault_get(state->work.keystore, &state->work.fingerprint, state->secret, name,
                         &value, &n);
    if (r != 0)
        return r;
    printf("value %s %.*s %.*s\n", state->work.fingerprint.text, (int)name.n,
           (const char *)name.data, (int)n, (const char *)value);
    tb_guarded_free(value);
    return 0;
}

/* Which of the two passphrases of these tests opens it, and what is inside. */
static int print_key(struct state *state)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    const char *number = "1";
    int r = unlock(&state->work, number, &secret);
    if (r == TB_KEYSTORE_WRONG) {
        number = "2";
        r = unlock(&state->work, number, &secret);
    }
    if (r != 0)
        return r;
    state->secret = secret;
    printf("key %s opens with %s: %.*s\n", state->work.fingerprint.text, number, (int)secret->n,
           (const char *)secret->key);
    return tb_vault_list(state->work.keystore, &state->work.fingerprint, tb_bytes_of_string(""),
                         print_value, state);
}

static int print_state(const struct work *work)
{
    struct state state = {.work = *work};
    int r = tb_keystore_visit(work->keystore, print_entry, &state);
    for (size_t i = 0; i < state.n_keys && r == 0; i++) {
        state.work.fingerprint = state.keys[i];
        r = print_key(&state);
    }
    return r;
}

/* ---- backups ---- */

static const char words[] = "the passphrase of the backup";

static void say_left_out(void *data, const struct tb_damage *damage)
{
    (void)data;
    printf("left out %s\n", damage->file);
}

static int backup(struct tb_keystore *keystore, const char *file)
{
    size_t n;
    tb_fd fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    return tb_backup_write(keystore, fd, tb_bytes_of_string(words), &tb_wrap_cost_floor,
                           say_left_out, NULL, &n);
}

static int restore(const char *folder, const char *app, const char *file)
{
    struct tb_damage damage = {0};
    tb_cleanup(tb_backup_close) struct tb_backup *read = NULL;
    tb_fd fd = open(file, O_RDONLY | O_CLOEXEC);
    int r = tb_backup_open(fd, tb_bytes_of_string(app), tb_bytes_of_string(words), &damage, &read);
    return r == 0 ? tb_backup_restore(read, folder, true, &damage) : r;
}

static const struct {
    const char *name;
    int n_args; /* the fingerprint too */
    int (*run)(const struct work *work);
} commands[] = {
    {"init", 0, init},   {"add", 2, add},       {"change", 3, change},     {"put", 4, put},
    {"trust", 2, trust}, {"delete", 1, delete}, {"state", 0, print_state},
};

static int run(char **argv, int n_args)
{
    struct work work = {.args = argv + 6};
    struct tb_damage damage = {0};
    steps_die_at(strtoul(argv[3], NULL, 10));
    if (n_args == 1 && strcmp(argv[4], "restore") == 0)
        return restore(argv[1], argv[2], argv[5]) == 0 ? 0 : 100;
    int r = tb_keystore_open(argv[1], tb_bytes_of_string(argv[2]), true, &damage, &work.keystore);
    if (r == 0 && n_args == 1 && strcmp(argv[4], "backup") == 0)
        r = backup(work.keystore, argv[5]);
    for (size_t i = 0; i < TB_ARRAY_LEN(commands) && r == 0; i++) {
        if (strcmp(commands[i].name, argv[4]) != 0)
            continue;
        if (n_args != commands[i].n_args ||
            (n_args > 0 && !tb_fingerprint_read(tb_bytes_of_string(argv[5]), &work.fingerprint)))
            r = TB_KEYSTORE_INVALID;
        else
            r = commands[i].run(&work);
    }
    if (r == TB_KEYSTORE_DAMAGED)
        fprintf(stderr, "damaged: %s\n",
                work.keystore ? tb_keystore_damage(work.keystore)->file : damage.file);
    tb_keystore_close(&work.keystore);
    return r < 0 ? 100 : r;
}

int main(int argc, char **argv)
{
    return argc < 5 ? 100 : run(argv, argc - 5);
}
