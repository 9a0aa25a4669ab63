#include "host/webkitgtk/open.h"

#include "host/webkitgtk/open_launch.h"
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

static void open_url(struct tb_call *call)
{
    struct tb_bytes with;
    g_autofree char *url = read_url(call, "url", &with);
    if (!url)
        return;
    if (tb_open_scope_url(scope_of(call), url, with))
        tb_open_launch(call, tb_open_program_for_url(url, with), url);
    else
        tb_reply_error(call, TB_CODE_SCOPE, 0, "the URL is outside of the command's scope");
}

/* Tauri's scopes for it are none: what its own setting said is [open] here. */
static void shell_open(struct tb_call *call)
{
    struct tb_bytes with;
    g_autofree char *url = read_url(call, "path", &with);
    if (url)
        tb_open_launch(call, tb_open_program_for_url(url, with), url);
}

static const struct tb_plugin_command commands[] = {
    {"open_url", open_url},
    {"shell_open", shell_open},
};

const struct tb_plugin tb_opener_plugin = {.commands = commands,
                                           .n_commands = TB_ARRAY_LEN(commands)};
