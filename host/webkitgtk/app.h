/* What an app holds in this process: for the files of this folder. */
#pragma once

#include "host/webkitgtk/trollbridge-webkitgtk.h"

#include "base/compiler.h"
#include "host/webkitgtk/alerts.h"

#include <stdbool.h>

struct trollbridge_webkit {
    char **origins; /* further ones that are allowed */
    bool devtools;
    struct tb_alerts alerts;
    void (*reloaded)(void *data, uint32_t id, const char *before, const char *after,
                     const char *code, const char *message);
    void (*ask)(void *data, const struct trollbridge_ask *ask); /* NULL: the dialogs of ask.h */
    void (*secret)(void *data, const struct trollbridge_secret *secret); /* the same */
    void (*asked_over)(void *data, uint32_t id);
    void *data;
    struct trollbridge *bridge;
    struct trollbridge_plugin *plugins; /* the host's own, and those of window.h */
    GSource *source;                    /* of the bridge's descriptor */
    WebKitWebContext *context;
    GHashTable *views; /* label: struct tb_view */
    bool has_sandbox;  /* as far as is known */
    bool requires_sandbox;
    const char *sandbox_message;
};

/* Whether documents of the origin get a link. */
bool tb_app_allows(const struct trollbridge_webkit *tw, const char *origin);
