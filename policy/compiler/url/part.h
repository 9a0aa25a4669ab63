/*
 * A component of a URL pattern as a list of parts: fixed text, and groups that match more than one
 * text. From the list comes the regular expression that decides, and the pattern's one written
 * form.
 */
#pragma once

#include "policy/compiler/url/canonical.h"

enum {
    TB_URL_PATTERN_MAX = 4096, /* bytes */
    TB_URL_GROUPS_MAX = 256,   /* in one component */
};

enum tb_url_part_type {
    TB_PART_FIXED,
    TB_PART_REGEXP,
    TB_PART_SEGMENT, /* `:name`: up to the next delimiter */
    TB_PART_FULL,    /* `*` */
};

struct tb_url_part {
    enum tb_url_part_type type;
    char modifier; /* 0, `?`, `*` or `+` */
    struct tb_bytes value;
    struct tb_bytes name; /* a group's: `0`, `1`, ... where none is written */
    struct tb_bytes prefix;
    struct tb_bytes suffix;
};

struct tb_url_parts {
    struct tb_url_part *items;
    size_t n;
    size_t n_groups;
};

/* What differs between components. */
struct tb_url_part_rules {
    tb_url_canonical *canonical;
    char delimiter; /* 0: none */
    char prefix;    /* 0: none */
    bool ignore_case;
};

/* NULL, or what is wrong and what to write. */
tb_must_check const char *tb_url_parts_parse(struct tb_arena *arena, struct tb_bytes text,
                                             const struct tb_url_part_rules *rules,
                                             struct tb_url_parts *ret_parts);

struct tb_bytes tb_url_parts_regexp(struct tb_arena *arena, const struct tb_url_parts *parts,
                                    const struct tb_url_part_rules *rules);
struct tb_bytes tb_url_parts_write(struct tb_arena *arena, const struct tb_url_parts *parts,
                                   const struct tb_url_part_rules *rules);

/* What `:name` matches, as a regular expression. */
struct tb_bytes tb_url_segment_regexp(struct tb_arena *arena,
                                      const struct tb_url_part_rules *rules);
