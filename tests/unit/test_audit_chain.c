#include "audit/chain.h"
#include "base/fd.h"
#include "base/result.h"
#include "scribe/scribe.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define TEXT(literal) tb_bytes_of(literal, sizeof(literal) - 1)

/* A log that the scribe's own code has written, and changed copies of it. */
struct text {
    uint8_t *data;
    size_t n;
    size_t cap;
};

static char folder[] = "/tmp/tb-chain-XXXXXX";
static char path[64];

static void remove_folder(void)
{
    char name[sizeof path + 8];
    for (unsigned i = 1; i <= 3; i++) {
        (void)snprintf(name, sizeof name, i == 1 ? "%s/log.jsonl" : "%s/log-%u.jsonl", folder, i);
        unlink(name);
    }
    rmdir(folder);
}

static void make_folder(void)
{
    CHECK(mkdtemp(folder));
    atexit(remove_folder);
    (void)snprintf(path, sizeof path, "%s/log.jsonl", folder);
}

static struct tb_scribe *start(void)
{
    int link[2];
    struct tb_scribe *scribe;
    CHECK_INT(tb_fd_pair(SOCK_STREAM, link), 0);
    close(link[1]);
    CHECK_INT(tb_scribe_new(link[0], path, TEXT("com.example.notes"), &scribe), 0);
    return scribe;
}

static void say(struct tb_scribe *scribe, enum tb_event event, uint64_t ref)
{
    const struct tb_record record = {
        .event = event,
        .verdict = TB_ALLOW,
        .mono_ns = tb_clock_ns(),
        .ref = ref,
        .args_kind = event == TB_EVENT_CALL ? TB_ARGS_FULL : TB_ARGS_NONE,
        .view = TEXT("main"),
        .args = TEXT("\x81\xa1"
                     "a\xa1"
                     "b"),
    };
    CHECK_INT(tb_scribe_add(scribe, &record), 0);
}

static void stop(struct tb_scribe *scribe)
{
    CHECK_INT(tb_log_sync(&scribe->log), 0);
    tb_scribe_free(scribe);
}

/* Six records: start, call, done, call, done, and the last one. */
static void write_log(enum tb_event last)
{
    struct tb_scribe *scribe = start();
    say(scribe, TB_EVENT_START, 0);
    say(scribe, TB_EVENT_CALL, 1);
    say(scribe, TB_EVENT_DONE, 1);
    say(scribe, TB_EVENT_CALL, 2);
    say(scribe, TB_EVENT_DONE, 2);
    say(scribe, last, 0);
    stop(scribe);
}

static struct text load(void)
{
    struct text text = {.cap = 65536};
    text.data = malloc(text.cap);
    tb_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    ssize_t n = read(fd, text.data, text.cap);
    CHECK(n >= 0 && (size_t)n < text.cap);
    text.n = (size_t)n;
    return text;
}

static void save(const struct text *text)
{
    tb_fd fd = open(path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of(text->data, text->n)), 0);
}

static struct tb_chain verify(void)
{
    struct tb_chain chain;
    tb_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_INT(tb_chain_read(fd, &chain), 0);
    return chain;
}

static struct tb_chain verify_text(const struct text *text)
{
    struct tb_chain chain;
    tb_fd fd = tb_fd_memory("log");
    CHECK(fd >= 0);
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of(text->data, text->n)), 0);
    CHECK_INT(tb_chain_read(fd, &chain), 0);
    return chain;
}

/* As verify_text, without a file: a test that asks half a million times wants that. */
static struct tb_chain verify_memory(const struct text *text)
{
    struct tb_chain chain;
    tb_chain_init(&chain);
    for (size_t at = 0; at < text->n;) {
        const uint8_t *newline = memchr(text->data + at, '\n', text->n - at);
        size_t end = newline ? (size_t)(newline - text->data) : text->n;
        const struct tb_piece piece = {
            .bytes = tb_bytes_of(text->data + at, end - at),
            .starts = true,
            .ends = newline != NULL,
        };
        tb_chain_add(&chain, &piece);
        at = end + 1;
    }
    return chain;
}

