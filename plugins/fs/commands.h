/* The commands of @tauri-apps/plugin-fs that this program has. Each file holds the ones of its
 * name.
 */
#pragma once

#include "plugins/fs/open.h"
#include "proto/limits.h"

enum {
    /* What one answer may carry beside its own text, here and on the view link. */
    FS_CONTENT_MAX = TB_FRAME_MAX - 4096,
};

/* What the program keeps between calls. */
struct fs_state {
    struct fs_space *space;
    struct tb_ids *files;   /* file.c */
    struct tb_ids *lines;   /* lines.c */
    struct tb_ids *watches; /* watch.c */
};

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
/* file.c */
void fs_create(struct tb_call *call);
void fs_open_command(struct tb_call *call); /* open */
void fs_read(struct tb_call *call);
void fs_write(struct tb_call *call);
void fs_seek(struct tb_call *call);
void fs_fstat(struct tb_call *call);
void fs_ftruncate(struct tb_call *call);
/* lines.c */
void fs_read_text_file_lines(struct tb_call *call);
void fs_read_text_file_lines_next(struct tb_call *call);
/* watch.c */
void fs_watch(struct tb_call *call);
void fs_unwatch(struct tb_call *call);

static inline struct fs_state *fs_state_of(const struct tb_call *call)
{
    return call->state;
}

/* target.c: {start,stop}_accessing_security_scoped_resource, which mean something on iOS alone. */
void fs_do_nothing(struct tb_call *call);

/* ---- what they have in common: target.c ---- */

/* Reads the path under `key`; `options` may name the folder that it is relative to, under
 * `base_key`. False: the call is answered. */
tb_must_check bool fs_read_path(struct tb_call *call, const char *key, struct tb_args options,
                                const char *base_key, struct fs_path *ret_path);

/* The same for a text that was read under `key`. */
tb_must_check bool fs_resolve_path(struct tb_call *call, const char *key, struct tb_bytes text,
                                   struct tb_args options, const char *base_key,
                                   struct fs_path *ret_path);

/* Reads `path` and `options.baseDir`; the other options are in *ret_options. False: the call is
 * answered. */
tb_must_check bool fs_read_target(struct tb_call *call, struct fs_path *ret_path,
                                  struct tb_args *ret_options);

struct fs_target fs_target_of(const struct tb_call *call, const struct fs_path *path);

/* fs_open for a call. False: the call is answered. */
tb_must_check bool fs_open_for(struct tb_call *call, const struct fs_path *path,
                               const struct fs_how *how, struct stat *ret_status, int *ret_fd);

void fs_answer_failure(struct tb_call *call, struct fs_failure failure);
/* Ends a call that goes on; the stream is still to be freed. */
void fs_end_failed(struct tb_stream *stream, struct fs_failure failure);
/* nil if it is done, else the failure. */
void fs_answer_done(struct tb_call *call, bool done, struct fs_failure failure);
/* What is known of an open file: stat.c. */
void fs_answer_info(struct tb_call *call, int fd);

/* ---- what stays open, by ids that the page is given ---- */

enum { FS_FILES_MAX = 192, FS_LINES_MAX = 48, FS_WATCHES_MAX = 16 };

extern const struct fs_failure fs_too_many_open;

void fs_end_file(void *file);
void fs_end_lines(void *lines);
void fs_end_watch(void *watch);

/* Answers with a new id for the thing; false: with an error, and the thing is still the caller's.
 */
tb_must_check bool fs_answer_id(struct tb_call *call, struct tb_ids *ids, void *thing);
