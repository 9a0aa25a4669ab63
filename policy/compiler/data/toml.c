/*
 * The TOML reader: TOML 1.1, which is what Tauri 2.12 reads.
 *
 * What may add to a table depends on how the table came to be, which it keeps in `made_by`: a
 * header may define what so far was only on the way to another header; a dotted key may add to what
 * a dotted key made; an inline table is closed.
 */
#include "policy/compiler/data/toml.h"

enum { PARTS_MAX = 80, VALUE_DEPTH = 80 };

enum made_by {
    BY_VALUE = 0, /* an inline table, or a list of values: closed */
    BY_WAY,       /* on the way to a header's table */
    BY_HEADER,
    BY_KEY,     /* on the way to a dotted key's value */
    BY_HEADERS, /* a list of the tables of [[headers]] */
};

struct key {
    struct tb_bytes parts[PARTS_MAX];
    size_t n;
    uint32_t line;
};

static bool read_value(struct tb_toml *reader, struct tb_value *parent, struct tb_bytes key,
                       uint32_t line);

/* ---- blanks ---- */

bool tb_toml_newline(struct tb_toml *reader)
{
    if (!tb_toml_take_all(reader, "\r\n") && !tb_toml_take(reader, '\n'))
        return false;
    reader->line++;
    return true;
}

static void skip_blanks(struct tb_toml *reader)
{
    while (tb_toml_take(reader, ' ') || tb_toml_take(reader, '\t'))
        continue;
}

/* A comment up to its line's end. True also where there is none. */
static bool skip_comment(struct tb_toml *reader)
{
    if (!tb_toml_take(reader, '#'))
        return true;
    for (int c = tb_toml_peek(reader); c >= 0 && c != '\n'; c = tb_toml_peek(reader)) {
        bool line_end = c == '\r' && reader->p + 1 < reader->end && reader->p[1] == '\n';
        if (line_end)
            return true;
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return tb_toml_fail(reader, "a control character in a comment");
        reader->p++;
    }
    return true;
}

/* Inside a list or an inline table lines may end anywhere. */
static bool skip_lines(struct tb_toml *reader)
{
    do {
        skip_blanks(reader);
        if (!skip_comment(reader))
            return false;
    } while (tb_toml_newline(reader));
    return true;
}

static bool end_line(struct tb_toml *reader)
{
    skip_blanks(reader);
    if (!skip_comment(reader))
        return false;
    if (tb_toml_newline(reader) || reader->p == reader->end)
        return true;
    return tb_toml_fail(reader, "something behind the end of a value or header in this line");
}

/* ---- keys ---- */

static bool is_bare(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
}

static bool read_part(struct tb_toml *reader, struct tb_bytes *ret_part)
{
    int c = tb_toml_peek(reader);
    if (c == '"' || c == '\'')
        return tb_toml_string(reader, false, ret_part);
    const uint8_t *from = reader->p;
    while (is_bare(tb_toml_peek(reader)))
        reader->p++;
    if (reader->p == from)
        return tb_toml_fail(reader, "a key is missing: letters, digits, `_` and `-`, or a string");
    *ret_part =
        tb_arena_copy(reader->tree->report->arena, tb_bytes_of(from, (size_t)(reader->p - from)));
    return true;
}

static bool read_key(struct tb_toml *reader, struct key *ret_key)
{
    ret_key->n = 0;
    ret_key->line = reader->line;
    do {
        skip_blanks(reader);
        if (ret_key->n == PARTS_MAX)
            return tb_toml_fail(reader, "a key with more than 80 parts");
        if (!read_part(reader, &ret_key->parts[ret_key->n]))
            return false;
        ret_key->n++;
        skip_blanks(reader);
    } while (tb_toml_take(reader, '.'));
    return true;
}

static struct tb_value *find(const struct tb_toml *reader, const struct tb_value *table,
                             struct tb_bytes key)
{
    return tb_table_find_of(&reader->keys, table, key);
}

