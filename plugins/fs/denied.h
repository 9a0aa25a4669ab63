/*
 * What denied patterns name, as things rather than as names.
 *
 * A denied folder that somebody renames to an allowed name is still the denied folder. So whatever
 * is ever seen under a denied name, at the start or at a call, is held open (then its inode number
 * cannot be given to another) and stays denied until it is deleted. Only names without wildcards
 * can be looked up; patterns with wildcards deny by name alone.
 */
#pragma once

#include "plugins/fs/root.h"

enum { FS_DENIED_MAX = 256, FS_SEEN_MAX = 16 };

struct fs_denied {
    char *path; /* absolute, ends with a NUL */
    int base;   /* borrowed: the root above it, or "/" */
    uint64_t resolve;
    const char *name; /* from base on; borrows from path */
    bool only_below;  /* the folder itself may be looked at, but not what is in it */
    bool kept;        /* no scope denies it, but the launcher */
    struct {
        int fd;
        struct fs_identity identity;
    } seen[FS_SEEN_MAX];
    uint32_t n_seen;
};

struct fs_denied_list {
    struct fs_denied items[FS_DENIED_MAX];
    uint32_t n;
    /* What the launcher has covered, denied to every command: under the denied names only the
     * covers are seen. */
    struct fs_identity covered[FS_DENIED_MAX];
    uint32_t n_covered;
    /* Indexes of the names among them that no scope gives. A cover is gone once somebody outside
     * puts another file in the place of the covered one, as editors do: the name still denies. */
    uint32_t kept[FS_DENIED_MAX];
    uint32_t n_kept;
    int top; /* "/" */
};

/* Finds or adds a name. TB_OK, TB_TOO_LARGE (FS_DENIED_MAX) or -ENOMEM. */
tb_must_check int fs_denied_add(struct fs_denied_list *list, struct tb_bytes path, bool only_below,
                                uint32_t *ret_index);
/* When all names and roots are known: finds what each name is relative to and looks it up. TB_OK or
 * -errno. */
tb_must_check int fs_denied_start(struct fs_denied_list *list, const struct fs_roots *roots);
void fs_denied_deinit(struct fs_denied_list *list);

/* Looks at what the name means at this moment; what is kept and below no root is met by its name
 * alone. TB_OK; TB_FULL: it has meant too many things, all of which still exist; -errno. In both
 * the call must be refused. */
tb_must_check int fs_denied_look(const struct fs_denied_list *list, struct fs_denied *denied);

/* Adds what the launcher says on the command line, after fs_denied_start: "DEVICE:INODE" in
 * hexadecimal, and behind another colon the path, where no scope gives it whatever it says. TB_OK,
 * TB_MALFORMED, TB_TOO_LARGE or -errno. */
tb_must_check int fs_denied_cover(struct fs_denied_list *list, const struct fs_roots *roots,
                                  const char *text);
bool fs_denied_covers(const struct fs_denied_list *list, struct fs_identity identity);
/* Whether the path is that of a name that is kept, or below it. */
bool fs_denied_keeps(const struct fs_denied_list *list, const char *path);

/* Whether the name ever stood for this. */
bool fs_denied_is(const struct fs_denied *denied, struct fs_identity identity);
