/*
 * [programs.NAME] of the manifest: what Tauri's files cannot say of the program that an entry
 * `name = "NAME"` in a scope of a plugin with `scope = "program"` allows. Such an entry is compiled
 * to one map that says everything there is to know to start it: docs/formats.md, Programs.
 */
#pragma once

#include "policy/compiler/manifest_parts.h"
#include "policy/compiler/pattern.h"

enum tb_program_number {
    TB_PROGRAM_PROCESSES,
    TB_PROGRAM_MEMORY_MIB,
    TB_PROGRAM_CPU_S,
    TB_PROGRAM_TIME_S,
    TB_PROGRAM_OUTPUT_MIB,
    TB_N_PROGRAM_NUMBERS,
};

extern const char *const tb_program_number_keys[TB_N_PROGRAM_NUMBERS];

/* As the manifest has it; a value that is NULL is not said. */
struct tb_program_table {
    struct tb_bytes name;
    struct tb_place place;
    bool used; /* by an entry */
    const struct tb_value *path;
    const struct tb_value *interpreter;
    const struct tb_value *env;
    const struct tb_value *env_allow;
    const struct tb_value *cwd;
    const struct tb_value *cwd_allow;
    const struct tb_value *read;
    const struct tb_value *write;
    const struct tb_value *exec;
    struct tb_bytes picks;
    bool shell; /* it may run what its arguments or its input say */
    bool children;
    bool network;
    bool jit;
    bool takes_input;
    uint64_t numbers[TB_N_PROGRAM_NUMBERS];
    struct tb_program_table *next;
};

/* programs.c. Of a program that has no table: one that says nothing. */
const struct tb_program_table *tb_program_table_of(struct tb_policy *policy, struct tb_bytes name);
/* Tells of tables whose program no entry names. */
void tb_programs_tell_unused(struct tb_policy *policy);

/* program_entry.c: packs what an entry comes to. False: it comes to nothing, which has been told.
 */
tb_must_check bool tb_program_entry_pack(struct tb_policy *policy, struct tb_packer *packer,
                                         bool deny, const struct tb_value *entry);

/* ---- parts of it ---- */

/* program_file.c: a file as it is now. */
struct tb_program_file {
    struct tb_bytes path;
    struct tb_bytes real; /* after links */
    uint64_t identity[5]; /* device, inode, bytes, times of change in ns: content, inode */
};

enum tb_program_found { TB_PROGRAM_FOUND, TB_PROGRAM_MISSING, TB_PROGRAM_NOT_ONE };

enum tb_program_found tb_program_file_find(struct tb_arena *arena, struct tb_bytes path,
                                           struct tb_program_file *ret_file);

/* What the first line says. UNKNOWN: it cannot be read here; who starts it looks again. */
enum tb_program_kind { TB_PROGRAM_UNKNOWN, TB_PROGRAM_NATIVE, TB_PROGRAM_SCRIPT };

/* Of a script, `#!` interpreter, and an argument where there is one, else empty. */
enum tb_program_kind tb_program_file_kind(struct tb_arena *arena, struct tb_bytes path,
                                          struct tb_bytes *ret_interpreter,
                                          struct tb_bytes *ret_argument);

void tb_program_file_pack(struct tb_packer *packer, const struct tb_program_file *file);

/* program_args.c. False after what is wrong has been told. */
tb_must_check bool tb_program_args_check(struct tb_policy *policy, const struct tb_value *args);
void tb_program_args_pack(struct tb_packer *packer, const struct tb_value *args);

/* program_env.c */
tb_must_check bool tb_program_env_check(struct tb_policy *policy,
                                        const struct tb_program_table *table);
void tb_program_env_pack(struct tb_policy *policy, struct tb_packer *packer,
                         const struct tb_program_table *table);

/* ---- for all of them: program_entry.c, program_args.c ---- */

/* An error, but in mode `tauri` a warning: the entry allows nothing then. */
tb_printf(4, 5) void tb_program_tell(struct tb_policy *policy, const char *code,
                                     struct tb_place place, const char *format, ...);
/* The value of a key; NULL: there is none. */
const struct tb_value *tb_program_field(const struct tb_value *map, const char *key);
/* Of a pattern for an argument or a variable; false: it is none, which has been told. */
tb_must_check bool tb_program_pattern_check(struct tb_policy *policy,
                                            const struct tb_value *pattern);