/* Every value that comes into a table comes through here. */
static struct tb_value *note(struct tb_toml *reader, struct tb_value *table, struct tb_value *child)
{
    if (child && table->type == TB_VALUE_MAP)
        tb_table_put_of(reader->tree->report->arena, &reader->keys, table, child->key, child);
    return child;
}

static struct tb_value *refuse(struct tb_toml *reader, const struct key *key,
                               const struct tb_value *there)
{
    struct tb_report *report = reader->tree->report;
    tb_report_error(report, "syntax", (struct tb_place){reader->tree->file, key->line},
                    "`%.*s` is defined already, in line %u", TB_SHOWN(there->key),
                    there->place.line);
    return NULL;
}

static struct tb_value *add_child(struct tb_toml *reader, struct tb_value *table,
                                  struct tb_bytes name, uint32_t line, enum tb_value_type type,
                                  enum made_by made_by)
{
    struct tb_value *child = tb_tree_add(reader->tree, table, name, line, type);
    if (child)
        child->made_by = made_by;
    return note(reader, table, child);
}

/* ---- lists and inline tables ---- */

/* From a table to the one that the last part of a dotted key is put into. */
static struct tb_value *walk_key(struct tb_toml *reader, struct tb_value *table,
                                 const struct key *key)
{
    for (size_t i = 0; i + 1 < key->n; i++) {
        struct tb_value *child = find(reader, table, key->parts[i]);
        if (child && child->made_by != BY_KEY && child->made_by != BY_WAY)
            return refuse(reader, key, child);
        if (child)
            child->made_by = BY_KEY;
        table = child ? child
                      : add_child(reader, table, key->parts[i], key->line, TB_VALUE_MAP, BY_KEY);
        if (!table)
            return NULL;
    }
    struct tb_value *there = find(reader, table, key->parts[key->n - 1]);
    return there ? refuse(reader, key, there) : table;
}

/* Inside a list or an inline table lines may end anywhere but in a key. */
static bool skip_around_equals(struct tb_toml *reader)
{
    if (reader->depth > 0)
        return skip_lines(reader);
    skip_blanks(reader);
    return true;
}

/* `key = value` */
static bool read_pair(struct tb_toml *reader, struct tb_value *table)
{
    struct key key;
    if (!read_key(reader, &key) || !skip_around_equals(reader))
        return false;
    if (!tb_toml_take(reader, '='))
        return tb_toml_fail(reader, "a key must be followed by `=`");
    if (!skip_around_equals(reader))
        return false;
    table = walk_key(reader, table, &key);
    if (!table || !read_value(reader, table, key.parts[key.n - 1], key.line))
        return false;
    return note(reader, table, table->last) != NULL;
}

static bool read_inline(struct tb_toml *reader, struct tb_value *table)
{
    do {
        if (!skip_lines(reader))
            return false;
        if (tb_toml_take(reader, '}'))
            return true;
        if (!read_pair(reader, table) || !skip_lines(reader))
            return false;
    } while (tb_toml_take(reader, ','));
    if (tb_toml_take(reader, '}'))
        return true;
    return tb_toml_fail(reader, "a comma or `}` is missing in a table");
}

static bool read_list(struct tb_toml *reader, struct tb_value *list)
{
    do {
        if (!skip_lines(reader))
            return false;
        if (tb_toml_take(reader, ']'))
            return true;
        if (!read_value(reader, list, (struct tb_bytes){0}, reader->line) || !skip_lines(reader))
            return false;
    } while (tb_toml_take(reader, ','));
    if (tb_toml_take(reader, ']'))
        return true;
    return tb_toml_fail(reader, "a comma or `]` is missing in a list");
}

static bool read_string(struct tb_toml *reader, struct tb_value *parent, struct tb_bytes key,
                        uint32_t line)
{
    struct tb_bytes text;
    if (!tb_toml_string(reader, true, &text))
        return false;
    struct tb_value *value = tb_tree_add(reader->tree, parent, key, line, TB_VALUE_STRING);
    if (value)
        value->string = text;
    return value != NULL;
}

