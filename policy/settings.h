/* What an app's manifest says to every process: docs/formats.md, Settings. Compiled by
 * trollbridge-policy. */
#pragma once

#include "proto/pack.h"
#include "proto/record.h"

enum tb_violation_action {
    TB_ON_VIOLATION_LOCK = 0,
    TB_ON_VIOLATION_DENY,
    TB_ON_VIOLATION_EXIT,
};

enum tb_audit_mode {
    TB_AUDIT_BEFORE = 0,
    TB_AUDIT_BEHIND,
};

/* The name that a hook has where the manifest gives it none. */
#define TB_HOOK_FILE "isolation.js"

enum { TB_LAYERS_MAX = 16, TB_APP_MAX = 128, TB_PATH_MAX = 4096 };

/* Names in `record` of a plugin, and bytes of each: they are compared with those of every call. */
enum { TB_RECORD_NAMES_MAX = 16, TB_RECORD_NAME_MAX = 64 };

struct tb_settings {
    struct tb_bytes app;
    uint8_t digest[TB_DIGEST_SIZE];
    struct tb_bytes resource; /* absolute path of the app folder */
    struct tb_bytes require[TB_LAYERS_MAX];
    size_t n_require;
    enum tb_violation_action violations;
    enum tb_audit_mode audit_mode;
    struct tb_bytes audit_file; /* absolute */
    enum tb_args audit_args;
    struct tb_bytes answers; /* the file of remembered answers, absolute; empty: none is kept */
    struct tb_bytes states;  /* the folder of all that is kept of apps, absolute; empty: no home */
    struct tb_bytes hook_file; /* its name in the app folder; empty: the app has no hook */
    struct tb_bytes hook;      /* its text */
    struct tb_bytes facts;     /* what the host is told of the app, passed on unread */
    uint8_t *memory;           /* owned; the strings borrow from it */
};

/* Reads the whole of a settings file. TB_OK, TB_MALFORMED, TB_TOO_LARGE or -errno. */
tb_must_check int tb_settings_read(int fd, struct tb_settings *ret_settings);
void tb_settings_deinit(struct tb_settings *settings);

/* none, digest or full. False, and nothing set, for any other word. */
tb_must_check bool tb_args_of(struct tb_bytes name, enum tb_args *ret_args);

/* Whether the bytes can be handed to the kernel as an absolute path: TB_PATH_MAX at most, no NUL.
 */
bool tb_path_valid(struct tb_bytes path);
