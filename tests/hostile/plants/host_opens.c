/* Planted: neither [open] nor a scope takes anything away from what a page may have opened. */
#include "host/webkitgtk/open_scope.h"

const char *__wrap_tb_open_refused(const struct trollbridge_open *open, const char *url,
                                   struct tb_bytes with);
bool __wrap_tb_open_scope_url(const struct tb_plugin_scope *scope, const char *url,
                              struct tb_bytes with);
bool __wrap_tb_open_scope_path(const struct tb_plugin_scope *scope, const char *real,
                               struct tb_bytes with);

const char *__wrap_tb_open_refused(const struct trollbridge_open *open, const char *url,
                                   struct tb_bytes with)
{
    (void)open, (void)url, (void)with;
    return NULL;
}

bool __wrap_tb_open_scope_url(const struct tb_plugin_scope *scope, const char *url,
                              struct tb_bytes with)
{
    (void)scope, (void)url, (void)with;
    return true;
}

bool __wrap_tb_open_scope_path(const struct tb_plugin_scope *scope, const char *real,
                               struct tb_bytes with)
{
    (void)scope, (void)real, (void)with;
    return true;
}
