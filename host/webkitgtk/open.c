#include "host/webkitgtk/open.h"

#include "host/webkitgtk/open_launch.h"
#include "host/webkitgtk/open_path.h"
#include "host/webkitgtk/open_reveal.h"
#include "host/webkitgtk/open_scope.h"
#include "host/webkitgtk/open_url.h"
#include "host/webkitgtk/window.h"

static const struct trollbridge_open *app_allows(const struct tb_call *call)
{
    return &trollbridge_app(tb_window_app(call)->bridge)->open;
}

static const struct tb_plugin_scope *scope_of(const struct tb_call *call)
{
    return call->scope == TB_NO_SCOPE ? NULL : &call->init->scopes[call->scope];
}

/* The URL in that argument, as it will be handed on, if [open] has nothing against it. NULL: the
 * call was answered. Returns a new string. */
static char *read_url(struct tb_call *call, const char *key, struct tb_bytes *ret_with)
{
    struct tb_bytes untrusted_url;
    const char *wrong;
    *ret_with = (struct tb_bytes){0};
    if (!tb_arg_str(call, call->args, key, TB_REQUIRED, &untrusted_url) ||
        !tb_arg_str(call, call->args, "with", TB_OPTIONAL, ret_with))
        return NULL;
    g_autofree char *url = tb_open_url(untrusted_url, &wrong);
    if (!url) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "%s: %s", key, wrong);
        return NULL;
    }
    wrong = tb_open_refused(app_allows(call), url, *ret_with);
    if (wrong) {
        tb_reply_error(call, TB_CODE_SCOPE, 0, "%s", wrong);
        return NULL;
    }
    return g_steal_pointer(&url);
}

static void launch_url(struct tb_call *call, char *url, struct tb_bytes with)
{
    struct tb_opening *opening = tb_opening_new(call);
    g_autoptr(GList) urls = g_list_append(NULL, url);
    if (opening)
        tb_opening_launch(opening, tb_open_program_for_url(url, with), urls);
}

static void open_url(struct tb_call *call)
{
    struct tb_bytes with;
    g_autofree char *url = read_url(call, "url", &with);
    if (!url)
        return;
    if (tb_open_scope_url(scope_of(call), url, with))
        launch_url(call, url, with);
    else
        tb_reply_error(call, TB_CODE_SCOPE, 0, "the URL is outside of the command's scope");
}

/* Tauri's scopes for it are none: what its own setting said is [open] here. */
static void shell_open(struct tb_call *call)
{
    struct tb_bytes with;
    g_autofree char *url = read_url(call, "path", &with);
    if (url)
        launch_url(call, url, with);
}

/* Where the path leads, if the scope has it. What is there and what is not is told apart only
 * there: elsewhere a page would learn which files people have. NULL: the call was answered. Returns
 * a new string. */
static char *read_path(struct tb_call *call, struct tb_bytes untrusted_path, struct tb_bytes with)
{
    g_autofree char *real = tb_open_path_real(untrusted_path);
    if (real && tb_open_scope_path(scope_of(call), real, with))
        return g_steal_pointer(&real);
    tb_reply_error(call, TB_CODE_SCOPE, 0,
                   "no file or folder of the command's scope is there: a path is absolute, and "
                   "counts as what its links lead to");
    return NULL;
}

static void launch_path(struct tb_call *call, const char *real, struct tb_bytes with)
{
    g_autofree char *type = tb_open_path_type(real);
    if (!type) {
        tb_reply_error(call, TB_CODE_SCOPE, 0, "programs are not opened, whatever the scope says");
        return;
    }
    struct tb_opening *opening = tb_opening_new(call);
    g_autofree char *uri = g_filename_to_uri(real, NULL, NULL);
    g_autoptr(GList) uris = g_list_append(NULL, uri);
    if (opening)
        tb_opening_launch(opening, tb_open_program_for_type(type, with), uris);
}

static void open_path(struct tb_call *call)
{
    struct tb_bytes untrusted_path;
    struct tb_bytes with = {0};
    if (!tb_arg_str(call, call->args, "path", TB_REQUIRED, &untrusted_path) ||
        !tb_arg_str(call, call->args, "with", TB_OPTIONAL, &with))
        return;
    const char *wrong = tb_open_refused(app_allows(call), NULL, with);
    if (wrong) {
        tb_reply_error(call, TB_CODE_SCOPE, 0, "%s", wrong);
        return;
    }
    g_autofree char *real = read_path(call, untrusted_path, with);
    if (real)
        launch_path(call, real, with);
}

/* False: the call was answered. */
static bool add_uri(struct tb_call *call, struct tb_bytes untrusted_path, GStrvBuilder *uris)
{
    g_autofree char *real = read_path(call, untrusted_path, (struct tb_bytes){0});
    g_autofree char *uri = real ? g_filename_to_uri(real, NULL, NULL) : NULL;
    if (uri)
        g_strv_builder_add(uris, uri);
    return uri != NULL;
}

static void reveal_item_in_dir(struct tb_call *call)
{
    struct tb_bytes untrusted_paths[TB_OPEN_PATHS_MAX];
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    size_t n;
    if (!tb_arg_strs(call, call->args, "paths", TB_REQUIRED, TB_OPEN_PATHS_MAX, untrusted_paths,
                     &n))
        return;
    for (size_t i = 0; i < n; i++)
        if (!add_uri(call, untrusted_paths[i], builder))
            return;
    g_auto(GStrv) uris = g_strv_builder_end(builder);
    struct tb_opening *opening = tb_opening_new(call);
    if (opening)
        tb_open_reveal(opening, uris);
}

static const struct tb_plugin_command commands[] = {
    {"open_path", open_path},
    {"open_url", open_url},
    {"reveal_item_in_dir", reveal_item_in_dir},
    {"shell_open", shell_open},
};

const struct tb_plugin tb_opener_plugin = {.commands = commands,
                                           .n_commands = TB_ARRAY_LEN(commands)};
