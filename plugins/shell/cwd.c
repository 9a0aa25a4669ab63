#include "plugins/shell/cwd.h"

#include "plugins/shell/text.h"
#include "sandbox/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

static bool is_below(struct tb_bytes path, struct tb_bytes folder)
{
    return path.n >= folder.n && memcmp(path.data, folder.data, folder.n) == 0 &&
           (path.n == folder.n || path.data[folder.n] == '/' || folder.n == 1);
}

/* `..` and the like could lead out of where the text seems to be. */
static bool is_normal(struct tb_bytes path)
{
    if (path.n == 0 || path.n >= PATH_MAX || path.data[0] != '/' || !shell_text_is_plain(path))
        return false;
    for (size_t i = 0; i < path.n; i++) {
        struct tb_bytes rest = tb_bytes_of(path.data + i, path.n - i);
        if (path.data[i] == '/' && path.n > 1 &&
            (rest.n == 1 || rest.data[1] == '/' ||
             (rest.data[1] == '.' &&
              (rest.n == 2 || rest.data[2] == '/' ||
               (rest.data[2] == '.' && (rest.n == 3 || rest.data[3] == '/'))))))
            return false;
    }
    return true;
}

static bool in_list(const struct tb_value *list, struct tb_bytes path)
{
    for (uint32_t i = 0; i < tb_value_n(list); i++) {
        struct tb_bytes folder;
        if (tb_value_str(tb_value_at(list, i), &folder) && is_below(path, folder))
            return true;
    }
    return false;
}

/* Those alone that were picked with all that is below: the kernel would not keep a program from it.
 * The last counts, which may have become writable. */
static const struct shell_pick *picked(const struct shell_picked *picks, struct tb_bytes path)
{
    for (size_t i = picks->n; i > 0; i--) {
        const struct shell_pick *pick = &picks->list[i - 1];
        if (pick->folder && pick->recursive && is_below(path, tb_bytes_of_string(pick->path)))
            return pick;
    }
    return NULL;
}

/* No link is followed: where one leads would not be what was compared. */
static int open_folder(const char *path)
{
    const struct tb_open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                                    .resolve = TB_RESOLVE_NO_SYMLINKS | TB_RESOLVE_NO_MAGICLINKS};
    return tb_openat2(AT_FDCWD, path, &how);
}

static bool open_asked(struct tb_call *call, const struct shell_picked *picks, struct tb_bytes path,
                       struct shell_request *request)
{
    char name[PATH_MAX + 64];
    const struct shell_program *program = request->program;
    const struct shell_pick *at =
        program->picks != SHELL_PICKS_NONE && is_normal(path) ? picked(picks, path) : NULL;
    bool allowed = at || (is_normal(path) &&
                          (in_list(program->cwd_allow, path) || tb_bytes_are(path, program->cwd)));
    if (!allowed) {
        tb_reply_error(call, TB_CODE_SCOPE, 0,
                       "options.cwd: this program may not run in this folder");
        return false;
    }
    struct tb_bytes below =
        at ? tb_bytes_of(path.data + strlen(at->path), path.n - strlen(at->path)) : path;
    (void)snprintf(name, sizeof name, "%s%.*s", at ? at->at : "", (int)below.n,
                   (const char *)below.data);
    request->cwd = open_folder(name);
    request->at = at;
    if (request->cwd < 0)
        tb_reply_error(call, errno == ENOENT ? TB_CODE_NOT_FOUND : TB_CODE_IO, errno,
                       "options.cwd: %s", strerror(errno));
    return request->cwd >= 0;
}

bool shell_cwd_open(struct tb_call *call, const struct shell_picked *picks, struct tb_args options,
                    struct shell_request *request)
{
    struct tb_bytes path = {0};
    if (!tb_arg_str(call, options, "cwd", TB_OPTIONAL, &path))
        return false;
    if (path.n > 0)
        return open_asked(call, picks, path, request);
    request->cwd = open(request->program->cwd, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (request->cwd < 0)
        tb_reply_error(call, TB_CODE_IO, errno, "its working folder: %s", strerror(errno));
    return request->cwd >= 0;
}
