#include "sandbox/start.h"

#include "base/fd.h"
#include "base/result.h"

#include <stdio.h>
#include <unistd.h>

enum { KEEP_MAX = 16 };

/* By write alone: stdio would look at the descriptor first, and the sandbox is closed already. */
static void say(const struct tb_role *role, const struct tb_layers *layers, uint32_t require)
{
    char names[TB_LAYERS_TEXT_SIZE];
    char text[512];
    tb_layers_names(tb_layers_lacking(layers, require), names);
    int n =
        snprintf(text, sizeof text,
                 "trollbridge: layer_missing: the %s cannot have on this machine what it needs: "
                 "%s; see trollbridge doctor\n",
                 role->name, names);
    if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
        return; /* nobody is there to be told */
}

int tb_start(const struct tb_start *start)
{
    struct tb_sandbox_options options = {
        .n_keep = start->n_keep,
        .rules = start->rules,
        .n_rules = start->n_rules,
        .root = start->root,
    };
    int keep[KEEP_MAX];
    struct tb_layers layers;
    uint8_t report[TB_LAYERS_SIZE];
    if (start->n_keep >= KEEP_MAX ||
        tb_layers_mask(start->namespaces, &options.namespaces) != TB_OK ||
        tb_layers_mask(start->require, &options.require) != TB_OK)
        return TB_MALFORMED;
    for (size_t i = 0; i < start->n_keep; i++)
        keep[i] = start->keep[i];
    if (start->report_fd >= 0)
        keep[options.n_keep++] = start->report_fd;
    options.keep = keep;

    /* A layer that this role never puts in place cannot be missing from it. */
    options.require &= start->role->layers;
    int r = tb_sandbox_enter(start->role, &options, &layers);
    if (r != TB_OK)
        say(start->role, &layers, options.require | TB_LAYER_BIT(TB_LAYER_SECCOMP));
    if (start->report_fd >= 0) {
        int fd = start->report_fd;
        tb_layers_encode(&layers, report);
        if (r == TB_OK && tb_fd_write_all(fd, tb_bytes_of(report, sizeof report)) < 0)
            r = TB_DENIED;
        tb_fd_close(&fd);
    }
    return r == TB_OK ? TB_OK : TB_DENIED;
}
