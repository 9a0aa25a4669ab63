/*
 * graft: places one pick for one plugin. The supervisor starts it twice for that,
 *
 *   graft --make ...   in a user and mount namespace of its own, with
 *     fd 3  what was picked, as the host has handed it over,
 *     fd 4  a socket to the other,
 *     fd 5  the grant that the plugin was started with;
 *   graft ...          in none, with
 *     fd 3  a socket to the first,
 *     fd 4  the plugin's process, as a pidfd.
 *
 * The first says over the socket how it went, a byte, and with it goes the tree. Without --plugin
 * it has fd 3 alone, and only looks whether that can be placed. Exit status: enum tb_graft.
 */
#include "base/fd.h"
#include "base/result.h"
#include "graft/graft.h"
#include "policy/grant.h"
#include "proto/inner.h"
#include "sandbox/enter.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

enum { KEPT_MAX = 16 };

struct arguments {
    struct graft graft;
    bool make;
    uint32_t plugin; /* TB_NO_INDEX: none */
    const char *kept[KEPT_MAX];
    size_t n_kept;
};

static void drop_grant(struct tb_grant **grant)
{
    tb_grant_free(*grant);
}

static bool read_number(const char *text, uint32_t max, uint32_t *ret_number)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno || *end || text[0] < '0' || text[0] > '9' || value > max)
        return false;
    *ret_number = (uint32_t)value;
    return true;
}

static bool take(int option, struct arguments *arguments)
{
    struct graft *graft = &arguments->graft;
    switch (option) {
    case 'n':
        return read_number(optarg, TB_PICKS_MAX, &graft->number);
    case 'p':
        return read_number(optarg, TB_NO_INDEX - 1, &arguments->plugin);
    case 'm':
        return arguments->make = true;
    case 'f':
        return graft->folder = true;
    case 'w':
        return graft->writable = true;
    case 'k':
        if (arguments->n_kept == KEPT_MAX)
            return false;
        arguments->kept[arguments->n_kept++] = optarg;
        return true;
    default:
        return false;
    }
}

static bool parse(int argc, char **argv, struct arguments *arguments)
{
    static const struct option options[] = {
        {"number", required_argument, NULL, 'n'},
        {"plugin", required_argument, NULL, 'p'},
        {"folder", no_argument, NULL, 'f'},
        {"writable", no_argument, NULL, 'w'},
        {"keep", required_argument, NULL, 'k'},
        {"make", no_argument, NULL, 'm'},
        {NULL, 0, NULL, 0},
    };
    bool ok = true;
    int c;
    while (ok && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
        ok = take(c, arguments);
    return ok && optind == argc && arguments->graft.number > 0;
}

/* Both where a path is, and what it leads to: either can be inside of what was picked. */
static bool add_cover(struct graft *graft, const char *path)
{
    char *real = realpath(path, NULL);
    graft->covers[graft->n_covers] = strdup(path);
    if (!graft->covers[graft->n_covers])
        return false;
    graft->n_covers++;
    if (real && strcmp(real, path) != 0)
        graft->covers[graft->n_covers++] = real;
    return true;
}

static bool add_mask(struct graft *graft, const msgpack_object *mask)
{
    char path[PATH_MAX];
    bool ok = true;
    for (uint32_t i = 0; ok && i < mask->via.array.size; i++) {
        struct tb_bytes text = tb_object_bytes(&mask->via.array.ptr[i]);
        ok = text.n < sizeof path;
        if (ok) {
            memcpy(path, text.data, text.n);
            path[text.n] = 0;
            ok = add_cover(graft, path);
        }
    }
    return ok;
}

/* What this plugin is denied, and what all are. Nothing is freed: the process ends soon. */
static bool read_covers(struct arguments *arguments)
{
    tb_cleanup(drop_grant) struct tb_grant *grant = NULL;
    const msgpack_object *mask = NULL;
    size_t n = arguments->n_kept;
    if (arguments->plugin != TB_NO_INDEX) {
        if (tb_grant_read(GRAFT_GRANT, &grant) != TB_OK || arguments->plugin >= grant->n_plugins)
            return false;
        mask = grant->plugins[arguments->plugin].mask;
        n += mask->via.array.size;
    }
    struct graft *graft = &arguments->graft;
    graft->covers = calloc(2 * n + 1, sizeof *graft->covers);
    bool ok = graft->covers && (!mask || add_mask(graft, mask));
    for (size_t i = 0; ok && i < arguments->n_kept; i++)
        ok = add_cover(graft, arguments->kept[i]);
    return ok;
}

static bool enter(const struct tb_role *role, const int *keep, size_t n_keep, uint32_t namespaces)
{
    const struct tb_sandbox_options options = {
        .keep = keep,
        .n_keep = n_keep,
        .namespaces = namespaces,
        .root = TB_ROOT_KEPT,
        .require = TB_LAYER_BIT(TB_LAYER_SECCOMP),
    };
    struct tb_layers layers;
    return tb_sandbox_enter(role, &options, &layers) == TB_OK;
}

static int make(struct arguments *arguments)
{
    static const int keep[] = {GRAFT_PICK, GRAFT_MAKER_LINK};
    static const uint32_t namespaces = TB_LAYER_BIT(TB_LAYER_USERNS) | TB_LAYER_BIT(TB_LAYER_MOUNT);
    bool looks = arguments->plugin == TB_NO_INDEX;
    tb_fd tree = -1;
    if (!read_covers(arguments) || !enter(&tb_role_graft_make, keep, looks ? 1 : 2, namespaces))
        return TB_GRAFT_FAILED;
    int r = graft_tree(&arguments->graft, &tree);
    const uint8_t status = (uint8_t)r;
    if (!looks && tb_fd_send(GRAFT_MAKER_LINK, tb_bytes_of(&status, 1), tree, 0) != 1)
        return TB_GRAFT_FAILED;
    return r;
}

static int place(const struct arguments *arguments)
{
    static const int keep[] = {GRAFT_LINK, GRAFT_PLUGIN};
    uint8_t status;
    tb_fd tree = -1;
    if (!enter(&tb_role_graft, keep, TB_ARRAY_LEN(keep), 0))
        return TB_GRAFT_FAILED;
    ssize_t n = tb_fd_receive(GRAFT_LINK, &status, 1, &tree, 0);
    if (n != 1 || (status == TB_GRAFT_DONE && tree < 0))
        return TB_GRAFT_FAILED;
    return status == TB_GRAFT_DONE ? graft_place(&arguments->graft, tree) : status;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.plugin = TB_NO_INDEX};
    if (!parse(argc, argv, &arguments))
        return TB_GRAFT_FAILED;
    return arguments.make ? make(&arguments) : place(&arguments);
}
