/* Remembered answers: the table, its file, and what a file that is wrong does. */
#include "answers/store.h"

#include "base/fd.h"
#include "base/result.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tb_remembered entry(uint8_t key, enum tb_answered answered, uint64_t made_s)
{
    return (struct tb_remembered){.key = {key},
                                  .answered = answered,
                                  .made_s = made_s,
                                  .expires_s = made_s + 100,
                                  .used_s = made_s,
                                  .origin = tb_bytes_of_string("https://example.com"),
                                  .command = tb_bytes_of_string("plugin:fs|remove"),
                                  .view = tb_bytes_of_string("main")};
}

static void put(struct tb_answers *answers, struct tb_remembered remembered)
{
    CHECK_INT(tb_answers_put(answers, &remembered), TB_OK);
}

static int read_bytes(struct tb_bytes bytes, struct tb_answers *ret_answers)
{
    tb_fd fd = tb_fd_memory("answers");
    CHECK(fd >= 0);
    CHECK_INT(tb_fd_write_all(fd, bytes), 0);
    return tb_answers_read(fd, ret_answers);
}

/* ---- the table ---- */

static void a_table_comes_back_as_it_was(void)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    tb_cleanup(tb_answers_deinit) struct tb_answers read = {0};
    uint8_t *data;
    size_t n;
    put(&answers, entry(9, TB_ANSWER_NEVER, 5));
    put(&answers, entry(1, TB_ANSWER_ALWAYS, 6));
    CHECK_INT(tb_answers_write(&answers, &data, &n), 0);
    CHECK_INT(read_bytes(tb_bytes_of(data, n), &read), TB_OK);
    tb_bytes_free(&data);
    CHECK_INT(read.n, 2);
    CHECK(read.list[0].key[0] == 1 && read.list[0].answered == TB_ANSWER_ALWAYS);
    CHECK(read.list[1].key[0] == 9 && read.list[1].answered == TB_ANSWER_NEVER);
    CHECK(read.list[1].made_s == 5 && read.list[1].expires_s == 105 && read.list[1].used_s == 5);
    CHECK(tb_bytes_are(read.list[0].origin, "https://example.com"));
    CHECK(tb_bytes_are(read.list[0].command, "plugin:fs|remove"));
    CHECK(tb_bytes_are(read.list[0].view, "main"));
}

static void the_last_answer_of_a_key_counts(void)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    put(&answers, entry(1, TB_ANSWER_ALWAYS, 5));
    put(&answers, entry(1, TB_ANSWER_NEVER, 6));
    CHECK_INT(answers.n, 1);
    CHECK_INT(tb_answers_find(&answers, answers.list[0].key)->answered, TB_ANSWER_NEVER);
    tb_answers_remove(&answers, 0);
    CHECK_INT(answers.n, 0);
    struct tb_remembered gone = entry(1, TB_ANSWER_ALWAYS, 0);
    CHECK(!tb_answers_find(&answers, gone.key));
}

static void what_is_not_in_the_format_is_not_put(void)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    struct tb_remembered bad[5];
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++)
        bad[i] = entry(1, TB_ANSWER_ALWAYS, 5);
    bad[0].answered = TB_ANSWER_ONCE;
    bad[1].origin = tb_bytes_of_string("a b");
    bad[2].view = tb_bytes_of_string("");
    bad[3].command = tb_bytes_of_string("");
    bad[4].expires_s = 4;
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++)
        CHECK_INT(tb_answers_put(&answers, &bad[i]), TB_MALFORMED);
    CHECK_INT(answers.n, 0);
}

static void a_full_table_forgets_what_was_used_longest_ago(void)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    struct tb_remembered one = entry(0, TB_ANSWER_ALWAYS, 0);
    for (uint32_t i = 0; i < TB_ANSWERS_MAX; i++) {
        one.key[0] = (uint8_t)(i >> 8);
        one.key[1] = (uint8_t)i;
        one.made_s = one.used_s = 1000 + (i + 7) % TB_ANSWERS_MAX;
        one.expires_s = 0;
        put(&answers, one);
    }
    CHECK_INT(answers.n, TB_ANSWERS_MAX);
    struct tb_remembered newer = entry(0xff, TB_ANSWER_NEVER, 9000);
    put(&answers, newer);
    CHECK_INT(answers.n, TB_ANSWERS_MAX);
    one.key[0] = (uint8_t)((TB_ANSWERS_MAX - 7) >> 8); /* whose time was the least */
    one.key[1] = (uint8_t)(TB_ANSWERS_MAX - 7);
    CHECK(!tb_answers_find(&answers, one.key));
    CHECK(tb_answers_find(&answers, newer.key));
}

static void an_answer_counts_in_its_time(void)
{
    struct tb_remembered one = entry(1, TB_ANSWER_ALWAYS, 1000);
    CHECK(!tb_remembered_counts(&one, 999));
    CHECK(tb_remembered_counts(&one, 1000));
    CHECK(tb_remembered_counts(&one, 1099));
    CHECK(!tb_remembered_counts(&one, 1100));
    one.expires_s = tb_remembered_until(1000, 0);
    CHECK(tb_remembered_counts(&one, UINT64_MAX));
    CHECK(tb_remembered_until(1000, 2) == 1000 + 2 * 86400);
}

/* ---- its bytes ---- */

static void survives_every_mutation(void)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    uint8_t *data;
    size_t n;
    put(&answers, entry(1, TB_ANSWER_ALWAYS, 5));
    put(&answers, entry(2, TB_ANSWER_NEVER, 5));
    CHECK_INT(tb_answers_write(&answers, &data, &n), 0);
    for (size_t at = 0; at < n; at++) {
        struct tb_answers read = {0};
        for (unsigned bit = 0; bit < 8; bit++) {
            data[at] ^= (uint8_t)(1u << bit);
            CHECK_INT(read_bytes(tb_bytes_of(data, n), &read), TB_MALFORMED);
            data[at] ^= (uint8_t)(1u << bit);
        }
        CHECK_INT(read_bytes(tb_bytes_of(data, at), &read), TB_MALFORMED);
    }
    tb_bytes_free(&data);
}

