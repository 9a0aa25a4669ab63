/* Attempts: counted before they are made, and what they cost. */
#include "keystore/attempts.h"

#include "tests/unit/keystore_space.h"

static const uint8_t wrong[TB_HASH_SIZE] = "not the hash that opens the key";

static int try_key(struct tb_keystore *keystore, const uint8_t *hash,
                   struct tb_attempts *ret_attempts)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    return tb_keystore_unlock(keystore, &space_key, hash, ret_attempts, &secret);
}

static void waits_double_to_a_limit(void)
{
    static const uint32_t expected[] = {0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};
    for (uint32_t i = 0; i < TB_ARRAY_LEN(expected); i++)
        CHECK_INT(tb_attempts_wait_s(i), expected[i]);
    CHECK_INT(tb_attempts_wait_s(UINT32_MAX), 300);
}

/* Counts as an attempt that dies before it has an answer does. */
static void count(struct tb_keystore *keystore, int expected)
{
    struct tb_attempts attempts = {0};
    CHECK_INT(tb_attempts_count(keystore, &space_key, &attempts), expected);
}

static void fail(struct tb_keystore *keystore, uint32_t times)
{
    for (uint32_t i = 0; i < times; i++) {
        space_now_s += TB_WAIT_MAX_S;
        count(keystore, 0);
    }
}

static struct tb_keystore *with_key(void)
{
    struct tb_keystore *keystore = space_new();
    CHECK_INT(space_add(keystore, &space_key, space_hash, "key"), 0);
    return keystore;
}

static void the_fourth_failure_makes_it_wait(void)
{
    struct tb_attempts attempts = {0};
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key();
    for (uint32_t i = 1; i <= 4; i++) {
        CHECK_INT(try_key(keystore, wrong, &attempts), TB_KEYSTORE_WRONG);
        CHECK_INT(attempts.failures, i);
        CHECK_INT(attempts.wait_s, i < 4 ? 0 : 2);
    }
    CHECK_INT(try_key(keystore, space_hash, &attempts), TB_KEYSTORE_WAIT);
    CHECK_INT(attempts.failures, 4);
    CHECK_INT(attempts.wait_s, 2);
    space_now_s += 1;
    CHECK_INT(try_key(keystore, space_hash, &attempts), TB_KEYSTORE_WAIT);
    CHECK_INT(attempts.wait_s, 1);
    space_now_s += 1;
    CHECK_INT(try_key(keystore, space_hash, &attempts), 0);
    CHECK_INT(attempts.failures, 4);
    CHECK_INT(try_key(keystore, wrong, &attempts), TB_KEYSTORE_WRONG);
    CHECK_INT(attempts.failures, 1);
    space_remove();
}

static void who_is_to_be_asked_is_told_of_the_wait_before(void)
{
    struct tb_attempts attempts = {0};
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key();
    for (int i = 0; i < 10; i++)
        CHECK_INT(tb_keystore_may_try(keystore, &space_key, &attempts), 0);
    fail(keystore, 4);
    for (int i = 0; i < 10; i++) {
        CHECK_INT(tb_keystore_may_try(keystore, &space_key, &attempts), TB_KEYSTORE_WAIT);
        CHECK_INT(attempts.failures, 4);
        CHECK_INT(attempts.wait_s, 2);
    }
    space_now_s += 2;
    CHECK_INT(tb_keystore_may_try(keystore, &space_key, &attempts), 0);
    CHECK_INT(try_key(keystore, space_hash, &attempts), 0);
    CHECK_INT(attempts.failures, 4);
    space_remove();
}

static void what_was_not_tried_is_not_counted(void)
{
    struct tb_attempts attempts = {0};
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key();
    fail(keystore, 4);
    for (int i = 0; i < 10; i++)
        CHECK_INT(try_key(keystore, wrong, &attempts), TB_KEYSTORE_WAIT);
    CHECK_INT(attempts.failures, 4);
    space_remove();
}

static void the_count_outlives_process_and_view(void)
{
    struct tb_attempts attempts = {0};
    struct tb_keystore *keystore = with_key();
    fail(keystore, 6);
    tb_keystore_close(&keystore);
    tb_cleanup(tb_keystore_close) struct tb_keystore *other = space_open();
    CHECK_INT(try_key(other, space_hash, &attempts), TB_KEYSTORE_WAIT);
    CHECK_INT(attempts.failures, 6);
    CHECK_INT(attempts.wait_s, 8);
    space_remove();
}

static void changing_the_hash_counts_too(void)
{
    struct tb_attempts attempts = {0};
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key();
    fail(keystore, 3);
    CHECK_INT(tb_keystore_change_hash(keystore, &space_key, wrong, space_hash2, &tb_wrap_cost_floor,
                                      &attempts),
              TB_KEYSTORE_WRONG);
    CHECK_INT(tb_keystore_change_hash(keystore, &space_key, space_hash, space_hash2,
                                      &tb_wrap_cost_floor, &attempts),
              TB_KEYSTORE_WAIT);
    space_now_s += attempts.wait_s;
    CHECK_INT(tb_keystore_change_hash(keystore, &space_key, space_hash, space_hash2,
                                      &tb_wrap_cost_floor, &attempts),
              0);
    CHECK(!space_has(SPACE_ATTEMPTS_FILE));
    space_remove();
}

static void a_clock_that_is_set_back_frees_nobody_and_locks_nobody_out(void)
{
    struct tb_attempts attempts = {0};
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key();
    fail(keystore, 20);
    space_now_s = 5;
    CHECK_INT(try_key(keystore, space_hash, &attempts), TB_KEYSTORE_WAIT);
    CHECK_INT(attempts.wait_s, 300);
    space_now_s += 299;
    CHECK_INT(try_key(keystore, space_hash, &attempts), TB_KEYSTORE_WAIT);
    CHECK_INT(attempts.wait_s, 1);
    space_now_s += 1;
    CHECK_INT(try_key(keystore, space_hash, &attempts), 0);
    space_remove();
}

static void a_count_that_is_damaged_is_the_longest(void)
{
    struct tb_attempts attempts = {0};
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key();
    space_write(SPACE_ATTEMPTS_FILE, tb_bytes_of_string("none at all"));
    CHECK_INT(try_key(keystore, space_hash, &attempts), TB_KEYSTORE_DAMAGED);
    CHECK_STR(tb_keystore_damage(keystore)->file, SPACE_ATTEMPTS_FILE);
    CHECK_INT(try_key(keystore, space_hash, &attempts), TB_KEYSTORE_WAIT);
    CHECK_INT(attempts.wait_s, 300);
    space_now_s += 300;
    CHECK_INT(try_key(keystore, space_hash, &attempts), 0);
    space_remove();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(waits_double_to_a_limit),
        TEST(the_fourth_failure_makes_it_wait),
        TEST(who_is_to_be_asked_is_told_of_the_wait_before),
        TEST(what_was_not_tried_is_not_counted),
        TEST(the_count_outlives_process_and_view),
        TEST(changing_the_hash_counts_too),
        TEST(a_clock_that_is_set_back_frees_nobody_and_locks_nobody_out),
        TEST(a_count_that_is_damaged_is_the_longest),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
