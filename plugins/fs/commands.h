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

/* Reads `path` and `options.baseDir` of a call; the other options are in *ret_options. False: the
 * call is answered. */
tb_must_check bool fs_read_target(struct tb_call *call, struct fs_path *ret_path,
                                  struct tb_args *ret_options);

/* fs_open for a call. False: the call is answered. */
tb_must_check bool fs_open_for(struct tb_call *call, const struct fs_path *path,
                               enum fs_intent intent, struct stat *ret_status, int *ret_fd);

void fs_answer_failure(struct tb_call *call, struct fs_failure failure);
