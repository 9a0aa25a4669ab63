/* Path patterns: those that reach more than they seem to, and those that reach nothing. */
#include "policy/compiler/lint/parts.h"

#include "policy/compiler/pattern.h"
#include "policy/compiler/tauri_conf.h"

#include <errno.h>
#include <sys/stat.h>

/* One pattern of a list, expanded. */
struct path {
    const struct tb_lint_list *list;
    const struct tb_value *value; /* the string */
    struct tb_place place;
    struct tb_bytes pattern;
    struct tb_root root;
};

static struct tb_bytes var(const struct tb_lint *lint, enum tb_variable variable)
{
    return lint->policy->vars.paths[variable];
}

/* Below the folders that are the app's alone, and are made at the start. */
static bool is_made(const struct tb_lint *lint, struct tb_bytes path)
{
    static const enum tb_variable made[] = {TB_VAR_APPCACHE, TB_VAR_APPCONFIG, TB_VAR_APPDATA,
                                            TB_VAR_APPLOCALDATA, TB_VAR_APPLOG};
    for (size_t i = 0; i < TB_ARRAY_LEN(made); i++)
        if (tb_path_within(path, var(lint, made[i])))
            return true;
    return false;
}

/* Of the app itself: nothing that another program owns. */
static bool is_own(const struct tb_lint *lint, struct tb_bytes path)
{
    return is_made(lint, path) || tb_path_within(path, var(lint, TB_VAR_RESOURCE));
}

static bool ends(struct tb_bytes text, const char *end)
{
    size_t n = strlen(end);
    return text.n >= n && memcmp(text.data + text.n - n, end, n) == 0;
}

static bool is_deep(const struct path *path)
{
    return memmem(path->pattern.data, path->pattern.n, "**", 2) != NULL;
}

/* ---- broad-scope ---- */

/* What lies in the home folder and opens other doors: keys, passwords, what a shell runs. */
static bool is_secret(const struct tb_lint *lint, struct tb_bytes path)
{
    static const char *const names[] = {
        ".ssh",     ".gnupg", ".aws",          ".kube",   ".docker", ".password-store", ".mozilla",
        ".profile", ".netrc", ".bash_profile", ".bashrc", ".zshrc",  ".git-credentials"};
    struct tb_bytes home = var(lint, TB_VAR_HOME);
    if (home.n < 2 || path.n <= home.n || !tb_path_within(path, home))
        return false;
    struct tb_bytes rest = tb_bytes_of(path.data + home.n + 1, path.n - home.n - 1);
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++)
        if (tb_path_within(rest, tb_bytes_of_string(names[i])))
            return true;
    return false;
}

static bool is_of_all_apps(const struct tb_lint *lint, struct tb_bytes path)
{
    static const enum tb_variable shared[] = {TB_VAR_CONFIG, TB_VAR_DATA, TB_VAR_CACHE, TB_VAR_EXE,
                                              TB_VAR_RUNTIME};
    for (size_t i = 0; i < TB_ARRAY_LEN(shared); i++)
        if (tb_bytes_equal(path, var(lint, shared[i])))
            return true;
    return false;
}

/* Why a pattern is too broad; NULL: it is not. */
static const char *broad(const struct tb_lint *lint, const struct path *path)
{
    const struct tb_root *root = &path->root;
    bool above_home = tb_path_within(var(lint, TB_VAR_HOME), root->path);
    if (is_own(lint, root->path))
        return NULL;
    if (is_secret(lint, root->path))
        return "keys, passwords, or what a shell runs at its start";
    if (root->whole)
        return NULL;
    if (root->path.n == 1 && is_deep(path))
        return "every file of the machine that the user may reach";
    if (above_home && is_deep(path))
        return "everything in the home folder, but for names that begin with a dot";
    if (above_home && path->list->writes)
        return "all files directly in that folder, to write";
    if (is_of_all_apps(lint, root->path))
        return "what other programs keep there";
    return NULL;
}

/* ---- kernel-coarser ---- */

/* A list that allows a folder's whole tree besides asks the kernel for no more than that. */
static bool coarser(const struct tb_lint *lint, const struct path *path,
                    const struct tb_table *trees)
{
    const struct tb_plugin *plugin = path->list->plugin;
    if (!plugin || plugin->program.n == 0 || lint->policy->tauri || path->root.subtree)
        return false;
    return !tb_table_find(trees, path->root.path);
}

/* ---- scope-root-missing ---- */

