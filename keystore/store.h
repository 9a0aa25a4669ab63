/* What an open keystore is made of, for its own files alone: programs include keystore.h. */
#pragma once

#include "keystore/keystore.h"
#include "keystore/own.h"

enum { TB_FOLDERS = 4 };

struct tb_keystore {
    int root;
    int folders[TB_FOLDERS]; /* keys, public, vault, attempts: as folder.c lists them */
    char app[TB_KEYSTORE_APP_MAX];
    size_t n_app;
    struct tb_own *own; /* guarded memory */
    struct tb_damage damage;
    /* Where time and randomness come from; tests put their own in. */
    uint64_t (*now_s)(void);
    void (*random)(void *bytes, size_t n);
};

static inline struct tb_bytes tb_keystore_app(const struct tb_keystore *keystore)
{
    return tb_bytes_of(keystore->app, keystore->n_app);
}
