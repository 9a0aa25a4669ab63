/* What the audit plugin reads out of a log, whatever is in the file. */
#include "base/fd.h"
#include "plugins/audit/log.h"
#include "tests/unit/test.h"

enum { SEEN_MAX = 4096 };

static struct audit_log audit;
static int file = -1;
static uint64_t seen[SEEN_MAX];
static size_t n_seen;
static size_t n_taken; /* so many are taken from here on */

static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

/* A record as the scribe writes it, without its newline. */
static const char *line_of(uint64_t n, const char *view, const char *origin, const char *command)
{
    static char line[8192];
    int length = snprintf(
        line, sizeof line,
        "{\"v\":1,\"n\":%llu,\"time\":\"2026-11-22T04:00:00.000000Z\",\"mono_ns\":1,\"app\":\"com."
        "a\","
        "\"session\":\"0011223344556677\",\"view\":\"%s\",\"origin\":\"%s\",\"event\":\"call\","
        "\"command\":\"%s\",\"verdict\":\"allow\",\"code\":\"\",\"rule\":{\"capability\":\"c\","
        "\"permission\":\"p\",\"file\":\"f\",\"line\":7},\"reason\":\"secret\",\"plugin\":\"fs\","
        "\"of\":3,"
        "\"dur_ns\":4,\"in\":5,\"out\":6,\"args\":\"\",\"prev\":\"%s\",\"mac\":\"\"}",
        (unsigned long long)n, view, origin, command, zeros);
    CHECK(length > 0 && (size_t)length < sizeof line);
    return line;
}

static void put(const char *text)
{
    CHECK_INT(tb_fd_write_all(file, tb_bytes_of_string(text)), 0);
}

static void record(uint64_t n, const char *view)
{
    put(line_of(n, view, "local", "plugin:fs|stat"));
    put("\n");
}

static void begin(const char *view, const char *origin)
{
    file = tb_fd_memory("log");
    CHECK(file >= 0);
    CHECK(audit_log_init(&audit, file, tb_bytes_of_string(view), tb_bytes_of_string(origin)));
    n_taken = SEEN_MAX;
}

static bool see(void *data, const struct audit_record *found)
{
    CHECK(data == &audit);
    if (n_taken == 0)
        return false;
    n_taken--;
    seen[n_seen++] = found->n;
    return true;
}

/* The numbers of what is told from a place on, with spaces between them. */
static const char *told(struct audit_place *place)
{
    static char text[256];
    size_t at = 0;
    n_seen = 0;
    while (audit_log_read(&audit, place, see, &audit))
        continue;
    text[0] = 0;
    for (size_t i = 0; i < n_seen && at < sizeof text; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%llu", i > 0 ? " " : "",
                               (unsigned long long)seen[i]);
    return text;
}

static const char *told_last(uint64_t n)
{
    struct audit_place place = audit_log_back(&audit, n);
    return told(&place);
}

/* ---- lines ---- */

static void a_record_is_taken_apart(void)
{
    struct audit_record found;
    CHECK(audit_record_read(tb_bytes_of_string(line_of(17, "main", "local", "x\\u001b\\\"y")),
                            &found));
    CHECK_INT(found.n, 17);
    CHECK(tb_bytes_are(found.time, "2026-11-22T04:00:00.000000Z"));
    CHECK(tb_bytes_are(found.view, "main") && tb_bytes_are(found.origin, "local"));
    CHECK(tb_bytes_are(found.event, "call") && tb_bytes_are(found.verdict, "allow"));
    CHECK(tb_bytes_are(found.command, "x\\u001b\\\"y") && found.code.n == 0);
    CHECK(found.of == 3 && found.dur_ns == 4 && found.in == 5 && found.out == 6);
}

/* Every shorter beginning, and every line of which one byte is another: a record that is not as the
 * scribe writes it is none, or differs in that byte alone. Memory is what the tools watch. */
