/*
 * What a command's args may look like: docs/rules.md. A pure check of one tree against
 * another, in time bounded as that of rules.
 */
#pragma once

#include "policy/filter/dfa.h"
#include "policy/filter/value.h"
#include "policy/filter/zone.h"

enum {
    TB_SCHEMA_DEPTH_MAX = 8,   /* fields and items inside each other */
    TB_SCHEMA_FIELDS_MAX = 64, /* of one object */
    TB_SCHEMA_WHERE_MAX = 256, /* bytes, with the NUL */
};

struct tb_filter_object {
    const struct tb_filter_field *fields; /* sorted by name */
    size_t n;
    bool more; /* keys that no field names are let through, unseen */
};

struct tb_filter_field {
    struct tb_bytes name; /* in an object */
    bool required;
    uint32_t types;
    struct tb_filter_range range; /* of the number; else of the length */
    bool has_pattern;
    struct tb_dfa pattern;               /* of strings */
    const msgpack_object *one_of;        /* NULL: any */
    const struct tb_filter_field *items; /* of arrays; NULL: any */
    bool has_object;
    struct tb_filter_object object; /* of maps */
};

struct tb_filter_schema {
    struct tb_filter_object args;
    bool has_raw_max;
    uint64_t raw_max;     /* bytes */
    struct tb_bytes file; /* where it stands, for the log */
    uint32_t line;
};

/* docs/formats.md, Schema. TB_OK, TB_MALFORMED or -ENOMEM. Borrows from the object, and takes
 * memory of the zone, which is the one that the object lives in. */
tb_must_check int tb_filter_schema_read(const msgpack_object *object, msgpack_zone *zone,
                                        struct tb_filter_schema *ret_schema);

/* For the size of a body that is not known yet. */
#define TB_RAW_UNKNOWN UINT64_MAX

/* TB_OK; TB_DENIED: ret_where says which argument and why, for the log (a line of plain text with a
 * NUL); TB_TOO_LARGE: they are too many to be checked, ret_where says so. `n_raw`: bytes of the
 * body, or TB_RAW_UNKNOWN, which is more than any raw_max. */
tb_must_check int tb_filter_schema_check(const struct tb_filter_schema *schema,
                                         const msgpack_object *args, uint64_t n_raw,
                                         char ret_where[static TB_SCHEMA_WHERE_MAX]);
