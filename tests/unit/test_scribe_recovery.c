#include "tests/unit/log.h"

/* Whatever byte a crash stops at: TORN before the next start, whole and one recovery after it. */
static void recovers_from_a_tear_at_every_byte(void)
{
    make_folder();
    write_log(TB_EVENT_CLOSE);
    struct text text = load();
    size_t from = line_at(&text, 4);
    for (size_t n = 0; n <= text.n; n = n == 0 ? from : n + 1) {
        struct text torn = {.data = text.data, .n = n};
        save(&torn);
        struct tb_chain before = verify();
        bool clean = n == 0 || text.data[n - 1] == '\n';
        bool whole = clean || text.data[n] == '\n';
        CHECK(clean == (tb_chain_verdict(&before) != TB_CHAIN_TORN));
        struct tb_scribe *scribe = start();
        say(scribe, TB_EVENT_STOP, 0);
        stop(scribe);
        struct tb_chain after = verify();
        CHECK_INT(tb_chain_verdict(&after), TB_CHAIN_CLOSED);
        CHECK_INT(after.n_recoveries, whole ? 0 : 1);
        CHECK_INT(after.n, before.n + (!clean && whole) + !whole + 1);
        struct text now = load();
        CHECK(memcmp(now.data, text.data, n) == 0);
        free(now.data);
    }
    free(text.data);
}

static void recovers_from_a_tail_of_nuls(void)
{
    make_folder();
    write_log(TB_EVENT_CLOSE);
    struct text text = load();
    size_t n = text.n;
    memset(text.data + n, 0, 5000);
    for (size_t keep = 0; keep < 3; keep++) {
        text.n = n - 40 * keep + 4000;
        memset(text.data + n - 40 * keep, 0, 40 * keep);
        save(&text);
        struct tb_chain chain = verify();
        CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_TORN);
        CHECK_INT(chain.bad_line, keep == 0 ? 7 : 6);
        struct tb_scribe *scribe = start();
        stop(scribe);
        chain = verify();
        CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_OPEN);
        CHECK_INT(chain.n_recoveries, 1);
    }
    free(text.data);
}

/* The recovery itself can be torn, again and again. */
static void recovers_from_torn_recoveries(void)
{
    make_folder();
    write_log(TB_EVENT_CLOSE);
    for (int i = 0; i < 5; i++) {
        struct text text = load();
        text.n -= 30;
        save(&text);
        free(text.data);
        stop(start());
    }
    struct tb_chain chain = verify();
    CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_OPEN);
    CHECK_INT(chain.n_recoveries, 1);
    CHECK_INT(chain.n, 6);
}

static void finds_changes_of_what_was_torn(void)
{
    make_folder();
    write_log(TB_EVENT_CLOSE);
    struct text text = load();
    text.n -= 30;
    save(&text);
    stop(start());
    size_t from = line_at(&text, 5);
    size_t to = text.n;
    free(text.data);
    text = load();
    for (size_t at = from; at <= to; at++) {
        uint8_t was = text.data[at];
        text.data[at] = was == 'x' ? 'y' : 'x';
        struct tb_chain chain = verify_text(&text);
        CHECK(tb_chain_verdict(&chain) == TB_CHAIN_TAMPERED ||
              /* The newline: the recovery has become part of the torn line. */
              (at == to && tb_chain_verdict(&chain) == TB_CHAIN_TORN));
        text.data[at] = was;
    }
    /* Taking the torn bytes out leaves a recovery of nothing. */
    memmove(text.data + from, text.data + to + 1, text.n - to - 1);
    text.n -= to + 1 - from;
    struct tb_chain chain = verify_text(&text);
    CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_TAMPERED);
    free(text.data);
}

static void continues_a_file_of_garbage(void)
{
    make_folder();
    struct text text = {.cap = 300000, .n = 300000, .data = malloc(300000)};
    memset(text.data, 'g', text.n);
    for (size_t at = 1000; at < text.n; at += 777)
        text.data[at] = '\n';
    save(&text);
    free(text.data);
    stop(start());
    struct tb_chain chain = verify();
    CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_OPEN);
    CHECK_INT(chain.n, 1);
    CHECK_INT(chain.n_recoveries, 1);
}

static void does_not_search_a_long_file_for_ever(void)
{
    make_folder();
    tb_fd fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    CHECK_INT(ftruncate(fd, (off_t)TB_TAIL_MAX + 1), 0);
    int link[2];
    struct tb_scribe *scribe;
    CHECK_INT(tb_fd_pair(SOCK_STREAM, link), 0);
    CHECK_INT(tb_scribe_new(link[0], path, TEXT("a"), &scribe), TB_MALFORMED);
    close(link[1]);
}

static void gives_each_instance_a_file(void)
{
    make_folder();
    struct tb_scribe *first = start();
    struct tb_scribe *second = start();
    say(first, TB_EVENT_START, 0);
    say(second, TB_EVENT_START, 0);
    say(second, TB_EVENT_STOP, 0);
    stop(first);
    stop(second);
    struct tb_chain chain = verify();
    CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_OPEN);
    CHECK_INT(chain.n, 1);
    (void)snprintf(path, sizeof path, "%s/log-2.jsonl", folder);
    chain = verify();
    CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_CLOSED);
    CHECK_INT(chain.n, 2);
}

static int open_result(void)
{
    int link[2];
    struct tb_scribe *scribe;
    CHECK_INT(tb_fd_pair(SOCK_STREAM, link), 0);
    close(link[1]);
    int r = tb_scribe_new(link[0], path, TEXT("a"), &scribe);
    if (r == 0)
        tb_scribe_free(scribe);
    return r;
}

static void refuses_files_that_are_not_its_own(void)
{
    make_folder();
    CHECK_INT(symlink("/dev/null", path), 0);
    CHECK_INT(open_result(), -ELOOP);
    unlink(path);
    CHECK_INT(mkfifo(path, 0600), 0);
    CHECK_INT(open_result(), -ENXIO); /* nobody reads it */
    unlink(path);
    write_log(TB_EVENT_CLOSE);
    char other[sizeof path + 8];
    (void)snprintf(other, sizeof other, "%s/log-2.jsonl", folder);
    CHECK_INT(link(path, other), 0);
    CHECK_INT(open_result(), -EPERM);
    unlink(other);
    CHECK_INT(chmod(path, 0644), 0);
    CHECK_INT(open_result(), 0);
    struct stat stat_now;
    CHECK_INT(stat(path, &stat_now), 0);
    CHECK_INT(stat_now.st_mode & 0777, 0600);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(recovers_from_a_tear_at_every_byte), TEST(recovers_from_a_tail_of_nuls),
        TEST(recovers_from_torn_recoveries),      TEST(finds_changes_of_what_was_torn),
        TEST(continues_a_file_of_garbage),        TEST(does_not_search_a_long_file_for_ever),
        TEST(gives_each_instance_a_file),         TEST(refuses_files_that_are_not_its_own),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
