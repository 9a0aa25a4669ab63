/* The standard error of the process tree, as the dev program reads it. */
#include "base/result.h"
#include "dev/errors.h"
#include "tests/unit/test.h"

#include <fcntl.h>

static struct dev_errors errors;
static char told[4 * DEV_LINE_MAX]; /* lines, each with a | behind it */
static size_t n_told;

static void tell(void *data, struct tb_bytes untrusted_line)
{
    CHECK(data == told && untrusted_line.n + 1 < sizeof told - n_told);
    memcpy(told + n_told, untrusted_line.data, untrusted_line.n);
    n_told += untrusted_line.n;
    told[n_told++] = '|';
    told[n_told] = 0;
}

static void begin(void)
{
    n_told = 0;
    told[0] = 0;
    dev_errors_init(&errors, tell, told);
}

static void add(const char *text)
{
    dev_errors_add(&errors, tb_bytes_of_string(text));
}

/* `CODE;message;file;line` of the line, with a `!` in front of a warning; "" if it is no error. */
static const char *read_back(const char *line)
{
    static char text[4096];
    struct dev_error error;
    if (dev_error_read(tb_bytes_of_string(line), &error) != TB_OK)
        return "";
    (void)snprintf(text, sizeof text, "%s%s;%s;%s;%u", error.warning ? "!" : "", error.code,
                   error.message, error.file, error.line);
    return text;
}

/* ---- one line ---- */

static void an_error_is_taken_apart(void)
{
    CHECK_STR(read_back("trollbridge: value: it is \"a\" or b (trollbridge.toml:7)"),
              "value;it is \"a\" or b;trollbridge.toml;7");
    CHECK_STR(
        read_back("trollbridge: warning: missing-manifest: no plugin (capabilities/a.json:12)"),
        "!missing-manifest;no plugin;capabilities/a.json;12");
    CHECK_STR(read_back("trollbridge: hook-unused: move it (isolation.js)"),
              "hook-unused;move it;isolation.js;0");
    CHECK_STR(read_back("trollbridge: part_missing: broker is not there"),
              "part_missing;broker is not there;;0");
    CHECK_STR(read_back("trollbridge: io: "), "io;;;0");
}

static void a_file_has_any_name(void)
{
    CHECK_STR(read_back("trollbridge: a: b (c (d) e.json:3)"), "a;b;c (d) e.json;3");
    CHECK_STR(read_back("trollbridge: a: b (c:4:3)"), "a;b;c:4;3");
    CHECK_STR(read_back("trollbridge: a: b (c.json:0)"), "a;b;c.json:0;0");
    CHECK_STR(read_back("trollbridge: a: b (c.json:1234567890)"), "a;b;c.json:1234567890;0");
    CHECK_STR(read_back("trollbridge: a:  (c.json:1)"), "a;;c.json;1");
}

static void a_sentence_may_end_in_parentheses(void)
{
    CHECK_STR(read_back("trollbridge: a: one of them (or both)"), "a;one of them (or both);;0");
    CHECK_STR(read_back("trollbridge: a: call(x.y)"), "a;call(x.y);;0");
    CHECK_STR(read_back("trollbridge: a: )"), "a;);;0");
    CHECK_STR(read_back("trollbridge: a: ()"), "a;();;0");
    CHECK_STR(read_back("trollbridge: a: b ()"), "a;b ();;0");
    CHECK_STR(read_back("trollbridge: a: b (:3)"), "a;b (:3);;0");
    CHECK_STR(read_back("trollbridge: a: (x.y)"), "a;(x.y);;0");
}

static void what_is_no_error_is_none(void)
{
    static const char *const lines[] = {
        "",
        "trollbridge: ",
        "trollbridge: a",
        "trollbridge: a:b",
        "troll: a: b",
        "trollbridge: A: b",
        "trollbridge: : b",
        " trollbridge: a: b",
        "trollbridge: a b: c",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(lines); i++)
        CHECK_STR(read_back(lines[i]), "");
    CHECK_STR(read_back("trollbridge: aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeefffffff: b"),
              "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeefffffff;b;;0");
    CHECK_STR(read_back("trollbridge: aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffff: b"), "");
}

