#include "policy/compiler/merge.h"
#include "tests/unit/test.h"

struct text {
    char bytes[512];
    size_t n;
};

static void put(struct text *text, struct tb_bytes some)
{
    CHECK(some.n < sizeof text->bytes - text->n);
    if (some.n > 0)
        memcpy(text->bytes + text->n, some.data, some.n);
    text->n += some.n;
}

static void put_string(struct text *text, const char *some)
{
    put(text, tb_bytes_of_string(some));
}

static void put_quoted(struct text *text, struct tb_bytes some)
{
    put_string(text, "'");
    put(text, some);
    put_string(text, "'");
}

static void dump(struct text *text, const struct tb_value *value);

static void dump_children(struct text *text, const struct tb_value *value)
{
    size_t n = 0;
    for (const struct tb_value *child = value->child; child; child = child->next, n++) {
        put_string(text, n > 0 ? "," : "");
        if (value->type == TB_VALUE_MAP) {
            put_quoted(text, child->key);
            put_string(text, ":");
        }
        dump(text, child);
    }
    CHECK_INT(value->n, n);
    CHECK(n > 0 ? value->last && !value->last->next : !value->last);
}

/* As JSON without blanks, with single quotes. */
static void dump(struct text *text, const struct tb_value *value)
{
    char number[32];
    bool map = value->type == TB_VALUE_MAP;
    (void)snprintf(number, sizeof number, "%lld", (long long)value->integer);
    if (value->type >= TB_VALUE_LIST) {
        put_string(text, map ? "{" : "[");
        dump_children(text, value);
        put_string(text, map ? "}" : "]");
    } else if (value->type == TB_VALUE_STRING) {
        put_quoted(text, value->string);
    } else {
        put_string(text, value->type == TB_VALUE_NULL ? "null" : number);
    }
}

static struct tb_value *read_text(struct tb_report *report, const char *text)
{
    struct tb_value *value =
        tb_value_read(report, TB_FORMAT_JSON5, "a.json5", tb_bytes_of_string(text));
    CHECK(value);
    return value;
}

/* The examples of RFC 7396, appendix A, and some of our own. */
static const struct {
    const char *target;
    const char *patch;
    const char *merged;
} examples[] = {
    {"{a:'b'}", "{a:'c'}", "{'a':'c'}"},
    {"{a:'b'}", "{b:'c'}", "{'a':'b','b':'c'}"},
    {"{a:'b'}", "{a:null}", "{}"},
    {"{a:'b',b:'c'}", "{a:null}", "{'b':'c'}"},
    {"{a:['b']}", "{a:'c'}", "{'a':'c'}"},
    {"{a:'c'}", "{a:['b']}", "{'a':['b']}"},
    {"{a:{b:'c'}}", "{a:{b:'d',c:null}}", "{'a':{'b':'d'}}"},
    {"{a:[{b:'c'}]}", "{a:[1]}", "{'a':[1]}"},
    {"['a','b']", "['c','d']", "['c','d']"},
    {"{a:'b'}", "['c']", "['c']"},
    {"{a:'foo'}", "null", "null"},
    {"{a:'foo'}", "'bar'", "'bar'"},
    {"{e:null}", "{a:1}", "{'e':null,'a':1}"},
    {"[1,2]", "{a:'b',c:null}", "{'a':'b'}"},
    {"{}", "{a:{bb:{ccc:null}}}", "{'a':{'bb':{}}}"},
    {"{a:1,b:2,c:3}", "{c:null,a:null,b:null}", "{}"},
    {"{a:1,b:2,c:3}", "{c:4,d:{e:null,f:5},b:null}", "{'a':1,'c':4,'d':{'f':5}}"},
    {"{a:{b:{c:1,d:2}},z:0}", "{a:{b:{c:null}}}", "{'a':{'b':{'d':2}},'z':0}"},
    {"{a:null}", "{a:{b:null}}", "{'a':{}}"},
};

static void merges(void)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(examples); i++) {
        struct tb_arena arena = {0};
        struct tb_report report = {.arena = &arena, .silent = true};
        struct text text = {{0}, 0};
        struct tb_value *target = read_text(&report, examples[i].target);
        dump(&text, tb_value_merge(&arena, target, read_text(&report, examples[i].patch)));
        CHECK_STR(text.bytes, examples[i].merged);
        tb_arena_deinit(&arena);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {TEST(merges)};
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
