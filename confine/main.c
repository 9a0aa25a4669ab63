/*
 * confine: the launcher of one plugin. The supervisor starts it with
 *   fd 3  the plugin's end of its link,
 *   fd 4  the memory that plugin and broker share,
 *   fd 5  the grant of the view,
 *   fd 6  where it reports the layers (struct tb_layers, encoded),
 *   fd 7  the app's log, for reading: the plugin gets it if the grant says so,
 * in the namespaces that it is told of but that of the network, which it makes itself unless the
 * grant gives the plugin the network. It ends by becoming the plugin.
 */
#include "base/result.h"
#include "confine/launch.h"
#include "policy/grant.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { PROTECT_MAX = 16, EXIT_USAGE = 2, EXIT_LAYER = 4, EXIT_NOT_STARTED = 127 };

struct arguments {
    uint32_t plugin;
    uint32_t require;
    uint32_t namespaces;
    const char *protect[PROTECT_MAX]; /* denied to every plugin, whatever its scopes say */
    size_t n_protect;
    const char *states;
};

static void drop_grant(struct tb_grant **grant)
{
    tb_grant_free(*grant);
}

static int fail(int status, const char *what, const char *why)
{
    fprintf(stderr, "trollbridge-confine: %s: %s\n", what, why);
    return status;
}

static int parse_index(const char *text, uint32_t *ret_index)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno || *end || text[0] < '0' || text[0] > '9' || value >= TB_NO_INDEX)
        return TB_MALFORMED;
    *ret_index = (uint32_t)value;
    return TB_OK;
}

static int parse(int argc, char **argv, struct arguments *ret_arguments)
{
    static const struct option options[] = {
        {"plugin", required_argument, NULL, 'p'},     {"require", required_argument, NULL, 'r'},
        {"namespaces", required_argument, NULL, 'n'}, {"protect", required_argument, NULL, 'd'},
        {"states", required_argument, NULL, 's'},     {NULL, 0, NULL, 0},
    };
    struct arguments arguments = {.plugin = TB_NO_INDEX};
    int r = TB_OK;
    int c;
    while (r == TB_OK && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'p')
            r = parse_index(optarg, &arguments.plugin);
        else if (c == 'r')
            r = tb_layers_mask(optarg, &arguments.require);
        else if (c == 'n')
            r = tb_layers_mask(optarg, &arguments.namespaces);
        else if (c == 'd' && arguments.n_protect < PROTECT_MAX)
            arguments.protect[arguments.n_protect++] = optarg;
        else if (c == 's')
            arguments.states = optarg;
        else
            r = TB_UNKNOWN;
    }
    if (r != TB_OK || optind != argc || arguments.plugin == TB_NO_INDEX)
        return TB_MALFORMED;
    *ret_arguments = arguments;
    return TB_OK;
}

/* Copies, since the kernel wants a NUL at the end. What is copied lives until exec. */
static char *copy_of(struct tb_bytes bytes)
{
    return memchr(bytes.data, 0, bytes.n) ? NULL : strndup((const char *)bytes.data, bytes.n);
}

static int copy_paths(const msgpack_object *array, struct hull_paths *ret_paths)
{
    size_t n = array->via.array.size;
    const char **list = calloc(n + 1, sizeof *list);
    if (!list)
        return -ENOMEM;
    *ret_paths = (struct hull_paths){.list = list, .n = n};
    for (size_t i = 0; i < n; i++) {
        list[i] = copy_of(tb_object_bytes(&array->via.array.ptr[i]));
        if (!list[i])
            return -EINVAL;
    }
    return 0;
}

/* A hull can hold the place that a link leads to, and not the link. Returns how many names: two at
 * most. */
static size_t add_names(const char *path, const char **names)
{
    char *real = realpath(path, NULL);
    names[0] = path;
    if (!real || strcmp(real, path) == 0) {
        free(real);
        return 1;
    }
    names[1] = real;
    return 2;
}

/* A page that may write into its own app's folder must not write its own policy, or into the log of
 * what it did. */
static int add_protected(const struct arguments *arguments, struct hull_paths *mask)
{
    size_t n = mask->n;
    const char **list = calloc(n + 2 * (arguments->n_protect + 1), sizeof *list);
    if (!list)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        list[i] = mask->list[i];
    for (size_t i = 0; i < arguments->n_protect; i++)
        n += add_names(arguments->protect[i], list + n);
    if (arguments->states)
        n += add_names(arguments->states, list + n);
    *mask = (struct hull_paths){.list = list, .n = n};
    return 0;
}

