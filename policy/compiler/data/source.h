/*
 * Files below a folder that is held open. Symbolic links are refused, not followed: what is read is
 * what lies in the folder. In a Tauri project they are followed, as Tauri does, as long as they
 * stay in the project's folder. Calls used: openat, openat2, fstat, getdents64, pread64, lseek,
 * close.
 */
#pragma once

#include "policy/compiler/data/value.h"

enum { TB_FILES_MAX = 65536, TB_FOLDER_DEPTH = 16 };

/* Opens a folder below `dir`; -1 if it is not there, or after an error that has been told. */
int tb_source_folder(struct tb_report *report, int dir, const char *name, const char *shown);

/* A file's text, by its path from `root` and through links that stay below it; false if it is not
 * there, or after an error that has been told. */
tb_must_check bool tb_source_read_below(struct tb_report *report, int root, const char *path,
                                        struct tb_bytes *ret_text);

/* A file's text; false after an error that has been told. `shown` is its name in messages. */
tb_must_check bool tb_source_read(struct tb_report *report, int dir, const char *name,
                                  const char *shown, struct tb_bytes *ret_text);

/* Whether there is anything of that name. */
bool tb_source_exists(int dir, const char *name);

/* The names in a folder, sorted by bytes, without `.` and `..`. */
size_t tb_source_names(struct tb_report *report, int dir, const char *shown,
                       const char ***ret_names);

/* A document found by tb_source_walk. */
struct tb_document {
    const struct tb_value *root; /* a map, or a list where lists are allowed */
    struct tb_document *next;
};

enum tb_source_kind { TB_SOURCE_CAPABILITIES, TB_SOURCE_PERMISSIONS };

/*
 * Every *.json and *.toml below a folder, in order of their names, folders where they stand in that
 * order; a folder named `schemas` is passed over; other files are ignored. *.json5 is read among
 * capabilities and, as in Tauri, ignored among permissions, with a warning. Documents that cannot
 * be read are errors and left out. Keys that come twice are settled (value.h).
 */
struct tb_document *tb_source_walk(struct tb_report *report, int dir, const char *shown,
                                   enum tb_source_kind kind);

/* The same for the folder at that path from `root`, through links that stay below `root`. */
struct tb_document *tb_source_walk_below(struct tb_report *report, int root, const char *path,
                                         enum tb_source_kind kind);

/* One file of such a folder, whatever its name. NULL after an error that has been told. */
const struct tb_value *tb_source_document(struct tb_report *report, enum tb_format format,
                                          const char *shown, struct tb_bytes text,
                                          enum tb_source_kind kind);
