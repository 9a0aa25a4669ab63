#include "policy/settings.h"

#include "base/fd.h"
#include "base/result.h"

#include <stdlib.h>

struct word {
    const char *name;
    int value;
};

static bool word_value(const struct word *words, size_t n, struct tb_bytes name, int *ret_value)
{
    for (size_t i = 0; i < n; i++) {
        if (!tb_bytes_are(name, words[i].name))
            continue;
        *ret_value = words[i].value;
        return true;
    }
    return false;
}

bool tb_args_of(struct tb_bytes name, enum tb_args *ret_args)
{
    static const struct word words[] = {
        {"none", TB_ARGS_NONE}, {"digest", TB_ARGS_DIGEST}, {"full", TB_ARGS_FULL}};
    int value;
    if (!word_value(words, TB_ARRAY_LEN(words), name, &value))
        return false;
    *ret_args = (enum tb_args)value;
    return true;
}

bool tb_path_valid(struct tb_bytes path)
{
    return path.n > 0 && path.n <= TB_PATH_MAX && path.data[0] == '/' &&
           memchr(path.data, 0, path.n) == NULL;
}

static int read_audit(const msgpack_object *audit, struct tb_settings *settings)
{
    static const struct word modes[] = {{"before", TB_AUDIT_BEFORE}, {"behind", TB_AUDIT_BEHIND}};
    struct tb_bytes mode;
    struct tb_bytes args;
    const struct tb_field fields[] = {
        {"mode", TB_STR, &mode, 0, NULL},
        {"file", TB_STR, &settings->audit_file, 0, NULL},
        {"args", TB_STR, &args, 0, NULL},
    };
    int r = tb_map_read(audit, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    int value;
    if (!word_value(modes, TB_ARRAY_LEN(modes), mode, &value) ||
        !tb_args_of(args, &settings->audit_args) || !tb_path_valid(settings->audit_file))
        return TB_MALFORMED;
    settings->audit_mode = (enum tb_audit_mode)value;
    return TB_OK;
}

static int read_require(const msgpack_object *require, struct tb_settings *settings)
{
    for (uint32_t i = 0; i < require->via.array.size; i++) {
        const msgpack_object *name = &require->via.array.ptr[i];
        if (name->type != MSGPACK_OBJECT_STR || name->via.str.size == 0)
            return TB_MALFORMED;
        settings->require[settings->n_require++] = tb_object_bytes(name);
    }
    return TB_OK;
}

static int read_root(const msgpack_object *root, struct tb_settings *settings)
{
    static const struct word actions[] = {{"deny", TB_ON_VIOLATION_DENY},
                                          {"lock", TB_ON_VIOLATION_LOCK},
                                          {"exit", TB_ON_VIOLATION_EXIT}};
    uint64_t version;
    struct tb_bytes digest;
    struct tb_bytes violations;
    const msgpack_object *require;
    const msgpack_object *audit;
    const struct tb_field fields[] = {
        {"v", TB_UINT, &version, 0, NULL},
        {"app", TB_STR, &settings->app, TB_APP_MAX, NULL},
        {"digest", TB_BIN, &digest, TB_DIGEST_SIZE, NULL},
        {"resource", TB_STR, &settings->resource, 0, NULL},
        {"require", TB_ARRAY, &require, TB_LAYERS_MAX, NULL},
        {"violations", TB_STR, &violations, 0, NULL},
        {"audit", TB_MAP, &audit, 0, NULL},
        {"answers", TB_STR, &settings->answers, 0, NULL},
        {"states", TB_STR, &settings->states, 0, NULL},
        {"hook_file", TB_STR, &settings->hook_file, TB_HOOK_FILE_MAX, NULL},
        {"hook", TB_BIN, &settings->hook, TB_HOOK_TEXT_MAX, NULL},
        {"facts", TB_BIN, &settings->facts, TB_FACTS_MAX, NULL},
    };
    int r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    int action;
    if (version != 1 || settings->app.n == 0 || digest.n != TB_DIGEST_SIZE ||
        !tb_path_valid(settings->resource) ||
        (settings->answers.n > 0 && !tb_path_valid(settings->answers)) ||
        (settings->states.n > 0 && !tb_path_valid(settings->states)) ||
        (settings->hook.n == 0) != (settings->hook_file.n == 0) ||
        !word_value(actions, TB_ARRAY_LEN(actions), violations, &action))
        return TB_MALFORMED;
    settings->violations = (enum tb_violation_action)action;
    memcpy(settings->digest, digest.data, TB_DIGEST_SIZE);
    r = read_require(require, settings);
    return r == TB_OK ? read_audit(audit, settings) : r;
}

int tb_settings_read(int fd, struct tb_settings *ret_settings)
{
    /* Every string of the result points into `memory`; nothing of the unpacker outlives this. */
    tb_cleanup(tb_settings_deinit) struct tb_settings settings = {0};
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    size_t n;
    const msgpack_object *root;
    int r = tb_fd_read_all(fd, TB_SETTINGS_MAX, &settings.memory, &n);
    if (r == TB_OK)
        r = tb_unpacker_init(&unpacker, &tb_scan_peer);
    if (r == TB_OK)
        r = tb_unpack(&unpacker, &tb_scan_peer, tb_bytes_of(settings.memory, n), &root);
    if (r == TB_OK)
        r = read_root(root, &settings);
    if (r != TB_OK)
        return r;
    *ret_settings = settings;
    settings.memory = NULL;
    return TB_OK;
}

void tb_settings_deinit(struct tb_settings *settings)
{
    free(settings->memory);
    *settings = (struct tb_settings){0};
}