static void no_mutation_is_read_beyond_its_end(void)
{
    char *whole = strdup(line_of(17, "main", "local", "x"));
    size_t n = strlen(whole);
    struct audit_record found;
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *part = malloc(cut + 1);
        memcpy(part, whole, cut);
        CHECK(!audit_record_read(tb_bytes_of(part, cut), &found));
        free(part);
    }
    for (size_t at = 0; at < n; at++) {
        char before = whole[at];
        static const char others[] = {'"', '\\', '{', '}', ',', '\n', 0, (char)0xff};
        for (size_t i = 0; i < sizeof others; i++) {
            whole[at] = others[i];
            if (audit_record_read(tb_bytes_of(whole, n), &found))
                CHECK(found.command.n <= n && found.of <= INT64_MAX);
        }
        whole[at] = before;
    }
    free(whole);
}

static void what_only_looks_like_a_record_is_none(void)
{
    static const char *const lines[] = {
        "", "{}", "null", "{\"v\":1,\"n\":1,\"time\":\"\"}", "{\"v\":2,\"n\":1,\"time\":\"\"}",
    };
    struct audit_record found;
    for (size_t i = 0; i < TB_ARRAY_LEN(lines); i++)
        CHECK(!audit_record_read(tb_bytes_of_string(lines[i]), &found));
    char *line = strdup(line_of(1, "main", "local", "x"));
    memcpy(strstr(line, "\"in\":5"), "\"in\":-", 6);
    CHECK(!audit_record_read(tb_bytes_of_string(line), &found));
    free(line);
}

/* ---- whose records ---- */

static void other_views_and_origins_are_passed_over(void)
{
    begin("main", "local");
    record(1, "main");
    record(2, "other");
    record(3, "mai");
    record(4, "main2");
    record(5, "");
    put(line_of(6, "main", "https://a.example", "x"));
    put("\n");
    record(7, "main");
    CHECK_STR(told_last(10), "1 7");
}

/* What a page has named stands between quotes, with its own escaped. */
static void names_make_no_fields(void)
{
    begin("main", "local");
    put(line_of(1, "other", "local", "\\\",\\\"view\\\":\\\"main"));
    put("\n");
    put(line_of(2, "other\\\",\\\"view\\\":\\\"main", "local", "x"));
    put("\n");
    record(3, "main");
    CHECK_STR(told_last(10), "3");
}

static void an_origin_that_the_log_would_cut_is_refused(void)
{
    char origin[513 + 1];
    memset(origin, 'a', 513);
    origin[513] = 0;
    struct tb_bytes view = tb_bytes_of_string("main");
    file = tb_fd_memory("log");
    CHECK(!audit_log_init(&audit, file, view, tb_bytes_of(origin, 513)));
    CHECK(audit_log_init(&audit, file, view, tb_bytes_of(origin, 512)));
    origin[300] = '"';
    CHECK(!audit_log_init(&audit, file, view, tb_bytes_of(origin, 512)));
    CHECK(!audit_log_init(&audit, -1, view, view));
}

/* ---- places ---- */

static void the_last_ones_and_then_what_comes(void)
{
    begin("main", "local");
    for (uint64_t n = 1; n <= 9; n++)
        record(n, n % 2 ? "main" : "other");
    CHECK_STR(told_last(0), "");
    CHECK_STR(told_last(1), "9");
    CHECK_STR(told_last(3), "5 7 9");
    CHECK_STR(told_last(100), "1 3 5 7 9");
    struct audit_place place = audit_log_back(&audit, 1);
    CHECK_STR(told(&place), "9");
    CHECK_STR(told(&place), "");
    record(10, "main");
    CHECK_STR(told(&place), "10");
}

static void many_blocks_are_looked_back_over(void)
{
    enum { N = 2000 };
    begin("main", "local");
    for (uint64_t n = 1; n <= N; n++)
        record(n, n % 500 ? "other" : "main");
    CHECK_STR(told_last(1), "2000");
    CHECK_STR(told_last(3), "1000 1500 2000");
    CHECK_STR(told_last(9), "500 1000 1500 2000");
}

