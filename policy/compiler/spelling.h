/* How people write the name of a command, and which names are near to one that does not exist. */
#pragma once

#include "policy/compiler/data/arena.h"

/* `plugin:fs|read_file`, taken apart; so are `fs:read_file`, `core:window:close`, `fs|read_file`,
 * `plugin:tauri-plugin-fs|read_file`, and `fs.read_file`. */
struct tb_spelling {
    bool of_plugin;         /* else the app's own, as far as one can see */
    bool dotted;            /* it was a dot that parted the two, which an app's own name may hold */
    struct tb_bytes plugin; /* without `core:` and `tauri-plugin-` */
    struct tb_bytes local;  /* up to the next bar */
};

/* Borrows. */
struct tb_spelling tb_spelling_read(struct tb_bytes text);

/* `readFile` and `read-file` as `read_file`. */
struct tb_bytes tb_spelling_snake(struct tb_arena *arena, struct tb_bytes text);
/* `read_file` as `read-file`: how permissions are named after commands. */
struct tb_bytes tb_spelling_hyphens(struct tb_arena *arena, struct tb_bytes text);
/* Without `allow-` or `deny-`: of a permission that is named after a command. */
struct tb_bytes tb_spelling_bare(struct tb_bytes text);

enum { TB_NEAREST_MAX = 3, TB_SPELLING_MAX = 64 };

/* The names that are nearest to `wanted`, the nearest first. */
struct tb_nearest {
    struct tb_bytes wanted;
    struct tb_bytes names[TB_NEAREST_MAX];
    size_t distances[TB_NEAREST_MAX];
    size_t n;
};

/* Takes the name if it is near enough: a few letters other, more or less. */
void tb_nearest_offer(struct tb_nearest *nearest, struct tb_bytes name);

/* "`a` or `b`"; with a prefix before each. Empty: nothing is near. */
const char *tb_nearest_text(struct tb_arena *arena, const struct tb_nearest *nearest,
                            const char *prefix);
