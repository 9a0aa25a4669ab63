/*
 * The enclave: OpenPGP keys and a vault that a page uses and never sees (docs/enclave.md). A
 * process serves one page; the keystore is shared with the processes of other pages, so nothing of
 * it is kept beyond a call, but for keys that are unlocked.
 */
#include "plugins/enclave/enclave.h"

#include "base/wipe.h"
#include "sandbox/enter.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

static void run(struct tb_call *call, enclave_command *command)
{
    struct enclave *enclave = enclave_of(call);
    struct enclave_failure failure = {0};
    if (!enclave->keystore)
        enclave_reply_failure(call, &enclave->broken);
    else if (!command(call, &failure) && failure.reason != ENCLAVE_OK)
        enclave_reply_failure(call, &failure);
}

#define COMMAND(name)                                                                              \
    static void name(struct tb_call *call)                                                         \
    {                                                                                              \
        run(call, enclave_##name);                                                                 \
    }

COMMAND(change_passphrase)
COMMAND(decrypt)
COMMAND(delete_key)
COMMAND(encrypt)
COMMAND(export_key)
COMMAND(export_public_key)
COMMAND(generate_key)
COMMAND(import_key)
COMMAND(import_public_key)
COMMAND(list_keys)
COMMAND(lock)
COMMAND(new_salt)
COMMAND(revoke_key)
COMMAND(salt)
COMMAND(sign)
COMMAND(trust)
COMMAND(unlock)
COMMAND(vault_delete)
COMMAND(vault_get)
COMMAND(vault_list)
COMMAND(vault_put)
COMMAND(verify)

static const struct tb_plugin_command commands[] = {
    {"change_passphrase", change_passphrase},
    {"decrypt", decrypt},
    {"delete_key", delete_key},
    {"encrypt", encrypt},
    {"export_key", export_key},
    {"export_public_key", export_public_key},
    {"generate_key", generate_key},
    {"import_key", import_key},
    {"import_public_key", import_public_key},
    {"list_keys", list_keys},
    {"lock", lock},
    {"new_salt", new_salt},
    {"revoke_key", revoke_key},
    {"salt", salt},
    {"sign", sign},
    {"trust", trust},
    {"unlock", unlock},
    {"vault_delete", vault_delete},
    {"vault_get", vault_get},
    {"vault_list", vault_list},
    {"vault_put", vault_put},
    {"verify", verify},
};

/* ---- start and end ---- */

static void stop(void *data)
{
    struct enclave *enclave = data;
    enclave_unlocked_remove_all(&enclave->unlocked);
    tb_keystore_close(&enclave->keystore);
    pgp_free(&enclave->pgp);
    free(enclave);
}

static void remember_broken(struct enclave *enclave, int r, const struct tb_damage *damage)
{
    if (r == TB_KEYSTORE_DAMAGED)
        (void)enclave_fail(&enclave->broken, ENCLAVE_KEYSTORE_DAMAGED,
                           "%s %s, and nothing can be read without it: `trollbridge enclave "
                           "restore` brings a backup back",
                           damage->file, tb_damage_text(damage->kind));
    else
        (void)enclave_fail_folder(&enclave->broken, NULL, r);
}

/* A keystore that is not usable ends no process: a page hears what is wrong with it. */
static void open_keystore(struct enclave *enclave, const struct tb_plugin_init *init)
{
    char path[4096];
    struct tb_damage damage = {0};
    int r = -EINVAL;
    if (init->state.n > 0 && init->state.n < sizeof path) {
        memcpy(path, init->state.data, init->state.n);
        path[init->state.n] = 0;
        r = tb_keystore_open(path, init->app, true, &damage, &enclave->keystore);
    }
    if (r != 0)
        remember_broken(enclave, r, &damage);
}

/* What librnp computes RSA with starts threads for it, as many as there are processors unless it is
 * told otherwise. */
static bool prepare_libraries(void)
{
    return setenv("BOTAN_THREAD_POOL_SIZE", "1", 1) == 0 && sodium_init() >= 0;
}

/* A message that takes more of the processor than any honest one: all keys are locked by this. The
 * signal alone would not end the first process of a pid namespace. */
static void out_of_time(int number)
{
    (void)number;
    static const char text[] = "enclave: a message took too long to read\n";
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(1);
}

static int start(const struct tb_plugin_init *init, void **ret_state)
{
    const struct sigaction late = {.sa_handler = out_of_time};
    tb_wiping = true; /* the library's buffers, too */
    if (sigaction(SIGPROF, &late, NULL) < 0)
        return -errno;
    struct enclave *enclave = prepare_libraries() ? calloc(1, sizeof *enclave) : NULL;
    if (!enclave)
        return -ENOMEM;
    int r = pgp_new(&enclave->pgp);
    if (r != 0) {
        free(enclave);
        return r;
    }
    open_keystore(enclave, init);
    enclave_unlocked_init(&enclave->unlocked, enclave->keystore, init->session);
    *ret_state = enclave;
    return 0;
}

/* All that is opened by its path is open: the folders of the keystore, and /dev/urandom. */
static int seal(void *state)
{
    (void)state;
    return tb_sandbox_tighten(&tb_role_enclave);
}

int main(void)
{
    /* Whose body may come in parts. */
    static const char *const parts[] = {"decrypt", "encrypt",   "import_key", "import_public_key",
                                        "sign",    "vault_put", "verify",     NULL};
    static const struct tb_plugin plugin = {.commands = commands,
                                            .n_commands = TB_ARRAY_LEN(commands),
                                            .parts = parts,
                                            .start = start,
                                            .seal = seal,
                                            .stop = stop};
    return tb_plugin_main(&plugin);
}
