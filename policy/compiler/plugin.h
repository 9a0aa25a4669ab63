/*
 * Plugins that an app's capabilities name. A plugin's folder holds
 *
 *     plugin.toml              name = "fs"        the folder's name
 *                              program = "fs"     a file below libexec/trollbridge/plugins
 *                              host = true        instead: the host serves its commands
 *                              commands = [...]   what is implemented
 *                              scope = "path"     or "program", or "opaque"; none without it
 *                              scope_keys = {...} what entries of opaque scopes are made of
 *                              elsewhere = {...}  commands that another plugin carries out
 *                              read_commands = [...]   which of them need the files that their
 *                              write_commands = [...]  scope names, to read and to write
 *                              resources = true   it keeps things open by ids, and implements
 *                                                 `resources|close`
 *                              record = [...]     its arguments are secrets, but those named here
 *                              secrets = true     it may ask people for passphrases
 *                              waits = [...]      which commands wait for a person: they have no
 *                                                 deadline but one of their own
 *                              [sandbox]          as [plugins.NAME] sandbox of the manifest, which
 *                                                 replaces it key by key; and `state`, a folder of
 *                                                 its own, which the manifest can but take away
 *     permissions/           *.toml and *.json
 *
 * Without either nothing implements it: its commands are granted all the same, and its scopes,
 * opaque then unless it says otherwise, are kept. The folder of Tauri's `core:window` has that
 * name.
 *
 * It is looked for where `[plugins.NAME] permissions` of the manifest says (a folder of that shape
 * in the app), then in the folders of the command line.
 */
#pragma once

#include "policy/compiler/policy.h"

/* The access control list for the key of an identifier (empty: the app's own); reads the plugin at
 * its first use. NULL: there is no such plugin, which the caller tells. */
struct tb_acl *tb_plugin_acl(struct tb_policy *policy, struct tb_bytes key);

/* Whether a folder of the command line has it. */
bool tb_plugin_installed(const struct tb_policy *policy, struct tb_bytes key);

/* The text of the plugin.toml of one that is installed; false: it is not, or an error has been
 * told. */
tb_must_check bool tb_plugin_description(struct tb_policy *policy, struct tb_bytes key,
                                         struct tb_bytes *ret_text);

/* Tells that a capability names a plugin that is not there: an error; but in a Tauri project, which
 * has plugins that this program knows nothing of, a warning. */
void tb_plugin_tell_missing(struct tb_policy *policy, struct tb_bytes key, struct tb_place place);
/* The same of one permission, whose manifest the project's build would make. */
void tb_plugin_tell_unbuilt(struct tb_policy *policy, const struct tb_acl *acl,
                            struct tb_bytes name, struct tb_place place);

/* "app, fs, shell": what there is instead. */
const char *tb_plugin_names(struct tb_policy *policy);

/* `plugin:fs|read_file`, `plugin:window|close` of `core:window`; for the app's own just the name.
 */
struct tb_bytes tb_plugin_command(struct tb_policy *policy, const struct tb_acl *acl,
                                  struct tb_bytes name);

/* For a test: what programs implement is the host's from here on, which has no program, no sandbox
 * and no files. What is granted and what is judged stay what they were. */
void tb_plugins_serve(struct tb_policy *policy);

/* The app's own commands (NULL) are the host's. */
static inline bool tb_plugin_implements(const struct tb_plugin *plugin, struct tb_bytes name)
{
    return !plugin || tb_table_find(&plugin->command_of, name);
}