/* Where line i begins, from 0; i may be one more than there are. */
static size_t line_at(const struct text *text, size_t i)
{
    size_t at = 0;
    while (i-- > 0) {
        const uint8_t *newline = memchr(text->data + at, '\n', text->n - at);
        CHECK(newline);
        at = (size_t)(newline - text->data) + 1;
    }
    return at;
}

static void tells_whole_logs_apart(void)
{
    make_folder();
    struct text empty = {0};
    struct tb_chain chain = verify_text(&empty);
    CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_EMPTY);
    write_log(TB_EVENT_CLOSE);
    chain = verify();
    CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_OPEN);
    CHECK_INT(chain.n_records, 6);
    write_log(TB_EVENT_STOP);
    chain = verify();
    CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_CLOSED);
    CHECK_INT(chain.n_records, 12);
    CHECK_INT(chain.n, 12);
    CHECK_INT(chain.n_recoveries, 0);
}

static void finds_every_changed_byte(void)
{
    make_folder();
    struct tb_scribe *scribe = start();
    say(scribe, TB_EVENT_CALL, 1);
    say(scribe, TB_EVENT_DONE, 1);
    say(scribe, TB_EVENT_STOP, 0);
    stop(scribe);
    struct text text = load();
    size_t last = line_at(&text, 2);
    for (size_t at = 0; at < last; at++) {
        uint8_t was = text.data[at];
        for (unsigned v = 0; v < 256; v++) {
            if (v == was)
                continue;
            text.data[at] = (uint8_t)v;
            struct tb_chain chain = verify_memory(&text);
            /* Without the newline before it the last record is a torn end. */
            CHECK_INT(tb_chain_verdict(&chain), at == last - 1 ? TB_CHAIN_TORN : TB_CHAIN_TAMPERED);
            CHECK(chain.bad_line > 0);
        }
        text.data[at] = was;
    }
    struct tb_chain chain = verify_memory(&text);
    CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_CLOSED);
    free(text.data);
}

/* Nothing follows the last record that could hold its hash, so only what breaks its form shows. */
static void finds_a_changed_form_of_the_last_record(void)
{
    make_folder();
    write_log(TB_EVENT_STOP);
    struct text text = load();
    for (size_t at = line_at(&text, 5); at < text.n; at++) {
        uint8_t was = text.data[at];
        text.data[at] = 0;
        struct tb_chain chain = verify_text(&text);
        CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_TORN);
        text.data[at] = '"';
        chain = verify_text(&text);
        CHECK(was == '"' || tb_chain_verdict(&chain) == TB_CHAIN_TORN ||
              tb_chain_verdict(&chain) == TB_CHAIN_TAMPERED);
        text.data[at] = was;
    }
    free(text.data);
}

static void finds_a_removed_line(void)
{
    make_folder();
    write_log(TB_EVENT_STOP);
    for (size_t i = 0; i < 5; i++) {
        struct text text = load();
        size_t from = line_at(&text, i);
        size_t to = line_at(&text, i + 1);
        memmove(text.data + from, text.data + to, text.n - to);
        text.n -= to - from;
        struct tb_chain chain = verify_text(&text);
        CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_TAMPERED);
        CHECK_INT(chain.bad_line, i + 1);
        free(text.data);
    }
}

static void finds_swapped_lines(void)
{
    make_folder();
    write_log(TB_EVENT_STOP);
    for (size_t i = 0; i < 5; i++) {
        struct text text = load();
        uint8_t first[4096];
        size_t a = line_at(&text, i);
        size_t b = line_at(&text, i + 1);
        size_t c = line_at(&text, i + 2);
        memcpy(first, text.data + a, b - a);
        memmove(text.data + a, text.data + b, c - b);
        memcpy(text.data + a + (c - b), first, b - a);
        struct tb_chain chain = verify_text(&text);
        CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_TAMPERED);
        CHECK_INT(chain.bad_line, i + 1);
        free(text.data);
    }
}

