#include "policy/compiler/data/value.h"

#include "policy/compiler/data/unknown.h"

#include <stdio.h>

struct tb_value *tb_tree_add(struct tb_tree *tree, struct tb_value *parent, struct tb_bytes key,
                             uint32_t line, enum tb_value_type type)
{
    unsigned depth = parent ? parent->depth + 1 : 0;
    if (++tree->n_nodes > TB_TREE_NODES) {
        tb_tree_fail(tree, line, "more than 1048576 values in one file: split it");
        return NULL;
    }
    if (depth >= TB_TREE_DEPTH && type >= TB_VALUE_LIST) {
        tb_tree_fail(tree, line, "nested too deep");
        return NULL;
    }
    struct tb_value *value = TB_NEW(tree->report->arena, struct tb_value);
    value->type = type;
    value->depth = depth;
    value->place = (struct tb_place){tree->file, line};
    value->key = key;
    if (!parent)
        tree->root = value;
    else if (parent->last)
        parent->last->next = value;
    else
        parent->child = value;
    if (parent) {
        parent->last = value;
        parent->n++;
    }
    return value;
}

void tb_tree_fail(struct tb_tree *tree, uint32_t line, const char *message)
{
    tb_report_error(tree->report, "syntax", (struct tb_place){tree->file, line}, "%s", message);
}

size_t tb_utf8_put(uint32_t code, uint8_t out[static 4])
{
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; code >>= 6)
        out[i] = (uint8_t)(0x80 | (code & 63));
    out[0] = (uint8_t)(leads[n] | code);
    return n;
}

int tb_hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool is_text(struct tb_tree *tree, struct tb_bytes text)
{
    if (tb_utf8_valid(text))
        return true;
    tb_tree_fail(tree, 0, "not UTF-8 text");
    return false;
}

enum tb_format tb_format_of(const char *name)
{
    static const struct {
        const char *end;
        enum tb_format format;
    } ends[] = {{".json", TB_FORMAT_JSON}, {".json5", TB_FORMAT_JSON5}, {".toml", TB_FORMAT_TOML}};
    size_t n = strlen(name);
    for (size_t i = 0; i < TB_ARRAY_LEN(ends); i++) {
        size_t n_end = strlen(ends[i].end);
        if (n > n_end && strcmp(name + n - n_end, ends[i].end) == 0)
            return ends[i].format;
    }
    return TB_FORMAT_NONE;
}

struct tb_value *tb_value_read(struct tb_report *report, enum tb_format format, const char *file,
                               struct tb_bytes text)
{
    struct tb_tree tree = {.report = report, .file = file};
    tb_assert(format != TB_FORMAT_NONE);
    if (!is_text(&tree, text))
        return NULL;
    bool ok = format == TB_FORMAT_TOML ? tb_toml_read(&tree, text)
                                       : tb_json_read(&tree, text, format == TB_FORMAT_JSON5);
    return ok ? tree.root : NULL;
}

const char *tb_value_type_name(enum tb_value_type type)
{
    switch (type) {
    case TB_VALUE_NULL:
        return "null";
    case TB_VALUE_BOOL:
        return "true or false";
    case TB_VALUE_INT:
        return "an integer";
    case TB_VALUE_REAL:
        return "a fraction";
    case TB_VALUE_STRING:
        return "a string";
    case TB_VALUE_LIST:
        return "a list";
    case TB_VALUE_MAP:
        return "a table";
    }
    return "a value";
}

/* Lists in messages, on the stack: a file may hold a million keys that nobody knows. */
struct words {
    char text[512];
    size_t n;
};

static void add_word(struct words *words, const char *separator, const char *word)
{
    size_t room = sizeof words->text - words->n;
    int r = snprintf(words->text + words->n, room, "%s%s", words->n > 0 ? separator : "", word);
    words->n += r > 0 && (size_t)r < room ? (size_t)r : 0;
}

/* "a string or a table" */
static struct words types_text(unsigned types)
{
    struct words words = {.n = 0};
    for (unsigned type = TB_VALUE_BOOL; type <= TB_VALUE_MAP; type *= 2)
        if (types & type)
            add_word(&words, " or ", tb_value_type_name((enum tb_value_type)type));
    return words;
}

static struct words known_keys(const struct tb_want *wants, size_t n)
{
    struct words words = {.n = 0};
    for (size_t i = 0; i < n; i++)
        add_word(&words, ", ", wants[i].key);
    return words;
}

static bool refuse_unknown(struct tb_report *report, const struct tb_value *value, const char *what,
                           const struct words *known, enum tb_unknown_keys unknown)
{
    if (unknown == TB_UNKNOWN_ERROR)
        tb_report_error(report, "unknown-key", value->place, "%s has no key `%.*s`; it takes %s",
                        what, TB_SHOWN(value->key), known->text);
    else if (!tb_bytes_are(value->key, "$schema"))
        tb_unknown_tell(report, value, what, known->text);
    return unknown != TB_UNKNOWN_ERROR;
}

static bool take(struct tb_report *report, const struct tb_value *value, const char *what,
                 const struct tb_want *want)
{
    *want->ret = NULL;
    if (value->type & want->types) {
        if (value->type != TB_VALUE_NULL)
            *want->ret = value;
        return true;
    }
    tb_report_error(report, "type", value->place, "`%s` in %s must be %s, not %s", want->key, what,
                    types_text(want->types).text, tb_value_type_name(value->type));
    return false;
}

bool tb_value_fields(struct tb_report *report, const struct tb_value *map, const char *what,
                     const struct tb_want *wants, size_t n_wants, enum tb_unknown_keys unknown)
{
    bool ok = true;
    bool seen[32] = {false};
    struct words known = {.n = 0};
    tb_assert(n_wants <= TB_ARRAY_LEN(seen));
    for (size_t i = 0; i < n_wants; i++)
        *wants[i].ret = NULL;
    for (const struct tb_value *value = map->child; value; value = value->next) {
        size_t i = 0;
        while (i < n_wants && !tb_bytes_are(value->key, wants[i].key))
            i++;
        if (i == n_wants) {
            if (known.n == 0)
                known = known_keys(wants, n_wants);
            ok = refuse_unknown(report, value, what, &known, unknown) && ok;
            continue;
        }
        seen[i] = true;
        ok = take(report, value, what, &wants[i]) && ok;
    }
    for (size_t i = 0; i < n_wants; i++) {
        if (seen[i] || !wants[i].required)
            continue;
        tb_report_error(report, "missing-key", map->place, "%s needs the key `%s`: %s", what,
                        wants[i].key, types_text(wants[i].types).text);
        ok = false;
    }
    return ok;
}

bool tb_value_strings(struct tb_report *report, const struct tb_value *list, const char *what)
{
    bool ok = true;
    for (const struct tb_value *item = list ? list->child : NULL; item; item = item->next) {
        if (item->type == TB_VALUE_STRING)
            continue;
        tb_report_error(report, "type", item->place, "each entry of %s must be a string, not %s",
                        what, tb_value_type_name(item->type));
        ok = false;
    }
    return ok;
}
