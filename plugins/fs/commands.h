/* The commands of @tauri-apps/plugin-fs that this program has. Each file holds the ones of its
 * name.
 */
#pragma once

#include "plugins/fs/open.h"

/* read.c */
void fs_read_file(struct tb_call *call); /* read_text_file too: both answer the bytes */
/* write.c */
void fs_write_file(struct tb_call *call); /* write_text_file too */
/* list.c */
void fs_read_dir(struct tb_call *call);
/* stat.c */
void fs_stat(struct tb_call *call);
void fs_lstat(struct tb_call *call);
void fs_exists(struct tb_call *call);
/* size.c */
void fs_size(struct tb_call *call);
/* copy.c */
void fs_copy_file(struct tb_call *call);
/* make.c */
void fs_mkdir(struct tb_call *call);
/* remove.c */
void fs_remove(struct tb_call *call);
/* rename.c */
void fs_rename(struct tb_call *call);
/* truncate.c */
void fs_truncate(struct tb_call *call);

/* ---- what they have in common: target.c ---- */

/* Reads the path under `key`; `options` may name the folder that it is relative to, under
 * `base_key`. False: the call is answered. */
tb_must_check bool fs_read_path(struct tb_call *call, const char *key, struct tb_args options,
                                const char *base_key, struct fs_path *ret_path);

/* Reads `path` and `options.baseDir`; the other options are in *ret_options. False: the call is
 * answered. */
tb_must_check bool fs_read_target(struct tb_call *call, struct fs_path *ret_path,
                                  struct tb_args *ret_options);

struct fs_target fs_target_of(const struct tb_call *call, const struct fs_path *path);

/* fs_open for a call. False: the call is answered. */
tb_must_check bool fs_open_for(struct tb_call *call, const struct fs_path *path,
                               const struct fs_how *how, struct stat *ret_status, int *ret_fd);

void fs_answer_failure(struct tb_call *call, struct fs_failure failure);
/* nil if it is done, else the failure. */
void fs_answer_done(struct tb_call *call, bool done, struct fs_failure failure);