static void insert(struct text *text, size_t at, const void *bytes, size_t n)
{
    CHECK(text->n + n <= text->cap);
    memmove(text->data + at + n, text->data + at, text->n - at);
    memcpy(text->data + at, bytes, n);
    text->n += n;
}

static void finds_an_inserted_line(void)
{
    make_folder();
    write_log(TB_EVENT_STOP);
    struct text original = load();
    for (size_t i = 0; i <= 6; i++) {
        for (size_t k = 0; k < 6; k++) {
            struct text text = load();
            size_t from = line_at(&original, k);
            size_t to = line_at(&original, k + 1);
            insert(&text, line_at(&original, i), original.data + from, to - from);
            struct tb_chain chain = verify_text(&text);
            CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_TAMPERED);
            free(text.data);
        }
        struct text text = load();
        insert(&text, line_at(&original, i), "\n", 1);
        struct tb_chain chain = verify_text(&text);
        CHECK_INT(tb_chain_verdict(&chain), i < 6 ? TB_CHAIN_TAMPERED : TB_CHAIN_TORN);
        CHECK_INT(chain.bad_line, i + 1);
        free(text.data);
    }
    free(original.data);
}

static void finds_records_of_another_log(void)
{
    make_folder();
    write_log(TB_EVENT_STOP);
    struct text first = load();
    unlink(path);
    write_log(TB_EVENT_CLOSE);
    struct text second = load();
    size_t at = line_at(&second, 3);
    struct text mixed = load();
    mixed.n = line_at(&mixed, 3);
    insert(&mixed, mixed.n, first.data + line_at(&first, 3), first.n - line_at(&first, 3));
    CHECK(at > 0);
    struct tb_chain chain = verify_text(&mixed);
    CHECK_INT(tb_chain_verdict(&chain), TB_CHAIN_TAMPERED);
    CHECK_INT(chain.bad_line, 4);
    free(first.data);
    free(second.data);
    free(mixed.data);
}

static void refuses_forged_fields(void)
{
    static const struct {
        const char *from;
        const char *to;
    } changes[] = {
        {"{\"v\":1,", "{\"v\":2,"},
        {"\"n\":1,", "\"n\":01,"},
        {"\"n\":1,", "\"n\":-1,"},
        {"\"n\":1,", "\"n\":1e0,"},
        {"\"n\":1,", "\"n\":9999999999999999999,"},
        {"\"n\":1,", "\"n\":2,"},
        {"\"event\":\"start\"", "\"event\":\"begin\""},
        {"\"event\":\"start\"", "\"event\":\"recovery\""},
        {"\"verdict\":\"allow\"", "\"verdict\":\"yes\""},
        {"\"code\":\"\"", "\"code\":\"odd\""},
        {"\"session\":\"\"", "\"session\":\"0\""},
        {"\"args\":\"\"", "\"args\":\"text\""},
        {"\"args\":\"\"", "\"args\":[]"},
        {"\"mac\":\"\"", "\"mac\":\"00\""},
        {"\"of\":0", "\"of\":1"},
        {"\"of\":0", "\"of\":\"0\""},
        {"\"view\":\"main\",", ""},
        {"\"view\":\"main\",", "\"view\":\"main\",\"view\":\"main\","},
        {"\"line\":0}", "\"line\":0,\"more\":0}"},
        {",\"mac\":\"\"}", ",\"mac\":\"\",\"more\":0}"},
        {"\"in\":0,\"out\":0", "\"out\":0,\"in\":0"},
        {"\"prev\":\"0", "\"prev\":\"1"},
        {"\"prev\":\"0", "\"prev\":\"A"},
    };
    make_folder();
    struct tb_scribe *scribe = start();
    say(scribe, TB_EVENT_START, 0);
    stop(scribe);
    for (size_t i = 0; i < TB_ARRAY_LEN(changes); i++) {
        struct text text = load();
        text.data[text.n] = 0;
        uint8_t *at = (uint8_t *)strstr((char *)text.data, changes[i].from);
        CHECK(at);
        size_t n = strlen(changes[i].from);
        memmove(at, at + n, (size_t)(text.data + text.n - at) - n);
        text.n -= n;
        insert(&text, (size_t)(at - text.data), changes[i].to, strlen(changes[i].to));
        struct tb_chain chain = verify_text(&text);
        enum tb_chain_verdict verdict = tb_chain_verdict(&chain);
        if (verdict != TB_CHAIN_TAMPERED && verdict != TB_CHAIN_TORN)
            test_fail(changes[i].to, __FILE__, __LINE__);
        free(text.data);
    }
}

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

