/* What a call may have opened: [open] of the manifest, which is the app's, and the scope of its
 * command, which is the view's. Denied wins, nothing is allowed unless an entry says so, and what
 * cannot be understood denies. `with` is the program that a page names, empty for the person's own.
 */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"
#include <trollbridge.h>

/* NULL: [open] has nothing against it; or what to write, a constant string. `url` is one of
 * tb_open_url's, or NULL: only the program is asked about. */
const char *tb_open_refused(const struct trollbridge_open *open, const char *url,
                            struct tb_bytes with);

/* Whether the scope allows the URL. */
bool tb_open_scope_url(const struct tb_plugin_scope *scope, const char *url, struct tb_bytes with);
/* The same of a path that tb_open_path_real returned. */
bool tb_open_scope_path(const struct tb_plugin_scope *scope, const char *real,
                        struct tb_bytes with);