static bool read_value(struct tb_toml *reader, struct tb_value *parent, struct tb_bytes key,
                       uint32_t line)
{
    int c = tb_toml_peek(reader);
    if (c == '"' || c == '\'')
        return read_string(reader, parent, key, line);
    if (c != '[' && c != '{')
        return tb_toml_scalar(reader, parent, key, line);
    if (reader->depth == VALUE_DEPTH)
        return tb_toml_fail(reader, "more than 80 lists and tables inside each other");
    reader->p++;
    struct tb_value *value =
        tb_tree_add(reader->tree, parent, key, line, c == '[' ? TB_VALUE_LIST : TB_VALUE_MAP);
    if (!value)
        return false;
    reader->depth++;
    bool ok = c == '[' ? read_list(reader, value) : read_inline(reader, value);
    reader->depth--;
    return ok;
}

/* ---- headers ---- */

/* To the table in which the last part of a header's key is defined. */
static struct tb_value *walk_header(struct tb_toml *reader, struct tb_value *table,
                                    const struct key *key)
{
    for (size_t i = 0; i + 1 < key->n; i++) {
        struct tb_value *child = find(reader, table, key->parts[i]);
        if (!child)
            child = add_child(reader, table, key->parts[i], key->line, TB_VALUE_MAP, BY_WAY);
        else if (child->made_by == BY_VALUE)
            return refuse(reader, key, child);
        if (!child)
            return NULL;
        table = child->made_by == BY_HEADERS ? child->last : child;
    }
    return table;
}

static struct tb_value *define_table(struct tb_toml *reader, struct tb_value *in,
                                     const struct key *key)
{
    struct tb_bytes name = key->parts[key->n - 1];
    struct tb_value *there = find(reader, in, name);
    if (!there)
        return add_child(reader, in, name, key->line, TB_VALUE_MAP, BY_HEADER);
    if (there->made_by != BY_WAY)
        return refuse(reader, key, there);
    there->made_by = BY_HEADER;
    there->place.line = key->line;
    return there;
}

static struct tb_value *append_table(struct tb_toml *reader, struct tb_value *in,
                                     const struct key *key)
{
    struct tb_bytes name = key->parts[key->n - 1];
    struct tb_value *list = find(reader, in, name);
    if (!list)
        list = add_child(reader, in, name, key->line, TB_VALUE_LIST, BY_HEADERS);
    else if (list->made_by != BY_HEADERS)
        return refuse(reader, key, list);
    return list ? add_child(reader, list, (struct tb_bytes){0}, key->line, TB_VALUE_MAP, BY_HEADER)
                : NULL;
}

/* Behind the first bracket. NULL: told. */
static struct tb_value *read_header(struct tb_toml *reader, struct tb_value *root)
{
    struct key key;
    bool append = tb_toml_take(reader, '[');
    if (!read_key(reader, &key))
        return NULL;
    if (!tb_toml_take_all(reader, append ? "]]" : "]")) {
        tb_toml_fail(reader, append ? "a header [[name]] without its `]]`"
                                    : "a header [name] without its `]`");
        return NULL;
    }
    struct tb_value *in = walk_header(reader, root, &key);
    if (!in)
        return NULL;
    return append ? append_table(reader, in, &key) : define_table(reader, in, &key);
}

bool tb_toml_read(struct tb_tree *tree, struct tb_bytes text)
{
    struct tb_toml reader = {.tree = tree, .p = text.data, .end = text.data + text.n, .line = 1};
    struct tb_value *root = tb_tree_add(tree, NULL, (struct tb_bytes){0}, 1, TB_VALUE_MAP);
    struct tb_value *table = root;
    root->made_by = BY_HEADER;
    tb_toml_take_all(&reader, "\xef\xbb\xbf");
    while (reader.p < reader.end) {
        bool ok = true;
        skip_blanks(&reader);
        int c = tb_toml_peek(&reader);
        if (tb_toml_take(&reader, '['))
            ok = (table = read_header(&reader, root)) != NULL;
        else if (c >= 0 && c != '#' && c != '\n' && c != '\r')
            ok = read_pair(&reader, table);
        if (!ok || !end_line(&reader))
            return false;
    }
    return true;
}
