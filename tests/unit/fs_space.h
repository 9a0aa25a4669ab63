/* A folder to try things in and a scope over it, for tests of the fs plugin. */
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "plugins/fs/open.h"
#include "plugins/sdk/value.h"
#include "tests/unit/test.h"

#include <fcntl.h>

enum { SPACE_PATTERNS = 8 };

/* What a scope looks like in INIT. */
struct space_scope {
    msgpack_object entries[2][SPACE_PATTERNS];
    msgpack_object arrays[2];
    struct tb_plugin_scope scope;
};

static inline void space_entries(msgpack_object *array, msgpack_object *entries,
                                 const char *const *patterns)
{
    uint32_t n = 0;
    for (; patterns[n]; n++) {
        entries[n].type = MSGPACK_OBJECT_STR;
        entries[n].via.str = (msgpack_object_str){(uint32_t)strlen(patterns[n]), patterns[n]};
    }
    array->type = MSGPACK_OBJECT_ARRAY;
    array->via.array = (msgpack_object_array){n, entries};
}

/* A space with one scope; both lists end with NULL. */
static inline struct fs_space *space_new(const char *const *allow, const char *const *deny)
{
    struct space_scope made = {0};
    struct fs_space *space = NULL;
    space_entries(&made.arrays[0], made.entries[0], allow);
    space_entries(&made.arrays[1], made.entries[1], deny);
    made.scope =
        (struct tb_plugin_scope){tb_value_of(&made.arrays[0]), tb_value_of(&made.arrays[1])};
    const struct fs_anchors anchors = {0};
    CHECK_INT(fs_space_new(&made.scope, 1, &anchors, &space), TB_OK);
    return space;
}

enum space_try { TRY_READ, TRY_WRITE, TRY_LIST, TRY_LOOK, TRY_SELF };

/* Returns the descriptor, or -1 with *ret_failure. */
static inline int space_open(struct fs_space *space, const char *path, enum space_try try,
                             struct fs_failure *ret_failure)
{
    struct fs_path read;
    struct stat status;
    int fd = -1;
    CHECK(!fs_path_read(tb_bytes_of_string(path), tb_bytes_of(NULL, 0), &read));
    const struct fs_target target = {.space = space, .path = &read};
    static const struct fs_how hows[] = {
        [TRY_READ] = {.intent = FS_FILE, .flags = O_RDONLY},
        [TRY_WRITE] = {.intent = FS_FILE, .flags = O_WRONLY},
        [TRY_LIST] = {.intent = FS_LIST},
        [TRY_LOOK] = {.intent = FS_LOOK},
        [TRY_SELF] = {.intent = FS_SELF},
    };
    return fs_open(&target, &hows[try], ret_failure, &status, &fd) ? fd : -1;
}

static inline void space_file(const char *path, const char *content)
{
    tb_fd fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of_string(content)), 0);
}