static void what_a_plugin_says_is_no_error_of_the_files(void)
{
    CHECK_STR(read_back("trollbridge: plugin: trollbridge: a: b (trollbridge.toml)"), "");
    CHECK_STR(read_back("trollbridge: plugin: oops (main.py:3)"), "");
    CHECK_STR(read_back("trollbridge: hook: oops (isolation.js:3)"), "");
    CHECK_STR(read_back("trollbridge: plugin: no such folder (trollbridge.toml:3)"),
              "plugin;no such folder;trollbridge.toml;3");
}

static void what_the_eye_does_not_see_is_escaped(void)
{
    CHECK_STR(read_back("trollbridge: a: \x1b[2J\xff\xe2\x80\xae (\x07.toml:1)"),
              "a;\\u001b[2J\\ufffd\\u202e;\\u0007.toml;1");
}

static void long_texts_are_cut(void)
{
    static char line[DEV_LINE_MAX];
    struct dev_error error;
    (void)snprintf(line, sizeof line, "trollbridge: a: %03000d (%03000d:5)", 0, 0);
    CHECK_INT(dev_error_read(tb_bytes_of_string(line), &error), TB_OK);
    CHECK_INT(strlen(error.message), DEV_TEXT_MAX - 1);
    CHECK_INT(strlen(error.file), DEV_FILE_MAX - 1);
    CHECK_STR(error.file + DEV_FILE_MAX - 1 - 3, "\xe2\x80\xa6");
    CHECK_INT(error.line, 5);
}

/* Every beginning, and every byte changed: read or not, what is read ends where it must. */
static void no_mutation_is_read_beyond_its_end(void)
{
    static const char line[] =
        "trollbridge: warning: code: a (b) \xc3\xa4 (capabilities/a.json:12)";
    static const char others[] = {'(', ')', ':', ' ', '0', '\n', 0, (char)0xff};
    struct dev_error error;
    size_t n_read = 0;
    for (size_t cut = 0; cut < sizeof line; cut++)
        for (size_t at = 0; at < cut; at++)
            for (size_t i = 0; i < sizeof others; i++) {
                char *copy = malloc(cut);
                memcpy(copy, line, cut);
                copy[at] = others[i];
                if (dev_error_read(tb_bytes_of(copy, cut), &error) == TB_OK) {
                    n_read++;
                    CHECK(strlen(error.message) < cut * 6 && error.code[0]);
                }
                free(copy);
            }
    CHECK(n_read > 0);
}

/* ---- the pipe ---- */

static void each_line_is_handed_on_once(void)
{
    begin();
    add("one\n\ntw");
    CHECK_STR(told, "one||");
    add("o\nthree");
    CHECK_STR(told, "one||two|");
    dev_errors_end(&errors);
    CHECK_STR(told, "one||two|three|");
    dev_errors_end(&errors);
    CHECK_STR(told, "one||two|three|");
    CHECK_INT(errors.n_list, 0);
}

static void errors_are_kept_until_they_are_cleared(void)
{
    begin();
    add("trollbridge: a: b (c.toml:1)\nplain\ntrollbridge: d: e\ntrollbridge: a: b (c.toml:1)\n");
    CHECK_INT(errors.n_list, 2);
    CHECK_STR(errors.list[0].file, "c.toml");
    CHECK_STR(errors.list[1].code, "d");
    dev_errors_clear(&errors);
    CHECK_INT(errors.n_list, 0);
    add("trollbridge: d: e\n");
    CHECK_INT(errors.n_list, 1);
}

static void warnings_are_only_handed_on(void)
{
    begin();
    add("trollbridge: warning: unused: x (trollbridge.toml:3)\n");
    CHECK_INT(errors.n_list, 0);
    CHECK_STR(told, "trollbridge: warning: unused: x (trollbridge.toml:3)|");
}

static void more_than_there_is_room_for_are_counted(void)
{
    char line[64];
    begin();
    for (int i = 0; i < DEV_ERRORS_MAX + 3; i++) {
        (void)snprintf(line, sizeof line, "trollbridge: a: %d\n", i);
        add(line);
    }
    CHECK_INT(errors.n_list, DEV_ERRORS_MAX);
    CHECK_INT(errors.n_more, 3);
    dev_errors_clear(&errors);
    CHECK_INT(errors.n_more, 0);
}

