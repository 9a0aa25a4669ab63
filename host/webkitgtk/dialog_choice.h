/* What a page wants a person to choose: the options of plugin:dialog|open and |save, in Tauri's
 * shape. */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"

enum {
    TB_DIALOG_FILTERS_MAX = 16,
    TB_DIALOG_EXTENSIONS_MAX = 64, /* of one filter */
    TB_DIALOG_EXTENSION_MAX = 64,  /* bytes */
    TB_DIALOG_PATH_MAX = 4096,
};

struct tb_dialog_filter {
    char *name;      /* as it is shown */
    char **patterns; /* of file names */
};

struct tb_dialog_choice {
    bool save;
    bool folder;
    bool multiple;
    bool recursive;
    bool makes_folders;
    char *title; /* as it is shown; NULL: none */
    char *path;  /* where it begins, absolute; NULL: wherever the person is */
    struct tb_dialog_filter filters[TB_DIALOG_FILTERS_MAX];
    size_t n_filters;
};

/* Reads a call's arguments; false: the call has been answered. Deinit what was read. */
TB_CHECKED bool tb_dialog_choice_read(struct tb_call *call, bool save,
                                      struct tb_dialog_choice *ret_choice);
void tb_dialog_choice_deinit(struct tb_dialog_choice *choice);
