#include "proto/frame.h"
#include "proto/record.h"
#include "tests/unit/test.h"

#define TEXT(literal) tb_bytes_of(literal, sizeof(literal) - 1)

static struct tb_record sample(void)
{
    return (struct tb_record){
        .event = TB_EVENT_CALL,
        .verdict = TB_REWRITE,
        .code = TB_CODE_SCOPE,
        .args_kind = TB_ARGS_FULL,
        .mono_ns = 0x0102030405060708,
        .ref = 9,
        .dur_ns = 10,
        .n_in = 11,
        .n_out = 12,
        .session = {1, 2, 3, 4, 5, 6, 7, 8},
        .view = TEXT("main"),
        .origin = TEXT("local"),
        .command = TEXT("plugin:fs|read_file"),
        .plugin = TEXT("fs"),
        .reason = TEXT("why"),
        .rule = {TEXT("cap"), TEXT("perm"), TEXT("file"), 77},
        .args = TEXT("\x81\xa1p\xa1q"),
    };
}

static bool same(const struct tb_record *a, const struct tb_record *b)
{
    return a->event == b->event && a->verdict == b->verdict && a->code == b->code &&
           a->args_kind == b->args_kind && a->mono_ns == b->mono_ns && a->ref == b->ref &&
           a->dur_ns == b->dur_ns && a->n_in == b->n_in && a->n_out == b->n_out &&
           memcmp(a->session, b->session, sizeof a->session) == 0 &&
           tb_bytes_equal(a->view, b->view) && tb_bytes_equal(a->origin, b->origin) &&
           tb_bytes_equal(a->command, b->command) && tb_bytes_equal(a->plugin, b->plugin) &&
           tb_bytes_equal(a->reason, b->reason) && a->rule.line == b->rule.line &&
           tb_bytes_equal(a->rule.capability, b->rule.capability) &&
           tb_bytes_equal(a->rule.permission, b->rule.permission) &&
           tb_bytes_equal(a->rule.file, b->rule.file) && tb_bytes_equal(a->args, b->args);
}

static struct tb_bytes body_of(const struct tb_buffer *buffer)
{
    struct tb_frame frame;
    size_t size;
    CHECK_INT(tb_frame_parse(TB_SIDE_SCRIBE, tb_buffer_bytes(buffer), &frame, &size), TB_OK);
    CHECK_INT(frame.kind, TB_RECORD);
    CHECK_INT(size, tb_buffer_n(buffer));
    return frame.body;
}

static void comes_back_as_it_went(void)
{
    struct tb_buffer buffer;
    struct tb_record record = sample();
    struct tb_record back;
    tb_buffer_init(&buffer, 65536);
    CHECK_INT(tb_record_write(&record, &buffer), TB_OK);
    CHECK_INT(tb_record_read(body_of(&buffer), &back), TB_OK);
    CHECK(same(&record, &back));
    tb_buffer_deinit(&buffer);
}

static void refuses_every_shorter_or_longer_body(void)
{
    struct tb_buffer buffer;
    struct tb_record record = sample();
    struct tb_record back;
    tb_buffer_init(&buffer, 65536);
    CHECK_INT(tb_record_write(&record, &buffer), TB_OK);
    struct tb_bytes body = body_of(&buffer);
    for (size_t n = 0; n < body.n; n++) {
        /* An exact copy, so that a read past the end is an error that tools see. */
        uint8_t *copy = malloc(n ? n : 1);
        memcpy(copy, body.data, n);
        CHECK_INT(tb_record_read(tb_bytes_of(copy, n), &back), TB_MALFORMED);
        free(copy);
    }
    uint8_t *longer = calloc(1, body.n + 1);
    memcpy(longer, body.data, body.n);
    CHECK_INT(tb_record_read(tb_bytes_of(longer, body.n + 1), &back), TB_MALFORMED);
    free(longer);
    tb_buffer_deinit(&buffer);
}

/* A body that is accepted is the one and only way to write its record. */
static void reads_every_mutation_exactly_or_not_at_all(void)
{
    struct tb_buffer buffer;
    struct tb_record record = sample();
    tb_buffer_init(&buffer, 65536);
    CHECK_INT(tb_record_write(&record, &buffer), TB_OK);
    struct tb_bytes body = body_of(&buffer);
    uint8_t *mutant = malloc(body.n);
    size_t n_refused = 0;
    for (size_t at = 0; at < body.n; at++) {
        for (unsigned v = 0; v < 256; v++) {
            struct tb_record back;
            struct tb_buffer again;
            memcpy(mutant, body.data, body.n);
            mutant[at] = (uint8_t)v;
            int r = tb_record_read(tb_bytes_of(mutant, body.n), &back);
            CHECK(r == TB_OK || r == TB_MALFORMED);
            n_refused += r != TB_OK;
            if (r != TB_OK)
                continue;
            CHECK(same(&record, &back) == (mutant[at] == body.data[at]));
            tb_buffer_init(&again, 65536);
            CHECK_INT(tb_record_write(&back, &again), TB_OK);
            CHECK(tb_bytes_equal(body_of(&again), tb_bytes_of(mutant, body.n)));
            tb_buffer_deinit(&again);
        }
    }
    CHECK(n_refused > 0);
    free(mutant);
    tb_buffer_deinit(&buffer);
}

static void cuts_strings_that_are_too_long(void)
{
    struct tb_buffer buffer;
    struct tb_record record = sample();
    struct tb_record back;
    static char reason[TB_RECORD_STRING_MAX + 100];
    memset(reason, 'r', sizeof reason);
    record.reason = tb_bytes_of(reason, sizeof reason);
    tb_buffer_init(&buffer, 65536);
    CHECK_INT(tb_record_write(&record, &buffer), TB_OK);
    CHECK_INT(tb_record_read(body_of(&buffer), &back), TB_OK);
    CHECK_INT(back.reason.n, TB_RECORD_STRING_MAX);
    tb_buffer_deinit(&buffer);
}

static void leaves_a_full_buffer_alone(void)
{
    struct tb_buffer buffer;
    struct tb_record record = sample();
    tb_buffer_init(&buffer, 100);
    CHECK(tb_buffer_append(&buffer, TEXT("before")));
    CHECK_INT(tb_record_write(&record, &buffer), TB_FULL);
    CHECK(tb_bytes_are(tb_buffer_bytes(&buffer), "before"));
    tb_buffer_deinit(&buffer);
}

static void refuses_a_digest_of_another_size(void)
{
    struct tb_buffer buffer;
    struct tb_record record = sample();
    struct tb_record back;
    record.args_kind = TB_ARGS_HASHED;
    tb_buffer_init(&buffer, 65536);
    CHECK_INT(tb_record_write(&record, &buffer), TB_OK);
    CHECK_INT(tb_record_read(body_of(&buffer), &back), TB_MALFORMED);
    tb_buffer_deinit(&buffer);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(comes_back_as_it_went),
        TEST(refuses_every_shorter_or_longer_body),
        TEST(reads_every_mutation_exactly_or_not_at_all),
        TEST(cuts_strings_that_are_too_long),
        TEST(leaves_a_full_buffer_alone),
        TEST(refuses_a_digest_of_another_size),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
