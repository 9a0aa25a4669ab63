/*
 * Trollbridge's fs plugin: files and folders for a page, with the commands and shapes of
 * @tauri-apps/plugin-fs. It runs inside a hull that the launcher drew around the roots of its
 * scopes; here each path is held against its own command's scope.
 */
#include "base/result.h"
#include "plugins/fs/commands.h"
#include "sandbox/enter.h"

#include <errno.h>
#include <stdlib.h>

/* What the launcher wrote behind the program's name: what is denied. */
static char *const *denied_arguments;

static int open_space(const struct tb_plugin_init *init, struct fs_space **ret_space)
{
    static const char *const names[FS_ANCHORS_MAX] = {"RESOURCE",  "APPDATA",  "APPLOCALDATA",
                                                      "APPCONFIG", "APPCACHE", "APPLOG"};
    struct fs_anchors anchors;
    struct fs_space *space;
    for (size_t i = 0; i < FS_ANCHORS_MAX; i++)
        anchors.paths[i] = tb_plugin_var(init, names[i]);
    int r = fs_space_new(init->scopes, init->n_scopes, &anchors, &space);
    if (r != TB_OK)
        return r;
    for (char *const *text = denied_arguments; *text && r == TB_OK; text++)
        r = fs_denied_cover(&space->denied, &space->roots, *text);
    if (r == TB_OK)
        *ret_space = space;
    else
        fs_space_free(space);
    return r;
}

static void stop(void *object)
{
    struct fs_state *state = object;
    fs_space_free(state->space);
    free(state);
}

static int start(const struct tb_plugin_init *init, void **ret_state)
{
    struct fs_state *state = calloc(1, sizeof *state);
    if (!state)
        return -ENOMEM;
    state->files = tb_ids_new(init->session, FS_FILES_MAX, fs_end_file);
    state->lines = tb_ids_new(init->session, FS_LINES_MAX, fs_end_lines);
    state->watches = tb_ids_new(init->session, FS_WATCHES_MAX, fs_end_watch);
    int r =
        state->files && state->lines && state->watches ? open_space(init, &state->space) : -ENOMEM;
    if (r == TB_OK)
        *ret_state = state;
    else
        free(state);
    return r;
}

/* What cannot be opened is as if it had not been picked: the page is told `scope`. */
static void picked(void *data, const struct tb_pick *pick)
{
    struct fs_state *state = data;
    int ignored tb_unused = fs_picks_add(&state->space->picks, pick);
}

/* The launcher's list is one for plugins in any language; these commands need a fifth of it. */
static int seal(void *state)
{
    (void)state;
    return tb_sandbox_tighten(&tb_role_fs);
}

int main(int argc, char **argv)
{
    static const struct tb_plugin_command commands[] = {
        {"copy_file", fs_copy_file},
        {"create", fs_create},
        {"exists", fs_exists},
        {"fstat", fs_fstat},
        {"ftruncate", fs_ftruncate},
        {"lstat", fs_lstat},
        {"mkdir", fs_mkdir},
        {"open", fs_open_command},
        {"read", fs_read},
        {"read_dir", fs_read_dir},
        {"read_file", fs_read_file},
        {"read_text_file", fs_read_file},
        {"read_text_file_lines", fs_read_text_file_lines},
        {"read_text_file_lines_next", fs_read_text_file_lines_next},
        {"remove", fs_remove},
        {"rename", fs_rename},
        {"seek", fs_seek},
        {"size", fs_size},
        {"start_accessing_security_scoped_resource", fs_do_nothing},
        {"stat", fs_stat},
        {"stop_accessing_security_scoped_resource", fs_do_nothing},
        {"truncate", fs_truncate},
        {"unwatch", fs_unwatch},
        {"watch", fs_watch},
        {"write", fs_write},
        {"write_file", fs_write_file},
        {"write_text_file", fs_write_file},
    };
    static const char *const parts[] = {"write_file", "write_text_file", NULL};
    static const struct tb_plugin plugin = {.commands = commands,
                                            .n_commands = TB_ARRAY_LEN(commands),
                                            .parts = parts,
                                            .start = start,
                                            .seal = seal,
                                            .stop = stop,
                                            .picked = picked};
    denied_arguments = argc > 0 ? argv + 1 : argv;
    return tb_plugin_main(&plugin);
}
