/*
 * A Tauri project's files, all the way to what would be imported of it. The input is its
 * configuration, a NUL, the platform's own one (empty: there is none), a NUL, a capability file, a
 * NUL, a permission file of the folder permissions/part, a NUL, acl-manifests.json. What can be
 * imported has to be msgpack that its reader takes.
 */
#include "base/result.h"
#include "policy/compiler/compile.h"
#include "policy/compiler/import/import.h"
#include "policy/compiler/manifests.h"
#include "policy/compiler/tauri_folder.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "tests/fuzz/fuzz.h"

static struct tb_bytes cut(struct tb_bytes *rest)
{
    const uint8_t *end = rest->n == 0 ? NULL : memchr(rest->data, 0, rest->n);
    size_t n = end ? (size_t)(end - rest->data) : rest->n;
    struct tb_bytes part = tb_bytes_of(rest->data, n);
    n += end != NULL;
    *rest = tb_bytes_of(rest->data + n, rest->n - n);
    return part;
}

static struct tb_value *map_of(struct tb_report *report, const char *file, struct tb_bytes text)
{
    struct tb_value *root = tb_value_read(report, TB_FORMAT_JSON5, file, text);
    return root && root->type == TB_VALUE_MAP ? root : NULL;
}

static struct tb_document *document(struct tb_report *report, const char *file,
                                    struct tb_bytes text, enum tb_source_kind kind)
{
    const struct tb_value *root = tb_source_document(report, TB_FORMAT_JSON, file, text, kind);
    struct tb_document *document = TB_NEW(report->arena, struct tb_document);
    document->root = root;
    return root ? document : NULL;
}

static void read_project(struct tb_policy *policy, struct tb_bytes rest)
{
    struct tb_report *report = policy->report;
    struct tb_tauri_conf *conf = TB_NEW(policy->arena, struct tb_tauri_conf);
    struct tb_value *root = map_of(report, "tauri.conf.json", cut(&rest));
    struct tb_value *patch = map_of(report, "tauri.linux.conf.json", cut(&rest));
    if (!root)
        return;
    tb_value_settle_duplicates(report, root, TB_DUPLICATES_LAST_WINS);
    if (patch)
        tb_value_settle_duplicates(report, patch, TB_DUPLICATES_LAST_WINS);
    report->n_errors = 0; /* a file that is not there is none */
    if (!tb_tauri_conf_of(report, root, patch, conf))
        return;
    struct tb_document *capabilities =
        document(report, "capabilities/a.json", cut(&rest), TB_SOURCE_CAPABILITIES);
    struct tb_document *permissions =
        document(report, "permissions/part/a.json", cut(&rest), TB_SOURCE_PERMISSIONS);
    struct tb_value *manifests = tb_value_read(report, TB_FORMAT_JSON, TB_MANIFESTS_FILE, rest);
    report->n_errors = 0;
    if (manifests)
        conf->manifests = tb_manifests_of(policy, manifests);
    tb_tauri_use(policy, conf, capabilities, permissions);
}

static void check_import(struct tb_bytes text)
{
    static const struct tb_scan_limits limits = {TB_MSGPACK_DEPTH, 1 << 20, 65536};
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    const msgpack_object *root;
    tb_assert(tb_unpacker_init(&unpacker, &limits) == 0);
    tb_assert(tb_unpack(&unpacker, &limits, text, &root) == TB_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_arena arena = {0};
    struct tb_report report = {.arena = &arena, .silent = true};
    struct tb_user user = {.home = tb_bytes_of_string("/home/u")};
    struct tb_inputs inputs = {.app = -1, .libexec = "/libexec"};
    struct tb_policy policy = {.arena = &arena, .report = &report, .inputs = &inputs};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    inputs.resource = tb_bytes_of_string("/apps/fuzz");
    inputs.user = tb_user_complete(&arena, &user);
    tb_buffer_init(&out, TB_IMPORT_MAX);

    read_project(&policy, tb_bytes_of(data, size));
    (void)tb_compile(&policy);
    tb_assert(tb_import_write(&policy, &out));
    check_import(tb_buffer_bytes(&out));
    tb_arena_deinit(&arena);
    return 0;
}