static void reads_lines_of_any_length(void)
{
    static struct tb_lines lines;
    static uint8_t bytes[200000];
    struct tb_piece piece;
    tb_fd fd = tb_fd_memory("lines");
    memset(bytes, 'l', sizeof bytes);
    CHECK_INT(tb_fd_write_all(fd, TEXT("first\n\n")), 0);
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of(bytes, sizeof bytes)), 0);
    CHECK_INT(tb_fd_write_all(fd, TEXT("\nbegun")), 0);
    tb_lines_init(&lines, fd, 0);
    CHECK_INT(tb_lines_next(&lines, &piece), TB_OK);
    CHECK(tb_bytes_are(piece.bytes, "first") && piece.starts && piece.ends);
    CHECK_INT(tb_lines_next(&lines, &piece), TB_OK);
    CHECK(piece.bytes.n == 0 && piece.starts && piece.ends && piece.offset == 6);
    size_t n = 0;
    do {
        CHECK_INT(tb_lines_next(&lines, &piece), TB_OK);
        CHECK(piece.starts == (n == 0) && piece.offset == 7 + n);
        n += piece.bytes.n;
    } while (!piece.ends);
    CHECK_INT(n, sizeof bytes);
    CHECK_INT(tb_lines_next(&lines, &piece), TB_CLOSED);
    CHECK_INT(tb_lines_next(&lines, &piece), TB_CLOSED);
    CHECK_INT(tb_fd_write_all(fd, TEXT(" and done\nrest")), 0);
    CHECK_INT(tb_lines_next(&lines, &piece), TB_OK);
    CHECK(tb_bytes_are(piece.bytes, "begun and done") && piece.starts && piece.ends);
    CHECK_INT(tb_lines_next(&lines, &piece), TB_CLOSED);
    CHECK(tb_lines_rest(&lines, &piece) && tb_bytes_are(piece.bytes, "rest") && !piece.ends);
    CHECK(!tb_lines_rest(&lines, &piece));
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
    CHECK_INT(open_result(), -EPERM);
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
        TEST(tells_whole_logs_apart),
        TEST(finds_every_changed_byte),
        TEST(finds_a_changed_form_of_the_last_record),
        TEST(finds_a_removed_line),
        TEST(finds_swapped_lines),
        TEST(finds_an_inserted_line),
        TEST(finds_records_of_another_log),
        TEST(refuses_forged_fields),
        TEST(recovers_from_a_tear_at_every_byte),
        TEST(recovers_from_a_tail_of_nuls),
        TEST(recovers_from_torn_recoveries),
        TEST(finds_changes_of_what_was_torn),
        TEST(continues_a_file_of_garbage),
        TEST(reads_lines_of_any_length),
        TEST(does_not_search_a_long_file_for_ever),
        TEST(gives_each_instance_a_file),
        TEST(refuses_files_that_are_not_its_own),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