/* The end of a long line, behind what was handed on already, is no line of its own. */
static void a_long_line_comes_in_pieces_and_is_no_error(void)
{
    static char line[DEV_LINE_MAX + 64];
    static const char error[] = "trollbridge: a: b\n";
    begin();
    memset(line, 'x', DEV_LINE_MAX);
    memcpy(line + DEV_LINE_MAX, error, sizeof error);
    add(line);
    CHECK_INT(errors.n_list, 0);
    CHECK_INT(n_told, DEV_LINE_MAX + 1 + sizeof error - 1);
    CHECK_STR(told + DEV_LINE_MAX, "|trollbridge: a: b|");
    add(error);
    CHECK_INT(errors.n_list, 1);
}

static void a_line_of_just_that_length_is_one(void)
{
    static char line[DEV_LINE_MAX + 2];
    begin();
    memset(line, 'x', DEV_LINE_MAX);
    memcpy(line, "trollbridge: a: ", 16);
    line[DEV_LINE_MAX] = '\n';
    add(line);
    CHECK_INT(errors.n_list, 1);
    CHECK_INT(n_told, DEV_LINE_MAX + 1);
}

static void a_pipe_is_read_until_nobody_writes(void)
{
    int ends[2];
    begin();
    CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    CHECK_INT(dev_errors_read(&errors, ends[0]), TB_AGAIN);
    CHECK_INT(write(ends[1], "a\nb", 3), 3);
    CHECK_INT(dev_errors_read(&errors, ends[0]), TB_OK);
    CHECK_STR(told, "a|");
    close(ends[1]);
    CHECK_INT(dev_errors_read(&errors, ends[0]), TB_CLOSED);
    CHECK_STR(told, "a|b|");
    close(ends[0]);
    CHECK(dev_errors_read(&errors, ends[0]) < 0);
}

/* ---- the terminal ---- */

static const char *printed(const char *line, size_t n)
{
    static char text[8192];
    FILE *out = fmemopen(text, sizeof text, "w");
    CHECK(out);
    dev_line_print(out, tb_bytes_of(line, n));
    CHECK_INT(fclose(out), 0);
    return text;
}

static void a_terminal_obeys_nothing_of_it(void)
{
    CHECK_STR(printed("a \"b\" \\ \xc3\xa4", 10), "a \"b\" \\ \xc3\xa4\n");
    CHECK_STR(printed("\x1b]0;x\x07\0\x9b\r", 9), "\\u001b]0;x\\u0007\\u0000\\ufffd\\u000d\n");
    CHECK_STR(printed("", 0), "\n");
}

static void no_character_is_split_where_a_line_is_long(void)
{
    for (size_t front = 250; front < 260; front++) {
        char line[600];
        memset(line, 'a', front);
        memcpy(line + front, "\xf0\x9f\x90\x90", 4);
        memset(line + front + 4, 'b', 300);
        const char *shown = printed(line, front + 304);
        CHECK_INT(strlen(shown), front + 305);
        CHECK(memcmp(shown, line, front + 304) == 0);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(an_error_is_taken_apart),
        TEST(a_file_has_any_name),
        TEST(a_sentence_may_end_in_parentheses),
        TEST(what_is_no_error_is_none),
        TEST(what_a_plugin_says_is_no_error_of_the_files),
        TEST(what_the_eye_does_not_see_is_escaped),
        TEST(long_texts_are_cut),
        TEST(no_mutation_is_read_beyond_its_end),
        TEST(each_line_is_handed_on_once),
        TEST(errors_are_kept_until_they_are_cleared),
        TEST(warnings_are_only_handed_on),
        TEST(more_than_there_is_room_for_are_counted),
        TEST(a_long_line_comes_in_pieces_and_is_no_error),
        TEST(a_line_of_just_that_length_is_one),
        TEST(a_pipe_is_read_until_nobody_writes),
        TEST(a_terminal_obeys_nothing_of_it),
        TEST(no_character_is_split_where_a_line_is_long),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