/* Bytes whose digest is right are looked at as closely. */
static int read_signed(const uint8_t *data, size_t n)
{
    static uint8_t copy[4096];
    struct tb_answers read = {0};
    CHECK(n <= sizeof copy);
    memcpy(copy, data, n);
    crypto_generichash(copy + n - 32, 32, copy, n - 32, NULL, 0);
    int r = read_bytes(tb_bytes_of(copy, n), &read);
    tb_answers_deinit(&read);
    return r;
}

static void a_right_digest_is_not_enough(void)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    enum { COUNT = 22, FIRST = COUNT + 4 };
    uint8_t *data;
    size_t n;
    put(&answers, entry(1, TB_ANSWER_ALWAYS, 5));
    put(&answers, entry(2, TB_ANSWER_NEVER, 5));
    CHECK_INT(tb_answers_write(&answers, &data, &n), 0);
    CHECK_INT(read_signed(data, n), TB_OK);
    data[COUNT] = 3; /* more than there are */
    CHECK_INT(read_signed(data, n), TB_MALFORMED);
    data[COUNT] = 1; /* something behind the last */
    CHECK_INT(read_signed(data, n), TB_MALFORMED);
    data[COUNT] = 2;
    data[COUNT + 3] = 0xff; /* no memory for so many is asked for */
    CHECK_INT(read_signed(data, n), TB_MALFORMED);
    data[COUNT + 3] = 0;
    data[FIRST] = 2; /* a key twice */
    CHECK_INT(read_signed(data, n), TB_MALFORMED);
    data[FIRST] = 3; /* out of order */
    CHECK_INT(read_signed(data, n), TB_MALFORMED);
    data[FIRST] = 1;
    data[FIRST + TB_ASK_KEY_SIZE] = TB_ANSWER_ONCE;
    CHECK_INT(read_signed(data, n), TB_MALFORMED);
    tb_bytes_free(&data);
}

/* ---- the file ---- */

static char folder[64];
static char path[96];

static int begin(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/tb-answers-XXXXXX");
    CHECK(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/app/answers", folder);
    CHECK_INT(tb_store_open(path, false), -ENOENT);
    int fd = tb_store_open(path, true);
    CHECK(fd >= 0);
    return fd;
}

static void end(int fd)
{
    (void)unlinkat(fd, "answers", 0);
    (void)unlinkat(fd, "answers.new", 0);
    path[strlen(path) - strlen("/answers")] = 0;
    CHECK_INT(rmdir(path), 0);
    CHECK_INT(rmdir(folder), 0);
    tb_fd_close(&fd);
}

static void what_is_saved_is_loaded(void)
{
    int fd = begin();
    struct stat stat;
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    tb_cleanup(tb_answers_deinit) struct tb_answers read = {0};
    CHECK_INT(tb_store_load(fd, &read), TB_OK);
    CHECK_INT(read.n, 0);
    put(&answers, entry(1, TB_ANSWER_ALWAYS, 5));
    int left = openat(fd, "answers.new", O_WRONLY | O_CREAT, 0666); /* of a save that was killed */
    CHECK(left >= 0);
    tb_fd_close(&left);
    CHECK_INT(tb_store_save(fd, &answers), 0);
    CHECK_INT(tb_store_load(fd, &read), TB_OK);
    CHECK_INT(read.n, 1);
    CHECK_INT(fstatat(fd, "answers", &stat, 0), 0);
    CHECK_INT(stat.st_mode & 07777, 0600);
    CHECK(fstatat(fd, "answers.new", &stat, 0) < 0);
    end(fd);
}

static void one_at_a_time_changes_it(void)
{
    int fd = begin();
    tb_fd other = tb_store_open(path, false);
    CHECK_INT(tb_store_lock(fd, false), TB_OK);
    CHECK_INT(tb_store_lock(other, false), TB_AGAIN);
    tb_store_unlock(fd);
    CHECK_INT(tb_store_lock(other, false), TB_OK);
    end(fd);
}

static void what_is_not_ours_is_not_read(void)
{
    int fd = begin();
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    struct tb_answers read;
    put(&answers, entry(1, TB_ANSWER_ALWAYS, 5));
    CHECK_INT(tb_store_save(fd, &answers), 0);
    CHECK_INT(fchmodat(fd, "answers", 0620, 0), 0); /* a group may write it */
    CHECK_INT(tb_store_load(fd, &read), TB_MALFORMED);
    CHECK_INT(renameat(fd, "answers", fd, "answers.new"), 0);
    CHECK_INT(symlinkat("answers.new", fd, "answers"), 0);
    CHECK_INT(tb_store_load(fd, &read), TB_MALFORMED);
    CHECK_INT(unlinkat(fd, "answers", 0), 0);
    CHECK_INT(mkfifoat(fd, "answers", 0600), 0);
    CHECK_INT(tb_store_load(fd, &read), TB_MALFORMED);
    end(fd);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_table_comes_back_as_it_was),
        TEST(the_last_answer_of_a_key_counts),
        TEST(what_is_not_in_the_format_is_not_put),
        TEST(a_full_table_forgets_what_was_used_longest_ago),
        TEST(an_answer_counts_in_its_time),
        TEST(survives_every_mutation),
        TEST(a_right_digest_is_not_enough),
        TEST(what_is_saved_is_loaded),
        TEST(one_at_a_time_changes_it),
        TEST(what_is_not_ours_is_not_read),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
