/*
 * One type for what JSON and TOML files hold, each value with its file and line, so that the rest
 * of the compiler sees neither format. Values are linked, belong to the arena and never change once
 * read.
 */
#pragma once

#include "policy/compiler/report.h"
#include "policy/compiler/tree.h"

struct tb_value {
    enum tb_value_type type;
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

/* A file's text as a tree, NULL when it is not in the format (the report has it). */
const struct tb_value *tb_value_read_json(struct tb_report *report, const char *file,
                                          struct tb_bytes text);
const struct tb_value *tb_value_read_toml(struct tb_report *report, const char *file,
                                          struct tb_bytes text);

/* In JSON's own reader (json.c). False: tb_tree_fail has been called. */
bool tb_json_read(struct tb_tree *tree, struct tb_bytes text);

/* Reports every key that a map holds twice. Tauri takes the last; tb_value_fields does so too. */
void tb_value_refuse_duplicates(struct tb_report *report, const struct tb_value *value);

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