static int copy_hull(const struct tb_grant_plugin *plugin, struct hull *ret_hull)
{
    const struct {
        const msgpack_object *from;
        struct hull_paths *to;
    } lists[] = {
        {plugin->read, &ret_hull->read}, {plugin->write, &ret_hull->write},
        {plugin->make, &ret_hull->make}, {plugin->mask, &ret_hull->mask},
        {plugin->exec, &ret_hull->exec},
    };
    ret_hull->network = plugin->network;
    ret_hull->picks = plugin->picks;
    ret_hull->state_fd = -1;
    ret_hull->program = copy_of(plugin->program);
    int r = ret_hull->program ? 0 : -EINVAL;
    if (r == 0 && plugin->state.n > 0 && !(ret_hull->state = copy_of(plugin->state)))
        r = -EINVAL;
    for (size_t i = 0; r == 0 && i < TB_ARRAY_LEN(lists); i++)
        r = copy_paths(lists[i].from, lists[i].to);
    return r;
}

/* A program is placed, and looked for, under the name that it has once all links are followed. */
static void resolve(struct hull_paths *paths)
{
    const char **list = (const char **)(uintptr_t)paths->list;
    for (size_t i = 0; i < paths->n; i++) {
        const char *real = realpath(list[i], NULL);
        list[i] = real ? real : list[i];
    }
}

/* The folders that are the app's and not the user's. */
static int copy_own(const msgpack_object *vars, struct hull_paths *ret_own)
{
    static const char *const names[] = {"RESOURCE",  "APPDATA",  "APPLOCALDATA",
                                        "APPCONFIG", "APPCACHE", "APPLOG"};
    const char **list = calloc(TB_ARRAY_LEN(names), sizeof *list);
    size_t n = 0;
    for (uint32_t i = 0; list && i < vars->via.map.size; i++) {
        const msgpack_object_kv *var = &vars->via.map.ptr[i];
        for (size_t k = 0; k < TB_ARRAY_LEN(names) && n < TB_ARRAY_LEN(names); k++)
            if (tb_bytes_are(tb_object_bytes(&var->key), names[k]) &&
                (list[n] = copy_of(tb_object_bytes(&var->val))))
                n++;
    }
    *ret_own = (struct hull_paths){.list = list, .n = n};
    return list ? 0 : -ENOMEM;
}

static int read_launch(const struct arguments *arguments, struct launch *ret_launch)
{
    tb_cleanup(drop_grant) struct tb_grant *grant = NULL;
    int r = tb_grant_read(LAUNCH_GRANT, &grant);
    if (r != TB_OK)
        return r;
    if (arguments->plugin >= grant->n_plugins)
        return TB_MALFORMED;
    const struct tb_grant_plugin *plugin = &grant->plugins[arguments->plugin];
    *ret_launch = (struct launch){
        .name = copy_of(plugin->name),
        .namespaces = arguments->namespaces & TB_LAYERS_NAMESPACES,
        .require = arguments->require,
        .memory = (uint64_t)plugin->memory_mib << 20,
        .cpu_s = plugin->cpu_s,
        .jit = plugin->jit,
        .launcher = plugin->launcher,
        .audit = plugin->audit,
        .states = arguments->states,
    };
    r = ret_launch->name ? copy_hull(plugin, &ret_launch->hull) : -EINVAL;
    struct hull_paths own;
    if (r == 0)
        r = copy_own(grant->vars, &own);
    if (r != 0)
        return r;
    hull_drop_links(&ret_launch->hull, &own);
    resolve(&ret_launch->hull.exec);
    ret_launch->hull.n_scoped = ret_launch->hull.mask.n;
    return add_protected(arguments, &ret_launch->hull.mask);
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct launch plugin;
    if (parse(argc, argv, &arguments) != TB_OK)
        return fail(EXIT_USAGE, "usage",
                    "confine --plugin INDEX [--require LAYERS] [--namespaces LAYERS] "
                    "[--states PATH] [--protect PATH]...");
    int r = read_launch(&arguments, &plugin);
    if (r != TB_OK)
        return fail(EXIT_NOT_STARTED, "grant", r < 0 ? strerror(-r) : "not in the format");
    r = launch(&plugin);
    if (r == TB_DENIED)
        return fail(EXIT_LAYER, plugin.name, "a required layer of the sandbox cannot be had");
    return fail(EXIT_NOT_STARTED, plugin.hull.program, strerror(-r));
}
