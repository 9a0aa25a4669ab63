#include "base/result.h"
#include "policy/compiler/cases/cases.h"
#include "policy/compiler/snapshot.h"
#include "tests/unit/test.h"

#define HEAD "[[case]]\nname = \"a\"\ncommand = \"greet\"\n"

/* NULL: it was refused, and the report says so. */
static bool accepted(const char *text, size_t n)
{
    struct tb_arena arena = {0};
    struct tb_report report = {.arena = &arena, .silent = true};
    const struct tb_value *cases = tb_cases_of(&report, tb_bytes_of(text, n));
    CHECK((cases != NULL) == (report.n_errors == 0));
    tb_arena_deinit(&arena);
    return cases != NULL;
}

static bool text_accepted(const char *text)
{
    return accepted(text, strlen(text));
}

static void a_case_needs_an_expectation(void)
{
    CHECK(!text_accepted(HEAD));
    CHECK(text_accepted(HEAD "expect = \"deny\"\n"));
    CHECK(text_accepted(HEAD "expect = \"allow\"\nargs_after = { a = [1] }\n"));
    CHECK(!text_accepted(HEAD "expect = \"deny\"\nargs_after = { a = [1] }\n"));
    CHECK(!text_accepted(HEAD "expect = \"deny\"\nother = 1\n"));
}

static bool text_of_depth(unsigned depth)
{
    char text[512];
    size_t n = (size_t)snprintf(text, sizeof text, HEAD "expect = \"allow\"\nresult = ");
    for (unsigned i = 0; i < depth; i++)
        text[n++] = '[';
    for (unsigned i = 0; i < depth; i++)
        text[n++] = ']';
    text[n++] = '\n';
    return accepted(text, n);
}

/* What is deeper would come out of the packer as nil, and the case would not be the one that was
 * written. */
static void values_are_no_deeper_than_a_call_may_be(void)
{
    CHECK(text_of_depth(TB_CASE_DEPTH + 1));
    CHECK(!text_of_depth(TB_CASE_DEPTH + 2));
}

static void a_file_has_at_most_so_many_cases(void)
{
    static const char format[] = "[[case]]\nname = \"%u\"\ncommand = \"a\"\nexpect = \"deny\"\n";
    char *text = malloc((TB_CASES_MAX + 1) * sizeof format * 2);
    CHECK(text);
    size_t n = 0;
    for (unsigned i = 0; i <= TB_CASES_MAX; i++) {
        n += (size_t)snprintf(text + n, sizeof format * 2, format, i);
        if (i + 1 == TB_CASES_MAX)
            CHECK(accepted(text, n));
    }
    CHECK(!accepted(text, n));
    free(text);
}

static void the_answer_is_what_its_reader_takes(void)
{
    static const char text[] = HEAD "expect = \"allow\"\nargs = { a = [1, \"x\", 2.5] }\n";
    struct tb_arena arena = {0};
    struct tb_report report = {.arena = &arena, .silent = true};
    struct tb_policy policy = {.arena = &arena, .report = &report};
    struct tb_unpacker unpacker = {0};
    const struct tb_compiled compiled = {.n_commands = 0};
    const msgpack_object *root;
    struct tb_buffer out;
    tb_buffer_init(&out, TB_CASES_OUT_MAX);
    const struct tb_value *cases = tb_cases_of(&report, tb_bytes_of(text, sizeof text - 1));
    CHECK(tb_cases_write(&policy, &compiled, cases, &out));
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_snapshot), TB_OK);
    CHECK_INT(tb_unpack(&unpacker, &tb_scan_snapshot, tb_buffer_bytes(&out), &root), TB_OK);
    CHECK_INT(root->type, MSGPACK_OBJECT_MAP);
    tb_unpacker_deinit(&unpacker);
    tb_buffer_deinit(&out);
    tb_arena_deinit(&arena);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_case_needs_an_expectation),
        TEST(values_are_no_deeper_than_a_call_may_be),
        TEST(a_file_has_at_most_so_many_cases),
        TEST(the_answer_is_what_its_reader_takes),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
