#include "policy/compiler/inputs.h"

#include "base/fd.h"
#include "base/result.h"
#include "policy/compiler/data/exit.h"
#include "policy/compiler/pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

enum { USER_DIRS_MAX = 65536 };

static int missing(struct tb_report *report, int status, const char *what, const char *path,
                   int error)
{
    tb_report_error(report, "missing", (struct tb_place){path, 0}, "%s cannot be opened: %s", what,
                    strerrordesc_np(error));
    return status;
}

static int open_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int open_app(struct tb_report *report, const char *path, struct tb_inputs *inputs)
{
    char real[PATH_MAX];
    if (!realpath(path, real))
        return missing(report, TB_POLICY_FILES, "the app folder", path, errno);
    if (!tb_path_normalise(report->arena, tb_bytes_of_string(real), &inputs->resource)) {
        tb_report_error(report, "missing", (struct tb_place){path, 0},
                        "the app folder's path is not UTF-8, or has control characters");
        return TB_POLICY_FILES;
    }
    inputs->app = open_folder(real);
    return inputs->app < 0 ? missing(report, TB_POLICY_FILES, "the app folder", path, -inputs->app)
                           : 0;
}

/* Where the user keeps pictures and so on; without it those variables resolve to nothing. */
static struct tb_bytes read_user_dirs(struct tb_arena *arena, struct tb_bytes config)
{
    if (config.n == 0)
        return config;
    const char *path =
        tb_arena_format(arena, "%.*s/user-dirs.dirs", (int)config.n, (const char *)config.data);
    tb_fd fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    uint8_t *data;
    size_t n;
    if (fd < 0 || tb_fd_read_all(fd, USER_DIRS_MAX, &data, &n) != TB_OK)
        return (struct tb_bytes){0};
    struct tb_bytes text = tb_arena_copy(arena, tb_bytes_of(data, n));
    free(data);
    return text;
}

int tb_inputs_open(struct tb_report *report, const struct tb_options *options,
                   struct tb_inputs *ret_inputs)
{
    struct tb_inputs inputs = {.libexec = options->libexec, .test = options->test};
    int status = open_app(report, options->app, &inputs);
    if (status != 0)
        return status;
    for (size_t i = 0; i < options->n_plugins; i++) {
        int fd = open_folder(options->plugins[i]);
        if (fd < 0)
            return missing(report, TB_POLICY_PART, "the folder of plugins", options->plugins[i],
                           -fd);
        inputs.plugins[inputs.n_plugins].fd = fd;
        inputs.plugins[inputs.n_plugins++].path = options->plugins[i];
    }
    inputs.user = tb_user_complete(report->arena, &options->user);
    inputs.user_dirs = read_user_dirs(report->arena, inputs.user.config);
    inputs.forced_mode = options->has_mode ? &options->mode : NULL;
    inputs.target = options->target;
    inputs.types = options->types;
    *ret_inputs = inputs;
    return 0;
}
