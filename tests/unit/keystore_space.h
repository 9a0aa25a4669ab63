/* A keystore in a folder of its own, its clock in the test's hand, and one key in it. */
#pragma once

#include "base/fd.h"
#include "keystore/guarded.h"
#include "keystore/keystore.h"
#include "keystore/store.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPACE_APP "com.example.vault"

static char space_path[PATH_MAX];
static uint64_t space_now_s = 1000000;
static const struct tb_fingerprint space_key = {"00112233445566778899AABBCCDDEEFF00112233"};
static const struct tb_fingerprint space_other = {"FFEEDDCCBBAA99887766554433221100FFEEDDCC"};
static const uint8_t space_hash[TB_HASH_SIZE] = "the hash of a passphrase, so far";
static const uint8_t space_hash2[TB_HASH_SIZE] = "another hash than the one before";

static inline uint64_t space_clock(void)
{
    return space_now_s;
}

static inline void space_make(void)
{
    const char *folder = getenv("TMPDIR");
    (void)snprintf(space_path, sizeof space_path, "%s/keystore-XXXXXX", folder ? folder : "/tmp");
    CHECK(mkdtemp(space_path) != NULL);
}

static inline void space_file(const char *name, char ret_path[static PATH_MAX])
{
    CHECK(snprintf(ret_path, PATH_MAX, "%s/%s", space_path, name) < PATH_MAX);
}

static inline int space_remove_one(const char *path, const struct stat *status, int kind,
                                   struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void space_remove(void)
{
    CHECK(nftw(space_path, space_remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

static inline struct tb_keystore *space_open(void)
{
    struct tb_keystore *keystore = NULL;
    struct tb_damage damage = {0};
    CHECK_INT(tb_keystore_open(space_path, tb_bytes_of_string(SPACE_APP), true, &damage, &keystore),
              0);
    keystore->now_s = space_clock;
    return keystore;
}

/* A new folder with an open keystore in it. */
static inline struct tb_keystore *space_new(void)
{
    space_make();
    return space_open();
}

/* Adds that key, as what `hash` opens; the key's own bytes are `text`. */
static inline int space_add(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                            const uint8_t *hash, const char *text)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    CHECK_INT(tb_key_secret_new(&secret), 0);
    CHECK_INT(tb_key_secret_fill(&secret, tb_bytes_of_string(text)), 0);
    struct tb_new_key key = {.client = tb_client_hash_new(),
                             .secret = secret,
                             .certificate = tb_bytes_of_string("a certificate"),
                             .trust = TB_TRUST_VERIFIED,
                             .cost = tb_wrap_cost_floor};
    memcpy(key.hash, hash, sizeof key.hash);
    return tb_keystore_add_key(keystore, fingerprint, &key);
}

static inline int space_try(struct tb_keystore *keystore, const uint8_t *hash)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    struct tb_attempts attempts = {0};
    return tb_keystore_unlock(keystore, &space_key, hash, &attempts, &secret);
}

static inline struct tb_key_secret *space_unlock(struct tb_keystore *keystore, const uint8_t *hash)
{
    struct tb_key_secret *secret = NULL;
    struct tb_attempts attempts = {0};
    CHECK_INT(tb_keystore_unlock(keystore, &space_key, hash, &attempts, &secret), 0);
    return secret;
}

/* A file of the keystore, as it is. */
static inline size_t space_read(const char *name, uint8_t *ret_bytes, size_t cap)
{
    char path[PATH_MAX];
    space_file(name, path);
    tb_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, ret_bytes, cap);
    CHECK(n >= 0 && (size_t)n < cap);
    return (size_t)n;
}

static inline void space_write(const char *name, struct tb_bytes bytes)
{
    char path[PATH_MAX];
    space_file(name, path);
    tb_fd fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && tb_fd_write_all(fd, bytes) == 0);
}

static inline bool space_has(const char *name)
{
    char path[PATH_MAX];
    space_file(name, path);
    return access(path, F_OK) == 0;
}

#define SPACE_KEY_FILE         "keys/00112233445566778899AABBCCDDEEFF00112233"
#define SPACE_CERTIFICATE_FILE "public/00112233445566778899AABBCCDDEEFF00112233"
#define SPACE_ATTEMPTS_FILE    "attempts/00112233445566778899AABBCCDDEEFF00112233"
