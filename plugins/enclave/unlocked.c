#include "plugins/enclave/unlocked.h"

#include "plugins/enclave/stored.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>

struct unlocked_key {
    struct unlocked_key *next;
    struct enclave_unlocked *unlocked;
    struct tb_fingerprint fingerprint;
    struct tb_key_mark mark;
    struct tb_key_secret *secret; /* guarded memory */
    struct tb_timer *timer;
    uint64_t until_s;
};

/* Goes on while the machine sleeps: a key is not unlocked longer because a lid was closed. */
static uint64_t now_s(void)
{
    struct timespec now;
    tb_assert(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
    return (uint64_t)now.tv_sec;
}

void enclave_unlocked_init(struct enclave_unlocked *unlocked, struct tb_keystore *keystore,
                           struct tb_session *session)
{
    *unlocked = (struct enclave_unlocked){.keystore = keystore, .session = session};
}

static void key_free(struct unlocked_key *key)
{
    tb_timer_free(key->timer);
    tb_key_secret_free(&key->secret);
    free(key);
}

static struct unlocked_key **find(struct enclave_unlocked *unlocked,
                                  const struct tb_fingerprint *fingerprint)
{
    struct unlocked_key **at = &unlocked->first;
    while (*at && strcmp((*at)->fingerprint.text, fingerprint->text) != 0)
        at = &(*at)->next;
    return at;
}

void enclave_unlocked_remove(struct enclave_unlocked *unlocked,
                             const struct tb_fingerprint *fingerprint)
{
    struct unlocked_key **at = find(unlocked, fingerprint);
    struct unlocked_key *key = *at;
    if (!key)
        return;
    *at = key->next;
    unlocked->n--;
    key_free(key);
}

void enclave_unlocked_remove_all(struct enclave_unlocked *unlocked)
{
    while (unlocked->first)
        enclave_unlocked_remove(unlocked, &unlocked->first->fingerprint);
}

/* ---- time ---- */

static void set_timer(struct unlocked_key *key, uint64_t now)
{
    tb_timer_set(key->timer, (key->until_s - now) * 1000);
}

/* The timer's clock stands still while the machine sleeps, and rounds otherwise than ours. */
static void due(void *data)
{
    struct unlocked_key *key = data;
    uint64_t now = now_s();
    if (now >= key->until_s)
        enclave_unlocked_remove(key->unlocked, &key->fingerprint);
    else
        set_timer(key, now);
}

/* ---- adding ---- */

static struct unlocked_key *key_new(struct enclave_unlocked *unlocked,
                                    const struct tb_fingerprint *fingerprint)
{
    struct unlocked_key *key = calloc(1, sizeof *key);
    if (!key)
        return NULL;
    key->unlocked = unlocked;
    key->fingerprint = *fingerprint;
    key->timer = tb_timer_new(unlocked->session, due, key);
    if (key->timer)
        return key;
    key_free(key);
    return NULL;
}

bool enclave_unlocked_add(struct enclave_unlocked *unlocked,
                          const struct tb_fingerprint *fingerprint, const struct tb_key_mark *mark,
                          struct tb_key_secret *secret, uint32_t seconds,
                          struct enclave_failure *ret_failure)
{
    enclave_unlocked_remove(unlocked, fingerprint);
    bool full = unlocked->n >= ENCLAVE_UNLOCKED_MAX;
    struct unlocked_key *key = full ? NULL : key_new(unlocked, fingerprint);
    if (!key) {
        tb_key_secret_free(&secret);
        return full ? enclave_fail(ret_failure, ENCLAVE_TOO_LARGE,
                                   "%d keys are unlocked already: lock one of them first",
                                   ENCLAVE_UNLOCKED_MAX)
                    : enclave_fail_memory(ret_failure);
    }
    uint64_t now = now_s();
    key->mark = *mark;
    key->secret = secret;
    key->until_s = now + seconds;
    key->next = unlocked->first;
    unlocked->first = key;
    unlocked->n++;
    set_timer(key, now);
    return true;
}

/* ---- use ---- */

static bool same(const struct tb_key_mark *a, const struct tb_key_mark *b)
{
    return sodium_memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool enclave_unlocked_find(struct enclave_unlocked *unlocked,
                           const struct tb_fingerprint *fingerprint,
                           const struct tb_key_secret **ret_secret,
                           struct enclave_failure *ret_failure)
{
    struct tb_key_mark mark;
    struct unlocked_key *key = *find(unlocked, fingerprint);
    int r = tb_keystore_key_mark(unlocked->keystore, fingerprint, &mark);
    bool usable = key && r == 0 && now_s() < key->until_s && same(&mark, &key->mark);
    if (usable) {
        *ret_secret = key->secret;
        return true;
    }
    enclave_unlocked_remove(unlocked, fingerprint);
    if (r != 0)
        return enclave_fail_secret(ret_failure, unlocked->keystore, r, fingerprint);
    return enclave_fail(ret_failure, ENCLAVE_LOCKED,
                        "the key %s is locked: hash its passphrase with what `salt` answers, then "
                        "call unlock",
                        fingerprint->text);
}

bool enclave_unlocked_has(struct enclave_unlocked *unlocked,
                          const struct tb_fingerprint *fingerprint)
{
    const struct tb_key_secret *secret;
    struct enclave_failure failure;
    return *find(unlocked, fingerprint) &&
           enclave_unlocked_find(unlocked, fingerprint, &secret, &failure);
}
