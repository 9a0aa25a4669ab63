/*
 * An app's files, all the way to a grant. The input is one byte (bit 0: the permission file is
 * JSON, bit 1: the capability file is, bit 2: it is JSON5), then the permission file, a NUL, the
 * capability file, a NUL, the manifest, and if a plugin `safe` is to have the same permissions, a
 * NUL and its plugin.toml. What compiles without an error has to end in a grant that
 * its reader takes, and what is in it has to be explained.
 */
#include "base/fd.h"
#include "base/result.h"
#include "policy/compiler/capability.h"
#include "policy/compiler/data/source.h"
#include "policy/compiler/explain/explain.h"
#include "policy/compiler/lint/lint.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/permission.h"
#include "policy/compiler/plugin_parts.h"
#include "policy/compiler/resolve.h"
#include "policy/compiler/views.h"
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

static struct tb_document *document(struct tb_report *report, enum tb_format format,
                                    const char *file, struct tb_bytes text,
                                    enum tb_source_kind kind)
{
    const struct tb_value *root = tb_source_document(report, format, file, text, kind);
    if (!root)
        return NULL;
    struct tb_document *document = TB_NEW(report->arena, struct tb_document);
    document->root = root;
    return document;
}

/* The text of a hook is not looked into: any will do. */
static void read_filters(struct tb_policy *policy)
{
    struct tb_hook *hook = &policy->manifest.hook;
    if (hook->file.n > 0)
        hook->text = tb_bytes_of_string("export function onRequest() {}");
    tb_filters_compile(policy);
}

static void read_plugin(struct tb_policy *policy, struct tb_bytes text,
                        const struct tb_document *permissions)
{
    const struct tb_value *root =
        tb_value_read(policy->report, TB_FORMAT_TOML, "plugin.toml", text);
    struct tb_plugin *plugin = tb_plugin_new(policy, tb_bytes_of_string("safe"));
    if (root)
        tb_plugin_describe(policy, root, tb_table_find(&policy->manifest.override_of, plugin->name),
                           plugin);
    tb_permission_read(policy, permissions, &plugin->acl);
}

static void read_files(struct tb_policy *policy, struct tb_bytes text)
{
    static const enum tb_format formats[] = {TB_FORMAT_TOML, TB_FORMAT_JSON, TB_FORMAT_JSON5};
    uint8_t kinds = text.n > 0 ? text.data[0] : 0;
    enum tb_format permission_format = formats[kinds & 1];
    enum tb_format capability_format = formats[kinds & 2 ? 1 + (kinds >> 2 & 1) : 0];
    struct tb_bytes rest = text.n == 0 ? text : tb_bytes_of(text.data + 1, text.n - 1);
    struct tb_bytes permissions = cut(&rest);
    struct tb_bytes capabilities = cut(&rest);
    struct tb_document *manifest = document(policy->report, TB_FORMAT_TOML, TB_MANIFEST_FILE,
                                            cut(&rest), TB_SOURCE_PERMISSIONS);
    if (!manifest)
        return;
    policy->manifest = tb_manifest_read(policy->report, manifest->root, NULL);
    policy->vars = tb_vars_of(policy->arena, &policy->inputs->user, policy->inputs->user_dirs,
                              policy->manifest.app, policy->inputs->resource);
    read_filters(policy);
    const struct tb_document *own = document(policy->report, permission_format, "permissions/p",
                                             permissions, TB_SOURCE_PERMISSIONS);
    tb_permission_read(policy, own, &policy->app);
    if (rest.n > 0)
        read_plugin(policy, rest, own);
    policy->capabilities =
        tb_capability_read(policy, document(policy->report, capability_format, "capabilities/c",
                                            capabilities, TB_SOURCE_CAPABILITIES));
}

static void check_grant(struct tb_bytes bytes)
{
    struct tb_grant *grant;
    tb_fd fd = tb_fd_memory("grant");
    tb_assert(fd >= 0 && tb_fd_write_all(fd, bytes) == 0);
    tb_assert(tb_grant_read(fd, &grant) == TB_OK);
    tb_grant_free(grant);
}

enum { EXPLAINED = 3, EXPLAIN_NODES = 1024 * 1024, EXPLAIN_KEY = 65536 };

/* What was decided has to be explained, and in a form that its reader takes. */
static void explain(struct tb_policy *policy, const struct tb_compiled *compiled,
                    const struct tb_snapshot *snapshot, const struct tb_question *question)
{
    static const struct tb_scan_limits limits = {TB_MSGPACK_DEPTH, EXPLAIN_NODES, EXPLAIN_KEY};
    const msgpack_object *root;
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    tb_buffer_init(&out, TB_EXPLAIN_MAX);
    int r = tb_explain_write(policy, compiled, snapshot, question, &out);
    tb_assert(r == TB_OK || r == TB_TOO_LARGE);
    tb_assert(tb_unpacker_init(&unpacker, &limits) == 0);
    if (r == TB_OK)
        tb_assert(tb_unpack(&unpacker, &limits, tb_buffer_bytes(&out), &root) != TB_MALFORMED);
}