static void nobody_looks_back_for_ever(void)
{
    begin("main", "local");
    record(1, "main");
    for (uint64_t n = 2; n <= 12000; n++)
        record(n, "other");
    CHECK_STR(told_last(1), "");
}

static void what_is_not_taken_comes_again(void)
{
    begin("main", "local");
    for (uint64_t n = 1; n <= 5; n++)
        record(n, "main");
    struct audit_place place = audit_log_back(&audit, 5);
    n_taken = 2;
    CHECK_STR(told(&place), "1 2");
    CHECK_STR(told(&place), "");
    n_taken = SEEN_MAX;
    CHECK_STR(told(&place), "3 4 5");
}

static void half_a_line_waits_for_the_other_half(void)
{
    const char *line;
    begin("main", "local");
    record(1, "main");
    struct audit_place place = audit_log_back(&audit, 1);
    CHECK_STR(told(&place), "1");
    line = line_of(2, "main", "local", "x");
    CHECK_INT(tb_fd_write_all(file, tb_bytes_of(line, 100)), 0);
    CHECK_STR(told(&place), "");
    CHECK_STR(told_last(5), "1");
    put(line + 100);
    CHECK_STR(told(&place), "");
    put("\n");
    CHECK_STR(told(&place), "2");
}

static void put_garbage(size_t n)
{
    char *garbage = malloc(n + 1);
    memset(garbage, 'x', n);
    garbage[n] = 0;
    put(garbage);
    free(garbage);
}

static void huge_lines_are_passed_over(void)
{
    static const size_t sizes[] = {4096, 65535, 65536, 65537, 200000, 300000};
    for (size_t i = 0; i < TB_ARRAY_LEN(sizes); i++) {
        begin("main", "local");
        record(1, "main");
        struct audit_place place = audit_log_back(&audit, 1);
        put_garbage(sizes[i]);
        CHECK_STR(told(&place), "1");
        put(line_of(2, "main", "local", "the end of a line is no record"));
        put("\n");
        record(3, "main");
        CHECK_STR(told(&place), "3");
        CHECK_STR(told_last(1), "3");
        CHECK_STR(told_last(2), "1 3");
    }
}

static void a_log_without_a_line(void)
{
    begin("main", "local");
    CHECK_STR(told_last(5), "");
    struct audit_place place = audit_log_back(&audit, 5);
    put_garbage(200000);
    CHECK_STR(told_last(5), "");
    CHECK_STR(told(&place), "");
    put("\n");
    record(1, "main");
    CHECK_STR(told(&place), "1");
}

static void a_log_that_becomes_shorter(void)
{
    begin("main", "local");
    record(1, "main");
    record(2, "main");
    struct audit_place place = audit_log_back(&audit, 2);
    CHECK_STR(told(&place), "1 2");
    CHECK(ftruncate(file, 100) == 0 && lseek(file, 0, SEEK_END) == 100);
    CHECK_STR(told(&place), "");
    put("\n");
    record(3, "main");
    CHECK_STR(told(&place), "3");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_record_is_taken_apart),
        TEST(no_mutation_is_read_beyond_its_end),
        TEST(what_only_looks_like_a_record_is_none),
        TEST(other_views_and_origins_are_passed_over),
        TEST(names_make_no_fields),
        TEST(an_origin_that_the_log_would_cut_is_refused),
        TEST(the_last_ones_and_then_what_comes),
        TEST(many_blocks_are_looked_back_over),
        TEST(nobody_looks_back_for_ever),
        TEST(what_is_not_taken_comes_again),
        TEST(half_a_line_waits_for_the_other_half),
        TEST(huge_lines_are_passed_over),
        TEST(a_log_without_a_line),
        TEST(a_log_that_becomes_shorter),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
