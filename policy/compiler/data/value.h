/*
 * One type for what JSON, JSON5 and TOML files hold, each value with its file and line, so that the
 * rest of the compiler sees none of the formats. Values are linked, belong to the arena and never
 * change once read.
 */
#pragma once

#include "policy/compiler/data/report.h"

enum {
    TB_FILE_MAX = 16 * 1024 * 1024, /* bytes of one file */
    TB_TREE_DEPTH = 127,            /* lists and maps inside each other, as in Tauri's JSON */
    TB_TREE_NODES = 1024 * 1024,    /* values in one file */
};

/* Single bits, so that a field can name several that it takes. */

enum tb_value_type {
    TB_VALUE_NULL = 1,
    TB_VALUE_BOOL = 2,
    TB_VALUE_INT = 4,
    TB_VALUE_REAL = 8,
    TB_VALUE_STRING = 16,
    TB_VALUE_LIST = 32,
    TB_VALUE_MAP = 64,
};

enum { TB_VALUE_ANY = 127 }; /* a mask of all */

struct tb_value {
    enum tb_value_type type;
    unsigned made_by; /* the TOML reader's: how a table came to be */
    unsigned depth;
    struct tb_place place;
    struct tb_bytes key; /* in a map */
    bool boolean;
    int64_t integer;
    double real;
    struct tb_bytes string;
    struct tb_value *child; /* of lists and maps: all of them, duplicate keys of a map too */
    struct tb_value *last;
    struct tb_value *next;
    size_t n;
};

struct tb_tree {
    struct tb_report *report;
    const char *file;
    struct tb_value *root;
    size_t n_nodes;
};

enum tb_format { TB_FORMAT_NONE, TB_FORMAT_JSON, TB_FORMAT_JSON5, TB_FORMAT_TOML };

/* By the end of a file's name. */
enum tb_format tb_format_of(const char *name);

/* A file's text as a tree, NULL when it is not in the format (the report has it). The text may go
 * when this returns. */
struct tb_value *tb_value_read(struct tb_report *report, enum tb_format format, const char *file,
                               struct tb_bytes text);

/* ---- for the readers: json.c, toml.c ---- */

/* False: tb_tree_fail has been called. */
bool tb_json_read(struct tb_tree *tree, struct tb_bytes text, bool json5);
bool tb_toml_read(struct tb_tree *tree, struct tb_bytes text);

/* Adds a value to `parent` (a list, or a map under `key`, which is kept); parent NULL: the root.
 * NULL when the document has too many values or is too deep; then tb_tree_fail has been called. */
struct tb_value *tb_tree_add(struct tb_tree *tree, struct tb_value *parent, struct tb_bytes key,
                             uint32_t line, enum tb_value_type type);
void tb_tree_fail(struct tb_tree *tree, uint32_t line, const char *message);

/* The bytes of one code point, at most 4; how many. */
size_t tb_utf8_put(uint32_t code, uint8_t out[static 4]);
int tb_hex_digit(int c); /* -1: none */

/* ---- for all ---- */

/*
 * Keys that a JSON map holds twice. Tauri reads most files by way of a map, in which the last one
 * wins; but a list of capabilities, and a permission file, straight into its own types, where a
 * second `identifier` is an error. Those types end four lists and maps deep in either: below are
 * values of scopes, which are maps again. So a second key is an error in members at most
 * `strict_depth` deep (for TB_DUPLICATES_TYPED: if the types have it), and elsewhere a warning, and
 * only the last one stays in the map.
 */
enum { TB_DUPLICATES_LAST_WINS = 0, TB_DUPLICATES_TYPED = 4, TB_DUPLICATES_ERROR = TB_TREE_DEPTH };
void tb_value_settle_duplicates(struct tb_report *report, struct tb_value *root,
                                unsigned strict_depth);

const char *tb_value_type_name(enum tb_value_type type);

/* A known key of a map. `types` is a mask; a null that the mask allows counts as absent. */
struct tb_want {
    const char *key;
    unsigned types;
    const struct tb_value **ret; /* NULL where absent or wrong */
    bool required;
};

enum tb_unknown_keys { TB_UNKNOWN_ERROR, TB_UNKNOWN_WARN };

/* Reads a map by a table of its keys and reports unknown keys, missing ones and wrong types. `what`
 * names the map in messages. False if anything was an error. */
bool tb_value_fields(struct tb_report *report, const struct tb_value *map, const char *what,
                     const struct tb_want *wants, size_t n_wants, enum tb_unknown_keys unknown);

/* Whether every element of a list is a string; reports those that are not. NULL: yes. */
bool tb_value_strings(struct tb_report *report, const struct tb_value *list, const char *what);