static bool missing(const struct tb_lint *lint, struct tb_arena *scratch, const struct path *path)
{
    struct stat status;
    bool runs_here = lint->policy->inputs->target == TB_LINUX && !lint->policy->tauri;
    if (!runs_here || is_made(lint, path->root.path))
        return false;
    const char *name = tb_arena_string(scratch, path->root.path);
    return stat(name, &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* ---- lists ---- */

/* The first of several, for one finding. */
struct some {
    struct path first;
    const char *why;
    size_t n;
};

static void note(struct some *some, const struct path *path, const char *why)
{
    if (some->n++ == 0) {
        some->first = *path;
        some->why = why;
    }
}

static const char *others(const struct tb_lint *lint, const struct some *some)
{
    return some->n == 1 ? "" : tb_arena_format(lint->arena, " (and %zu more here)", some->n - 1);
}

static void tell_broad(struct tb_lint *lint, const struct some *some)
{
    bool to_write = some->n > 0 && some->first.list->writes && some->first.root.path.n == 1;
    if (some->n > 0)
        tb_report_warning(lint->report, "broad-scope", some->first.place,
                          "`%.*s`%s allows %s%s: name the folders that the app needs",
                          TB_SHOWN(some->first.value->string), others(lint, some), some->why,
                          to_write ? ", also to write" : "");
}

static void tell_coarser(struct tb_lint *lint, const struct some *some)
{
    if (some->n > 0)
        tb_report_warning(lint->report, "kernel-coarser", some->first.place,
                          "`%.*s`%s is checked by the plugin; the kernel, which holds one that was "
                          "broken into, knows folders alone and lets it reach all of `%.*s`: keep "
                          "such files in a folder of their own",
                          TB_SHOWN(some->first.value->string), others(lint, some),
                          TB_SHOWN(some->first.root.path));
}

static void tell_missing(struct tb_lint *lint, const struct some *some)
{
    if (some->n > 0)
        tb_report_warning(lint->report, "scope-root-missing", some->first.place,
                          "`%.*s`%s is for `%.*s`, which does not exist, so that it stays shut "
                          "until the plugin is started when it does: make it, or name a folder "
                          "below `$APPDATA`, which is made at the start",
                          TB_SHOWN(some->first.value->string), others(lint, some),
                          TB_SHOWN(some->first.root.path));
}

/* False: no pattern, which tb_compile has told. */
static bool read_path(const struct tb_lint *lint, struct tb_arena *scratch,
                      const struct tb_lint_list *list, const struct tb_value *entry,
                      struct path *ret_path)
{
    const char *wrong;
    const struct tb_value *value =
        entry->type == TB_VALUE_MAP ? tb_lint_field(entry, "path") : entry;
    struct path path = {.list = list, .value = value};
    if (!value || value->type != TB_VALUE_STRING ||
        tb_pattern_expand(scratch, &lint->policy->vars, value->string, &path.pattern, &wrong) !=
            TB_PATTERN_OK ||
        !tb_pattern_root(scratch, path.pattern, &path.root))
        return false;
    path.place = tb_lint_list_place(list, value->place);
    *ret_path = path;
    return true;
}

struct found {
    struct some broad;
    struct some coarse;
    struct some missing;
};

static void look(struct tb_lint *lint, struct tb_arena *scratch, const struct path *path,
                 const struct tb_table *trees, struct found *found)
{
    struct tb_lint_plugin *plugin = tb_lint_plugin(lint, path->list->plugin);
    const char *why = broad(lint, path);
    if (why)
        note(&found->broad, path, why);
    if (coarser(lint, path, trees))
        note(&found->coarse, path, NULL);
    if (missing(lint, scratch, path))
        note(&found->missing, path, NULL);
    if (tb_path_within(path->root.path, var(lint, TB_VAR_APPDATA)))
        plugin->in_app_data = true;
}

/* What is known of the paths is given back with the list: there may be very many. */
static void lint_allowed(struct tb_lint *lint, const struct tb_lint_list *list)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena scratch = {0};
    struct found found = {.broad.n = 0};
    struct tb_table trees = {0};
    struct path *paths = tb_arena_get(&scratch, list->values->n + 1, sizeof *paths);
    size_t n = 0;
    for (const struct tb_value *entry = list->values->child; entry; entry = entry->next)
        n += read_path(lint, &scratch, list, entry, &paths[n]);
    for (size_t i = 0; i < n; i++)
        if (paths[i].root.subtree && !paths[i].root.whole)
            tb_table_put(&scratch, &trees, paths[i].root.path, &paths[i]);
    for (size_t i = 0; i < n; i++)
        look(lint, &scratch, &paths[i], &trees, &found);
    tell_broad(lint, &found.broad);
    tell_coarser(lint, &found.coarse);
    tell_missing(lint, &found.missing);
}

/* ---- denies-app-data ---- */

/* A denied folder denies what is in it, so that one level is enough. */
static bool denies_all_of(const struct path *path, struct tb_bytes folder)
{
    bool level = ends(path->pattern, "/*") && path->pattern.n == path->root.path.n + 2;
    return (path->root.subtree || level) && tb_path_within(folder, path->root.path);
}

static void lint_denied(struct tb_lint *lint, const struct tb_lint_list *list)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena scratch = {0};
    bool used = tb_lint_plugin(lint, list->plugin)->in_app_data;
    const struct tb_value *entry = used ? list->values->child : NULL;
    for (; entry; entry = entry->next) {
        struct path path;
        if (read_path(lint, &scratch, list, entry, &path) &&
            denies_all_of(&path, var(lint, TB_VAR_APPDATA)))
            tb_report_warning(lint->report, "denies-app-data", path.place,
                              "`%.*s` denies all of `$APPDATA`, in which another scope allows "
                              "files: on Linux it is one folder with `$APPLOCALDATA`; deny the "
                              "folders in it that are meant",
                              TB_SHOWN(path.value->string));
    }
}

static bool has_paths(const struct tb_lint_list *list)
{
    return list->plugin ? list->plugin->scope == TB_SCOPE_PATH : tb_bytes_are(list->key, "fs");
}

void tb_lint_paths(struct tb_lint *lint)
{
    for (size_t i = 0; i < lint->n_lists; i++)
        if (has_paths(lint->lists[i]) && !lint->lists[i]->deny)
            lint_allowed(lint, lint->lists[i]);
    for (size_t i = 0; i < lint->n_lists; i++)
        if (has_paths(lint->lists[i]) && lint->lists[i]->deny &&
            lint->policy->inputs->target == TB_LINUX)
            lint_denied(lint, lint->lists[i]);
}