static void explain_some(struct tb_policy *policy, const struct tb_compiled *compiled,
                         const struct tb_snapshot *snapshot, const struct tb_resolved *resolved,
                         const struct tb_request *request)
{
    struct tb_question question = {tb_bytes_of_string("app:Greet"), *request};
    explain(policy, compiled, snapshot, &question);
    for (size_t i = 0; i < snapshot->n_commands && i < EXPLAINED; i++) {
        question.command = snapshot->commands[i].name;
        explain(policy, compiled, snapshot, &question);
    }
    for (size_t i = 0; i < resolved->n_denied && i < EXPLAINED; i++) {
        question.command = resolved->denied[i].name;
        explain(policy, compiled, snapshot, &question);
    }
}

static void resolve(struct tb_policy *policy, const struct tb_compiled *compiled,
                    struct tb_bytes bytes)
{
    const struct tb_request request = {.view = tb_bytes_of_string("main"),
                                       .webview = tb_bytes_of_string("panel"),
                                       .origin = tb_bytes_of_string("local")};
    struct tb_arena *arena = policy->arena;
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_snapshot snapshot;
    struct tb_resolved resolved;
    tb_buffer_init(&out, TB_GRANT_MAX);
    tb_assert(tb_unpacker_init(&unpacker, &tb_scan_snapshot) == 0);
    tb_assert(tb_snapshot_read(arena, &unpacker, bytes, &snapshot) == TB_OK);
    int r = tb_resolve(arena, &snapshot, &request, &resolved);
    if (r == TB_OK)
        r = tb_grant_write(arena, &snapshot, &request, &resolved, &out);
    tb_assert(r == TB_OK || r == TB_TOO_LARGE);
    if (r != TB_OK)
        return;
    check_grant(tb_buffer_bytes(&out));
    explain_some(policy, compiled, &snapshot, &resolved, &request);
}

/* What `policy check` says of it, of a glob and a URL pattern from outside too. */
static void check(struct tb_policy *policy, const struct tb_compiled *compiled,
                  struct tb_bytes snapshot)
{
    /* Small, since a scanner's memory is made anew each time. */
    static const struct tb_scan_limits limits = {TB_MSGPACK_DEPTH, 65536, 65536};
    static const uint8_t also[] = "\x03\0vm*\x0c\0ohttps://*.x";
    const struct tb_check_filter filter = {
        .views = true, .snapshot = snapshot, .also = tb_bytes_of(also, sizeof also - 1)};
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    const msgpack_object *root;
    tb_buffer_init(&out, TB_CHECK_MAX);
    tb_assert(tb_views_also_valid(filter.also));
    tb_assert(tb_check_write(policy, compiled, &filter, "", &out));
    tb_assert(tb_unpacker_init(&unpacker, &limits) == 0);
    tb_assert(tb_unpack(&unpacker, &limits, tb_buffer_bytes(&out), &root) != TB_MALFORMED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t digest[TB_DIGEST_SIZE];
    struct tb_arena arena = {0};
    struct tb_report report = {.arena = &arena, .silent = true};
    struct tb_user user = {.home = tb_bytes_of_string("/home/u[x]")};
    struct tb_inputs inputs = {.app = -1, .libexec = "/libexec"};
    struct tb_policy policy = {.arena = &arena, .report = &report, .inputs = &inputs};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer snapshot;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer settings;
    inputs.resource = tb_bytes_of_string("/apps/fuzz");
    inputs.user = tb_user_complete(&arena, &user);
    tb_buffer_init(&snapshot, TB_SNAPSHOT_MAX);
    tb_buffer_init(&settings, TB_SETTINGS_MAX);

    read_files(&policy, tb_bytes_of(data, size));
    struct tb_compiled compiled = tb_compile(&policy);
    tb_lint(&policy, &compiled, TB_LINT_CHECK);
    if (report.n_errors == 0 && tb_snapshot_write(&policy, &compiled, &snapshot) &&
        report.n_errors == 0 && tb_settings_write(&policy, digest, &settings))
        resolve(&policy, &compiled, tb_buffer_bytes(&snapshot));
    check(&policy, &compiled,
          report.n_errors == 0 ? tb_buffer_bytes(&snapshot) : (struct tb_bytes){0});
    tb_arena_deinit(&arena);
    return 0;
}
