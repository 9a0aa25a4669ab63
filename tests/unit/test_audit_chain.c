#include "tests/unit/log.h"

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
        TEST(reads_lines_of_any_length),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
