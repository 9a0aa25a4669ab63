#include "plugins/enclave/pgp/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char *const words[] = {
    [PGP_OK] = "ok",
    [PGP_NOT_OPENPGP] = "not-openpgp",
    [PGP_TRUNCATED] = "truncated",
    [PGP_CORRUPT] = "corrupt",
    [PGP_BAD_KEY] = "bad-key",
    [PGP_EXPIRED_KEY] = "expired-key",
    [PGP_REVOKED_KEY] = "revoked-key",
    [PGP_CANNOT_ENCRYPT] = "cannot-encrypt",
    [PGP_CANNOT_SIGN] = "cannot-sign",
    [PGP_NO_SECRET_KEY] = "no-secret-key",
    [PGP_NOT_FOR_US] = "not-for-us",
    [PGP_UNSIGNED] = "unsigned",
    [PGP_UNSUPPORTED] = "unsupported",
    [PGP_TOO_LARGE] = "too-large",
    [PGP_BOMB] = "bomb",
    [PGP_WRONG_PASSPHRASE] = "wrong-passphrase",
    [PGP_BAD_ARGUMENT] = "bad-argument",
};

const char *pgp_result_word(enum pgp_result result)
{
    tb_assert(result < TB_ARRAY_LEN(words));
    return words[result];
}

/* librnp wants a passphrase. A message that is encrypted to a passphrase has no key, and neither
 * that nor a second layer of encryption is what the operation was begun for. */
static bool give_passphrase(rnp_ffi_t ffi, void *data, rnp_key_handle_t key, const char *purpose,
                            char *ret_passphrase, size_t cap)
{
    (void)ffi, (void)purpose;
    struct pgp *pgp = data;
    struct tb_bytes passphrase = pgp->passphrase;
    if (!key || pgp->n_may_ask == 0 || passphrase.n == 0 || passphrase.n >= cap) {
        pgp->asked_in_vain = true;
        return false;
    }
    pgp->n_may_ask--;
    memcpy(ret_passphrase, passphrase.data, passphrase.n);
    ret_passphrase[passphrase.n] = '\0';
    return true;
}

/* librnp lacks a key. It asks by fingerprint where a signature has one, whose end is the key id. */
static void give_key(rnp_ffi_t ffi, void *data, const char *kind, const char *name, bool secret)
{
    (void)ffi;
    struct pgp *pgp = data;
    size_t n = strlen(name);
    struct tb_bytes certificate;
    bool is_named = strcmp(kind, "keyid") == 0 || strcmp(kind, "fingerprint") == 0;
    if (secret || !pgp->lookup || pgp->n_may_look == 0 || !is_named || (n != 16 && n != 40))
        return;
    pgp->n_may_look--;
    if (pgp->lookup->find(pgp->lookup->data, name + n - 16, &certificate) &&
        pgp_load(pgp, certificate) != PGP_OK)
        return; /* a damaged one is an unknown key */
}

static ssize_t discard(void *cookie, const char *bytes, size_t n)
{
    (void)cookie, (void)bytes;
    return (ssize_t)n;
}

/*
 * What librnp has to say goes nowhere: its words name contents. It has a descriptor for that, but
 * says most of it on stderr itself, and has no switch for that. So stderr is another stream while
 * an operation lasts (its two threads, below, say nothing).
 */
static int silence(struct pgp *pgp)
{
    pgp->nowhere = fopencookie(NULL, "w", (cookie_io_functions_t){.write = discard});
    if (!pgp->nowhere)
        return -ENOMEM;
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -EIO;
    if (rnp_ffi_set_log_fd(pgp->ffi, fd) == RNP_SUCCESS)
        return 0; /* it keeps the descriptor */
    close(fd);
    return -EIO;
}

/* The first word that is written to a descriptor asks the kernel what it is, which the sandbox
 * forbids later: so librnp has something to complain of now. */
static int complain(rnp_ffi_t ffi)
{
    static const uint8_t nothing[1];
    tb_cleanup(pgp_end_input) rnp_input_t input = NULL;
    int result = pgp_input(tb_bytes_of(nothing, sizeof nothing), &input);
    if (!result && rnp_import_keys(ffi, input, 0, NULL) == RNP_SUCCESS)
        return -EIO; /* flags that ask for nothing */
    return result;
}

/*
 * Botan, librnp's arithmetic, computes the two halves of an RSA secret at once: when it first has
 * one it starts threads that stay, as many as there are processors, and has no switch for that but
 * its environment. Two are the least. Without an arena of its own for each they take little of the
 * memory that the process may have.
 */
static bool tame_threads(void)
{
    (void)mallopt(M_ARENA_MAX, 1); /* another allocator, as a sanitizer's, may have no arenas */
    return setenv("BOTAN_THREAD_POOL_SIZE", "2", 1) == 0;
}

int pgp_new(struct pgp **ret_pgp)
{
    tb_cleanup(pgp_free) struct pgp *pgp = calloc(1, sizeof *pgp);
    if (!pgp || sodium_init() < 0 || !tame_threads())
        return -ENOMEM;
    if (rnp_ffi_create(&pgp->ffi, RNP_KEYSTORE_GPG, RNP_KEYSTORE_GPG) != RNP_SUCCESS)
        return -EIO;
    int result = silence(pgp);
    result = result ? result : complain(pgp->ffi);
    if (result)
        return result;
    if (rnp_ffi_set_pass_provider(pgp->ffi, give_passphrase, pgp) != RNP_SUCCESS ||
        rnp_ffi_set_key_provider(pgp->ffi, give_key, pgp) != RNP_SUCCESS)
        return -EIO;
    *ret_pgp = pgp;
    pgp = NULL;
    return 0;
}

void pgp_free(struct pgp **pgp)
{
    if (!*pgp)
        return;
    if ((*pgp)->ffi)
        (void)rnp_ffi_destroy((*pgp)->ffi);
    if ((*pgp)->nowhere)
        (void)fclose((*pgp)->nowhere);
    free(*pgp);
    *pgp = NULL;
}

void pgp_set_time(struct pgp *pgp, uint64_t now)
{
    pgp->set_now = now;
    (void)rnp_set_timestamp(pgp->ffi, now);
}

uint64_t pgp_now(const struct pgp *pgp)
{
    return pgp->set_now ? pgp->set_now : (uint64_t)time(NULL);
}

const char *pgp_culprit(const struct pgp *pgp)
{
    return pgp->culprit;
}

size_t pgp_n_loaded(const struct pgp *pgp)
{
    size_t n_public = 0;
    size_t n_secret = 0;
    (void)rnp_get_public_key_count(pgp->ffi, &n_public);
    (void)rnp_get_secret_key_count(pgp->ffi, &n_secret);
    return n_public + n_secret;
}

static void forget(struct pgp *pgp)
{
    (void)rnp_unload_keys(pgp->ffi, RNP_KEY_UNLOAD_PUBLIC | RNP_KEY_UNLOAD_SECRET);
    pgp->passphrase = tb_bytes_of(NULL, 0);
    pgp->n_may_ask = 0;
    pgp->asked_in_vain = false;
    pgp->lookup = NULL;
    pgp->n_may_look = 0;
}

struct pgp *pgp_begin(struct pgp *pgp)
{
    tb_assert(!pgp->own_stderr); /* one operation at a time */
    pgp->own_stderr = stderr;
    stderr = pgp->nowhere;
    pgp->culprit[0] = '\0';
    return pgp;
}

void pgp_end(struct pgp **use)
{
    forget(*use);
    stderr = (*use)->own_stderr;
    (*use)->own_stderr = NULL;
}
