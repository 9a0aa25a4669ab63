/* What others have written, in a file of TypeScript. */
#include "cli/types_text.h"
#include "tests/unit/test.h"

static char *made(void (*put)(FILE *out, const char *text), const char *text)
{
    char *result = NULL;
    size_t n;
    FILE *out = open_memstream(&result, &n);
    CHECK(out);
    put(out, text);
    CHECK(fclose(out) == 0 && strlen(result) == n);
    return result;
}

static void names_stay_between_their_quotes(void)
{
    static const struct {
        const char *name;
        const char *literal;
    } rows[] = {
        {"plugin:fs|read_file", "\"plugin:fs|read_file\""},
        {"", "\"\""},
        {"a\"; export const evil = 1; \"", "\"a\\\"; export const evil = 1; \\\"\""},
        {"a\\", "\"a\\\\\""},
        {"a\nb\r\tc", "\"a\\u000ab\\u000d\\u0009c\""},
        {"a\u2028b\u2029", "\"a\\u2028b\\u2029\""},
        {"\033[2J\x7f", "\"\\u001b[2J\\u007f\""},
        {"\u202eevil", "\"\\u202eevil\""},
        {"${evil}`*/'", "\"${evil}`*/'\""},
        {"\xff\xfe", "\"\\ufffd\\ufffd\""},
        {"\u00fc", "\"\u00fc\""},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        char *literal = made(types_put_literal, rows[i].name);
        CHECK_STR(literal, rows[i].literal);
        free(literal);
    }
}

static void comments_stay_in_their_line(void)
{
    char *text = made(types_put_comment, "a\nexport const evil = 1;\u2028\r");
    CHECK_STR(text, "a\\u000aexport const evil = 1;\\u2028\\u000d");
    free(text);
}

/* Characters of two, three and four bytes at every place of what is escaped at once. */
static void long_names_are_whole(void)
{
    static const char *const units[] = {"\u00fc", "\u20ac", "\U0001f6f6"};
    for (size_t u = 0; u < TB_ARRAY_LEN(units); u++)
        for (size_t front = 0; front < 5; front++) {
            char name[2100];
            size_t n = 0;
            while (n < front)
                name[n++] = 'a';
            while (n + 5 < 2000) {
                memcpy(name + n, units[u], strlen(units[u]));
                n += strlen(units[u]);
            }
            name[n] = 0;
            char *literal = made(types_put_literal, name);
            CHECK(strlen(literal) == n + 2 && memcmp(literal + 1, name, n) == 0);
            free(literal);
        }
}

static const char *wrong(const char *text)
{
    static const char *why;
    static size_t line;
    return types_text_is_closed(tb_bytes_of_string(text), &why, &line) ? "nothing" : why;
}

static void what_is_closed_is_taken(void)
{
    static const char *const texts[] = {
        "",         "{}",        "{{}{}}",    "// }",
        "// }\n{}", "/* } */",   "/*/ } */",  "'}'",
        "\"}\"",    "'\\'}'",    "'\\\\'",    "interface A { a: '{' | \"'\"; }",
        "/**/{}",   "a\u2028{}", "'/*' // '",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(texts); i++)
        CHECK_STR(wrong(texts[i]), "nothing");
}

static void what_gets_out_is_not(void)
{
    static const char *const texts[] = {
        "}",      "{}}",  "{",   "// {\n}", "// a\r}", "// a\u2028}", "// a\u2029}",
        "/* */}", "'}'}", "'a",  "'a\n'",   "'a\\",    "\"a\r\"",     "'\u2028'",
        "/*",     "/*/",  "`}`", "/}/",     "#!/bin",  "{'\\\n}'}",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(texts); i++)
        CHECK(strcmp(wrong(texts[i]), "nothing") != 0);
}

static void no_end_is_passed(void)
{
    static const char text[] = "{ /* } */ '}' \"\\\"\" } // }\n/*";
    const char *why;
    size_t line;
    for (size_t n = 0; n < sizeof text; n++) {
        uint8_t *part = malloc(n + 1);
        memcpy(part, text, n);
        (void)!types_text_is_closed(tb_bytes_of(part, n), &why, &line);
        free(part);
    }
}

static void the_line_is_told(void)
{
    const char *why;
    size_t line = 0;
    CHECK(!types_text_is_closed(tb_bytes_of_string("a\r\nb\nc\r}\n"), &why, &line));
    CHECK_INT(line, 4);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(names_stay_between_their_quotes),
        TEST(comments_stay_in_their_line),
        TEST(long_names_are_whole),
        TEST(what_is_closed_is_taken),
        TEST(what_gets_out_is_not),
        TEST(no_end_is_passed),
        TEST(the_line_is_told),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
