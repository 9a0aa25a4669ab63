/* The path plugin's texts. What is expected is what Tauri 2.12 answers on Linux. */
#include "base/compiler.h"
#include "plugins/path/text.h"
#include "tests/unit/test.h"

enum { LENGTH_MAX = 300 };

static char shown[LENGTH_MAX + 1];

static const char *show(struct tb_bytes text)
{
    CHECK(text.n <= LENGTH_MAX);
    if (text.n > 0)
        memcpy(shown, text.data, text.n);
    shown[text.n] = 0;
    return shown;
}

/* What a function makes, at most `max` bytes long; NULL if it makes nothing. */
static const char *made(bool (*make)(struct tb_buffer *out, struct tb_bytes path), size_t max,
                        const char *path)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    tb_buffer_init(&out, max);
    return make(&out, tb_bytes_of_string(path)) ? show(tb_buffer_bytes(&out)) : NULL;
}

static const char *part(bool (*find)(struct tb_bytes path, struct tb_bytes *ret_part),
                        const char *path)
{
    struct tb_bytes found;
    return find(tb_bytes_of_string(path), &found) ? show(found) : "none";
}

struct row {
    const char *path;
    const char *expected;
};

static void paths_are_normalized(void)
{
    static const struct row rows[] = {
        {"", ""},           {".", "."},          {"..", ".."},
        {"./", "/"},        {"../", "/"},        {"../..", ""},
        {"a/..", ""},       {"/", "//"},         {"/..", "/"},
        {"/../..", "/"},    {"/../a", "/a"},     {"a", "a"},
        {"./a", "a"},       {"../a", "a"},       {"a/", "a/"},
        {"a//", "a/"},      {"a//b", "a/b"},     {"a/./b", "a/b"},
        {"a/b/..", "a"},    {"a/b/../", "a/"},   {"/a/b/../../..", "/"},
        {"//a", "/a"},      {"/a/../b/", "/b/"}, {"a/.../b", "a/.../b"},
        {"a\\", "a\\/"},    {"a\\/b", "a\\b"},   {"a\\/b/..", ""},
        {"/a\\/b/..", "/"}, {"/\\", "/\\/"},     {"c:\\a", "c:\\a"},
        {"a b/ü", "a b/ü"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++)
        CHECK_STR(made(path_normalize, LENGTH_MAX, rows[i].path), rows[i].expected);
}

static void paths_are_joined(void)
{
    static const struct {
        const char *paths[4];
        const char *expected;
    } rows[] = {
        {{NULL}, "."},
        {{""}, "."},
        {{"", ""}, "."},
        {{"a"}, "a"},
        {{"", "a"}, "a"},
        {{"a", "b"}, "a/b"},
        {{"a", "", "b"}, "a/b"},
        {{"a", "/b", "c"}, "a/b/c"},
        {{"a", "b/c", "d"}, "a/b/c/d"},
        {{"a/", "b"}, "a/b"},
        {{"/"}, "/"},
        {{"/", ".."}, "/"},
        {{"/", "a"}, "/a"},
        {{"/a", "..", "..", "b"}, "/b"},
        {{"a", ".."}, "."},
        {{"..", "a"}, "a"},
        {{".", "./"}, "."},
        {{"a\\", "b"}, "a\\b"},
        {{"a\\", "..", "b"}, "a\\../b"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
        struct tb_bytes paths[4];
        size_t n = 0;
        while (n < 4 && rows[i].paths[n]) {
            paths[n] = tb_bytes_of_string(rows[i].paths[n]);
            n++;
        }
        tb_buffer_init(&out, LENGTH_MAX);
        CHECK(path_join(&out, paths, n));
        CHECK_STR(show(tb_buffer_bytes(&out)), rows[i].expected);
    }
}

static void parents_are_found(void)
{
    static const struct row rows[] = {
        {"", "none"},      {"/", "none"},   {"//", "none"},  {"/.", "none"},      {"/./.", "none"},
        {"a", ""},         {".", ""},       {"./", ""},      {"..", ""},          {"/a", "/"},
        {"/a/", "/"},      {"//a", "/"},    {"///a", "/"},   {"/..", "/"},        {"a/b", "a"},
        {"a/b/", "a"},     {"a/b//", "a"},  {"a//b", "a"},   {"a/./b", "a"},      {"a/b/.", "a"},
        {"a/b/..", "a/b"}, {"../..", ".."}, {"./a", "."},    {".//a", "."},       {"././a", "."},
        {"./.", ""},       {".a/b", ".a"},  {"/a//b", "/a"}, {"/a/./b/./", "/a"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++)
        CHECK_STR(part(path_parent, rows[i].path), rows[i].expected);
}

static void names_are_found(void)
{
    static const struct row rows[] = {
        {"", "none"},     {"/", "none"},    {".", "none"},     {"./", "none"}, {"..", "none"},
        {"a/..", "none"}, {"/..", "none"},  {"a", "a"},        {"a/", "a"},    {"a/.", "a"},
        {"a//./", "a"},   {"/a", "a"},      {"/a/b.c", "b.c"}, {"./a", "a"},   {"...", "..."},
        {".a", ".a"},     {"a\\b", "a\\b"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++)
        CHECK_STR(part(path_name, rows[i].path), rows[i].expected);
}

static void extensions_are_found(void)
{
    static const struct row rows[] = {
        {"", "none"},      {"/", "none"},    {"a", "none"},     {".a", "none"}, {"..", "none"},
        {"a.b/c", "none"}, {"a.b", "b"},     {"a.b.c", "c"},    {"a.", ""},     {"..a", "a"},
        {".a.b", "b"},     {"/x/a.b/", "b"}, {"/x/a.b/.", "b"}, {"a. b", " b"}, {"...", ""},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++)
        CHECK_STR(part(path_extension, rows[i].path), rows[i].expected);
}

static void folders_lead_to_paths(void)
{
    static const struct {
        const char *base;
        const char *path;
        const char *below;
        const char *resource;
    } rows[] = {
        {"/h", "", "/h/", "/h/"},
        {"/h", "a", "/h/a", "/h/a"},
        {"/h", "a/", "/h/a/", "/h/a"},
        {"/h", "./a//b", "/h/./a//b", "/h/a/b"},
        {"/h", "../a", "/h/../a", "/h/_up_/a"},
        {"/h", "a/..", "/h/a/..", "/h/a/_up_"},
        {"/h", "/a", "/a", "/h/_root_/a"},
        {"/h", "/", "/", "/h/_root_"},
        {"/h", "/../a", "/../a", "/h/_root_/_up_/a"},
        {"/", "a", "/a", "/a"},
        {"/", "", "/", "/"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        tb_cleanup(tb_buffer_deinit) struct tb_buffer below;
        tb_cleanup(tb_buffer_deinit) struct tb_buffer resource;
        struct tb_bytes base = tb_bytes_of_string(rows[i].base);
        tb_buffer_init(&below, LENGTH_MAX);
        tb_buffer_init(&resource, LENGTH_MAX);
        CHECK(path_below(&below, base, tb_bytes_of_string(rows[i].path)));
        CHECK_STR(show(tb_buffer_bytes(&below)), rows[i].below);
        CHECK(path_resource(&resource, base, tb_bytes_of_string(rows[i].path)));
        CHECK_STR(show(tb_buffer_bytes(&resource)), rows[i].resource);
    }
}

static void what_is_added_goes_behind(void)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    tb_buffer_init(&out, LENGTH_MAX);
    CHECK(path_add(&out, tb_bytes_of_string("/a/b")));
    CHECK(path_add(&out, tb_bytes_of_string("../c\\")));
    CHECK(path_add(&out, tb_bytes_of_string("d/./")));
    CHECK_STR(show(tb_buffer_bytes(&out)), "/a/c\\/d");
}

static void nothing_grows_beyond_its_buffer(void)
{
    CHECK_STR(made(path_normalize, 3, "a/b"), "a/b");
    CHECK(!made(path_normalize, 2, "a/b"));
    CHECK(!made(path_normalize, 3, "a/b/"));
    CHECK(!made(path_normalize, 1, "/"));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(paths_are_normalized),      TEST(paths_are_joined),
        TEST(parents_are_found),         TEST(names_are_found),
        TEST(extensions_are_found),      TEST(folders_lead_to_paths),
        TEST(what_is_added_goes_behind), TEST(nothing_grows_beyond_its_buffer),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
