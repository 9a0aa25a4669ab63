/* What the compiler of rules and that of schemas share. Every function writes its part of the
 * msgpack; false: it has told what is wrong, and what has been written is worth nothing. */
#pragma once

#include "policy/compiler/filter/filter.h"

struct tb_filter_compiler {
    struct tb_report *report;
    const struct tb_vars *vars; /* of rules */
    struct tb_packer packer;
};

enum { TB_FILTER_VALUE_DEPTH = 8 }; /* lists and tables of constants inside each other */

/* pointer.c: a JSON pointer; `stars`: `*` may be in it. */
tb_must_check bool tb_filter_pack_pointer(struct tb_filter_compiler *compiler,
                                          const struct tb_value *text, bool stars);

/* condition.c: an element of `when`. */
tb_must_check bool tb_filter_pack_condition(struct tb_filter_compiler *compiler,
                                            const struct tb_value *map);

/* contradiction.c: warns of conditions, all of which have been packed, that exclude each other. */
void tb_filter_warn_contradiction(struct tb_report *report, const struct tb_value *when);

/* folder.c: the operands of `inside`; `path` is what it is about. */
tb_must_check bool tb_filter_pack_folders(struct tb_filter_compiler *compiler,
                                          const struct tb_value *value);
/* Where args say the base directory of that path, as the commands of fs have it; n 0: nowhere. */
struct tb_bytes tb_filter_base_of(struct tb_arena *arena, struct tb_bytes path);

/* edit.c: an element of `set`, `drop`, `clamp`. */
tb_must_check bool tb_filter_pack_set(struct tb_filter_compiler *compiler,
                                      const struct tb_value *map);
tb_must_check bool tb_filter_pack_drop(struct tb_filter_compiler *compiler,
                                       const struct tb_value *text);
tb_must_check bool tb_filter_pack_clamp(struct tb_filter_compiler *compiler,
                                        const struct tb_value *map);

/* constant.c: values that args are compared with or set to. */
tb_must_check bool tb_filter_pack_constant(struct tb_filter_compiler *compiler,
                                           const struct tb_value *value);
tb_must_check bool tb_filter_pack_one_of(struct tb_filter_compiler *compiler,
                                         const struct tb_value *list);
/* The name of a type, or a list of such names, as a mask. */
tb_must_check bool tb_filter_pack_types(struct tb_filter_compiler *compiler,
                                        const struct tb_value *value);
/* Whether they are numbers, `least` (NULL: any) at least, and min is not more than max. */
tb_must_check bool tb_filter_check_range(struct tb_filter_compiler *compiler,
                                         const struct tb_value *min, const struct tb_value *max,
                                         const char *what, bool lengths);
/* A key of a map, where there is a value. */
void tb_filter_pack_number(struct tb_filter_compiler *compiler, const char *key,
                           const struct tb_value *number);

/* regex.c: a regular expression, as its table. */
tb_must_check bool tb_filter_pack_regex(struct tb_filter_compiler *compiler,
                                        const struct tb_value *text);

/* The index of a word among names; n, and told, where it is none of them. */
size_t tb_filter_word(struct tb_filter_compiler *compiler, const struct tb_value *value,
                      const char *what, const char *const *names, size_t n);
