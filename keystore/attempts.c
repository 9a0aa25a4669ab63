#include "keystore/attempts.h"

#include "keystore/file.h"

enum {
    FREE_FAILURES = 3, /* the fourth is the first that costs time */
    FAILURES_MAX = 1000000,
    PAYLOAD_SIZE = 12,
};

uint32_t tb_attempts_wait_s(uint32_t failures)
{
    if (failures <= FREE_FAILURES)
        return 0;
    uint32_t doubled = failures - FREE_FAILURES;
    return doubled > 8 ? TB_WAIT_MAX_S : UINT32_C(1) << doubled;
}

bool tb_attempts_read(struct tb_bytes payload, uint32_t *ret_failures, uint64_t *ret_last_s)
{
    struct tb_reader reader = tb_reader_init(payload);
    uint32_t failures = tb_read_u32(&reader);
    uint64_t last_s = tb_read_u64(&reader);
    if (!tb_reader_done(&reader) || failures > FAILURES_MAX)
        return false;
    *ret_failures = failures;
    *ret_last_s = last_s;
    return true;
}

static int load(struct tb_keystore *keystore, const char *leaf, uint32_t *ret_failures,
                uint64_t *ret_last_s)
{
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    int r = tb_file_read(keystore, TB_FILE_ATTEMPTS, leaf, &file);
    if (r == TB_KEYSTORE_NONE)
        return 0;
    if (r == 0 && !tb_attempts_read(file.sealed.payload, ret_failures, ret_last_s))
        r = tb_file_damaged(keystore, TB_FILE_ATTEMPTS, leaf, TB_DAMAGE_ALTERED);
    return r;
}

static int save(const struct tb_keystore *keystore, const char *leaf, uint32_t failures,
                uint64_t last_s)
{
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    int r = tb_file_begin(keystore, TB_FILE_ATTEMPTS, leaf, PAYLOAD_SIZE, &draft);
    if (r < 0)
        return r;
    tb_write_u32(&draft.writer, failures < FAILURES_MAX ? failures : FAILURES_MAX);
    tb_write_u64(&draft.writer, last_s);
    return tb_file_put(keystore, TB_FILE_ATTEMPTS, leaf, &draft);
}

/* What is left of the wait. A clock that was set back starts the same wait again from now, so that
 * it neither frees a key nor locks it for longer than one wait. */
static int check_wait(const struct tb_keystore *keystore, const char *leaf, uint32_t failures,
                      uint64_t last_s, uint32_t *ret_left_s)
{
    uint64_t now_s = keystore->now_s();
    uint32_t wait_s = tb_attempts_wait_s(failures);
    if (wait_s == 0)
        return 0;
    if (now_s < last_s) {
        *ret_left_s = wait_s;
        int r = save(keystore, leaf, failures, now_s);
        return r < 0 ? r : TB_KEYSTORE_WAIT;
    }
    if (now_s - last_s >= wait_s)
        return 0;
    *ret_left_s = wait_s - (uint32_t)(now_s - last_s);
    return TB_KEYSTORE_WAIT;
}

/* Somebody who can make the count unreadable is not to gain attempts by it. */
static int start_longest_wait(struct tb_keystore *keystore, const char *leaf)
{
    uint32_t failures = FREE_FAILURES + 9;
    int r = save(keystore, leaf, failures, keystore->now_s());
    return r < 0 ? r : TB_KEYSTORE_DAMAGED;
}

int tb_attempts_check(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                      struct tb_attempts *ret_attempts)
{
    struct tb_attempts attempts = {0};
    uint64_t last_s = 0;
    int r = load(keystore, fingerprint->text, &attempts.failures, &last_s);
    if (r == TB_KEYSTORE_DAMAGED)
        return start_longest_wait(keystore, fingerprint->text);
    if (r == 0)
        r = check_wait(keystore, fingerprint->text, attempts.failures, last_s, &attempts.wait_s);
    if (r >= 0)
        *ret_attempts = attempts;
    return r;
}

int tb_attempts_count(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                      struct tb_attempts *ret_attempts)
{
    struct tb_attempts attempts = {0};
    int r = tb_attempts_check(keystore, fingerprint, &attempts);
    if (r == 0)
        r = save(keystore, fingerprint->text, attempts.failures + 1, keystore->now_s());
    if (r >= 0)
        *ret_attempts = attempts;
    return r;
}

int tb_attempts_forget(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint)
{
    int r = tb_file_remove(keystore, TB_FILE_ATTEMPTS, fingerprint->text);
    return r < 0 ? r : 0;
}
