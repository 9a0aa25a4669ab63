/*
 * trollbridge-policy: the only program that reads an app's policy files, or matches a glob. It
 * lives for one job and hands its result to descriptors that its parent gave it.
 */
#include "base/fd.h"
#include "base/result.h"
#include "policy/compiler/cases/cases.h"
#include "policy/compiler/check.h"
#include "policy/compiler/data/exit.h"
#include "policy/compiler/explain/explain.h"
#include "policy/compiler/import/import.h"
#include "policy/compiler/inputs.h"
#include "policy/compiler/lint/lint.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/plugin.h"
#include "policy/compiler/resolve.h"
#include "policy/compiler/views.h"
#include "sandbox/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { REQUEST_MAX = 2048, CPU_S = 20 };

static int failed(struct tb_report *report, const char *what, int error)
{
    tb_report_error(report, "io", (struct tb_place){NULL, 0}, "%s: %s", what,
                    strerrordesc_np(error));
    return TB_POLICY_PART;
}

static int write_both(struct tb_report *report, const struct tb_options *options,
                      struct tb_bytes snapshot, struct tb_bytes settings)
{
    int r = tb_fd_write_all(options->snapshot_fd, snapshot);
    if (r == 0)
        r = tb_fd_write_all(options->settings_fd, settings);
    return r == 0 ? TB_POLICY_DONE : failed(report, "the result cannot be written", -r);
}

static int tauri_project(struct tb_report *report)
{
    tb_report_error(report, "manifest", (struct tb_place){TB_MANIFEST_FILE, 0},
                    "this is a Tauri project, which cannot be started: `trollbridge import` makes "
                    "an app folder of it");
    return TB_POLICY_FILES;
}

/* All of it or nothing: not a byte is written while anything is wrong. */
static int compile(struct tb_report *report, const struct tb_options *options,
                   const struct tb_inputs *inputs)
{
    struct tb_policy policy = {.arena = report->arena, .report = report, .inputs = inputs};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer snapshot;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer settings;
    uint8_t digest[TB_DIGEST_SIZE];
    tb_buffer_init(&snapshot, TB_SNAPSHOT_MAX);
    tb_buffer_init(&settings, TB_SETTINGS_MAX);

    report->silent = inputs->test; /* the job `cases` has told it */
    report->silent = options->quiet;
    tb_policy_read(&policy);
    if (policy.tauri)
        return tauri_project(report);
    struct tb_compiled compiled = tb_compile(&policy);
    tb_lint(&policy, &compiled, TB_LINT_START);
    if (inputs->test)
        tb_plugins_serve(&policy);
    if (report->n_errors > 0 || !tb_snapshot_write(&policy, &compiled, &snapshot))
        return TB_POLICY_FILES;
    struct tb_bytes text = tb_buffer_bytes(&snapshot);
    crypto_generichash(digest, sizeof digest, text.data, text.n, NULL, 0);
    if (!tb_settings_write(&policy, digest, &settings) || report->n_errors > 0)
        return TB_POLICY_FILES;
    return write_both(report, options, text, tb_buffer_bytes(&settings));
}

static int refused(struct tb_report *report, const char *what, int r)
{
    if (r < 0)
        return failed(report, what, -r);
    tb_report_error(report, "malformed", (struct tb_place){NULL, 0}, "%s %s", what,
                    r == TB_TOO_LARGE ? "is too large" : "is not in its format");
    return TB_POLICY_FILES;
}

static int too_much(struct tb_report *report)
{
    report->silent = false;
    tb_report_error(report, "too-large", (struct tb_place){NULL, 0},
                    "the answer passes 64 MiB or a million entries: ask with --view");
    return TB_POLICY_FILES;
}

/* The same as compile does, told to whoever asks; the exit status says whether it would start. */
static int check(struct tb_report *report, const struct tb_options *options,
                 const struct tb_inputs *inputs)
{
    struct tb_policy policy = {.arena = report->arena, .report = report, .inputs = inputs};
    tb_cleanup(tb_bytes_free) uint8_t *also = NULL;
    size_t n_also = 0;
    struct tb_check_filter filter = {.view = options->view, .views = options->views};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer snapshot;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    uint8_t digest[TB_DIGEST_SIZE];
    char hex[2 * TB_DIGEST_SIZE + 1] = "";
    tb_buffer_init(&snapshot, TB_SNAPSHOT_MAX);
    tb_buffer_init(&out, TB_CHECK_MAX);

    int r = options->also_fd < 0
                ? TB_OK
                : tb_fd_read_all(options->also_fd, TB_VIEWS_ALSO_MAX, &also, &n_also);
    filter.also = tb_bytes_of(also, n_also);
    if (r != TB_OK || !tb_views_also_valid(filter.also))
        return refused(report, "the list of views", r == TB_OK ? TB_MALFORMED : r);
    report->silent = true;
    tb_policy_read(&policy);
    struct tb_compiled compiled = tb_compile(&policy);
    tb_lint(&policy, &compiled, TB_LINT_CHECK);
    if (report->n_errors == 0 && tb_snapshot_write(&policy, &compiled, &snapshot)) {
        struct tb_bytes text = tb_buffer_bytes(&snapshot);
        crypto_generichash(digest, sizeof digest, text.data, text.n, NULL, 0);
        tb_hex(digest, sizeof digest, hex);
        filter.snapshot = text;
    }
    if (!tb_check_write(&policy, &compiled, &filter, hex, &out))
        return too_much(report);
    r = tb_fd_write_all(options->report_fd, tb_buffer_bytes(&out));
    if (r != 0)
        return failed(report, "the answer cannot be written", -r);
    return report->n_errors == 0 ? TB_POLICY_DONE : TB_POLICY_FILES;
}

static int import(struct tb_report *report, const struct tb_options *options,
                  const struct tb_inputs *inputs)
{
    struct tb_policy policy = {
        .arena = report->arena, .report = report, .inputs = inputs, .whole = true};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    tb_buffer_init(&out, TB_IMPORT_MAX);

    report->silent = true;
    tb_policy_read(&policy);
    (void)tb_compile(&policy);
    if (!tb_import_write(&policy, &out))
        return refused(report, "the answer", TB_TOO_LARGE);
    int r = tb_fd_write_all(options->report_fd, tb_buffer_bytes(&out));
    if (r != 0)
        return failed(report, "the answer cannot be written", -r);
    return report->n_errors == 0 ? TB_POLICY_DONE : TB_POLICY_FILES;
}

/* What is tested is what would start: what is told at the start is told here. */
static int cases(struct tb_report *report, const struct tb_options *options,
                 const struct tb_inputs *inputs)
{
    struct tb_policy policy = {.arena = report->arena, .report = report, .inputs = inputs};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    tb_buffer_init(&out, TB_CASES_OUT_MAX);

    report->silent = true;
    tb_policy_read(&policy);
    struct tb_compiled compiled = tb_compile(&policy);
    tb_lint(&policy, &compiled, TB_LINT_START);
    if (!tb_cases_write(&policy, &compiled, tb_cases_read(report, inputs->app), &out))
        return refused(report, "the answer", TB_TOO_LARGE);
    int r = tb_fd_write_all(options->report_fd, tb_buffer_bytes(&out));
    if (r != 0)
        return failed(report, "the answer cannot be written", -r);
    return report->n_errors == 0 ? TB_POLICY_DONE : TB_POLICY_FILES;
}

/* A pipe will do as well as a file. TB_OK, TB_TOO_LARGE or -errno. */
static int read_request(int fd, uint8_t memory[static REQUEST_MAX], struct tb_bytes *ret_text)
{
    size_t n = 0;
    for (;;) {
        ssize_t got = read(fd, memory + n, REQUEST_MAX - n);
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        n += (size_t)got;
        if (n == REQUEST_MAX)
            return TB_TOO_LARGE;
    }
    *ret_text = tb_bytes_of(memory, n);
    return TB_OK;
}

static struct tb_question question_of(const struct tb_options *options)
{
    static const char view[] = "main";
    static const char origin[] = "local";
    struct tb_question question = {options->command,
                                   {options->view, options->webview, options->origin, {0}}};
    struct tb_request *request = &question.request;
    if (request->view.n == 0)
        request->view = tb_bytes_of_string(view);
    if (request->webview.n == 0)
        request->webview = request->view;
    if (request->origin.n == 0)
        request->origin = tb_bytes_of_string(origin);
    return question;
}

/* What the broker would be told: the snapshot, read back, decides, and not what it was made of. */
static int explain_snapshot(struct tb_policy *policy, const struct tb_compiled *compiled,
                            const struct tb_question *question, struct tb_bytes text,
                            struct tb_buffer *out)
{
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    struct tb_snapshot snapshot;
    int r = tb_unpacker_init(&unpacker, &tb_scan_snapshot);
    if (r == TB_OK)
        r = tb_snapshot_read(policy->arena, &unpacker, text, &snapshot);
    return r == TB_OK ? tb_explain_write(policy, compiled, &snapshot, question, out) : r;
}

static int explain(struct tb_report *report, const struct tb_options *options,
                   const struct tb_inputs *inputs)
{
    struct tb_policy policy = {.arena = report->arena, .report = report, .inputs = inputs};
    const struct tb_question question = question_of(options);
    tb_cleanup(tb_buffer_deinit) struct tb_buffer snapshot;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    tb_buffer_init(&snapshot, TB_SNAPSHOT_MAX);
    tb_buffer_init(&out, TB_EXPLAIN_MAX);

    report->silent = true;
    tb_policy_read(&policy);
    struct tb_compiled compiled = tb_compile(&policy);
    int r = TB_OK;
    if (report->n_errors == 0 && tb_snapshot_write(&policy, &compiled, &snapshot))
        r = explain_snapshot(&policy, &compiled, &question, tb_buffer_bytes(&snapshot), &out);
    else if (!tb_explain_write_errors(&policy, &question, &out))
        r = TB_TOO_LARGE;
    if (r != TB_OK) {
        report->silent = false;
        return refused(report, "the answer", r);
    }
    r = tb_fd_write_all(options->report_fd, tb_buffer_bytes(&out));
    if (r != 0)
        return failed(report, "the answer cannot be written", -r);
    return report->n_errors == 0 ? TB_POLICY_DONE : TB_POLICY_FILES;
}

static int resolve_request(struct tb_report *report, const struct tb_options *options,
                           const struct tb_snapshot *snapshot, struct tb_buffer *out)
{
    uint8_t memory[REQUEST_MAX];
    struct tb_bytes text;
    struct tb_request request;
    struct tb_resolved resolved;
    int r = read_request(options->request_fd, memory, &text);
    if (r == TB_OK)
        r = tb_request_read(text, &request);
    if (r != TB_OK)
        return refused(report, "the request", r);
    r = tb_resolve(report->arena, snapshot, &request, &resolved);
    if (r == TB_OK)
        r = tb_grant_write(report->arena, snapshot, &request, &resolved, out);
    if (r != TB_OK)
        return refused(report, "the grant", r);
    r = tb_fd_write_all(options->grant_fd, tb_buffer_bytes(out));
    return r == 0 ? TB_POLICY_DONE : failed(report, "the grant cannot be written", -r);
}

static int resolve(struct tb_report *report, const struct tb_options *options)
{
    tb_cleanup(tb_bytes_free) uint8_t *memory = NULL;
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer grant;
    struct tb_snapshot snapshot;
    size_t n;
    tb_buffer_init(&grant, TB_GRANT_MAX);
    int r = tb_fd_read_all(options->snapshot_fd, TB_SNAPSHOT_MAX, &memory, &n);
    if (r == TB_OK)
        r = tb_unpacker_init(&unpacker, &tb_scan_snapshot);
    if (r == TB_OK)
        r = tb_snapshot_read(report->arena, &unpacker, tb_bytes_of(memory, n), &snapshot);
    if (r != TB_OK)
        return refused(report, "the snapshot", r);
    return resolve_request(report, options, &snapshot, &grant);
}

/* Where programs are that an app may name: read for the first lines of scripts. What is in them is
 * nobody's secret. */
static const char *const program_folders[] = {"/usr/bin", "/usr/local/bin", "/bin"};

static size_t add_program_folders(struct tb_landlock_rule *rules, int *keep)
{
    size_t n = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(program_folders); i++) {
        int fd = open(program_folders[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            continue;
        keep[n] = fd;
        rules[n++] = (struct tb_landlock_rule){fd, TB_PATH_READ};
    }
    return n;
}

/* From here on nothing is opened but files below the app's folder, the folders of plugins and those
 * of programs. */
static bool enter_sandbox(const struct tb_options *options, const struct tb_inputs *inputs)
{
    int keep[7 + TB_PLUGIN_FOLDERS_MAX + TB_ARRAY_LEN(program_folders)];
    struct tb_landlock_rule rules[1 + TB_PLUGIN_FOLDERS_MAX + TB_ARRAY_LEN(program_folders)];
    size_t n_keep = 0;
    size_t n_rules = 0;
    const int fds[] = {options->snapshot_fd, options->settings_fd, options->request_fd,
                       options->grant_fd,    options->report_fd,   options->also_fd};
    _Static_assert(TB_ARRAY_LEN(fds) + 1 + TB_PLUGIN_FOLDERS_MAX + TB_ARRAY_LEN(program_folders) <=
                       TB_ARRAY_LEN(keep),
                   "room");
    for (size_t i = 0; i < TB_ARRAY_LEN(fds); i++)
        if (fds[i] >= 0)
            keep[n_keep++] = fds[i];
    if (options->job != TB_JOB_RESOLVE) {
        keep[n_keep++] = inputs->app;
        rules[n_rules++] = (struct tb_landlock_rule){inputs->app, TB_PATH_READ};
        size_t n = add_program_folders(rules + n_rules, keep + n_keep);
        n_rules += n;
        n_keep += n;
    }
    for (size_t i = 0; i < inputs->n_plugins; i++) {
        keep[n_keep++] = inputs->plugins[i].fd;
        rules[n_rules++] = (struct tb_landlock_rule){inputs->plugins[i].fd, TB_PATH_READ};
    }
    const struct tb_start start = {
        .role = &tb_role_policy,
        .namespaces = options->namespaces,
        .require = "",
        .keep = keep,
        .n_keep = n_keep,
        .rules = rules,
        .n_rules = n_rules,
        .root = TB_ROOT_KEPT,
        .report_fd = -1,
    };
    return tb_start(&start) == TB_OK;
}

static void on_time(int signal)
{
    static const char text[] =
        "trollbridge: time: the policy takes too much time to compile, more than 20 s of a CPU\n";
    ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);
    (void)signal;
    (void)n; /* with no one to tell, the status still says it */
    _exit(TB_POLICY_PART);
}

/* The net below the caps: files that are legal each and slow together end here and not with a hung
 * start. */
static void limit_time(void)
{
    struct rlimit limit;
    const struct sigaction action = {.sa_handler = on_time};
    (void)sigaction(SIGXCPU, &action, NULL);
    if (getrlimit(RLIMIT_CPU, &limit) < 0 || limit.rlim_cur <= CPU_S)
        return; /* who starts it has been stricter */
    limit.rlim_cur = CPU_S;
    if (limit.rlim_max > CPU_S + 1)
        limit.rlim_max = CPU_S + 1;
    (void)setrlimit(RLIMIT_CPU, &limit);
}

static int run(struct tb_report *report, int argc, char **argv)
{
    struct tb_options options;
    struct tb_inputs inputs = {0};
    if (sodium_init() < 0)
        return failed(report, "no source of randomness", EIO);
    if (!tb_options_parse(report, argc, argv, &options))
        return TB_POLICY_USAGE;
    if (options.job != TB_JOB_RESOLVE) {
        int status = tb_inputs_open(report, &options, &inputs);
        if (status != 0)
            return status;
    }
    limit_time();
    if (!enter_sandbox(&options, &inputs))
        return TB_POLICY_PART;
    switch (options.job) {
    case TB_JOB_COMPILE:
        return compile(report, &options, &inputs);
    case TB_JOB_CHECK:
        return check(report, &options, &inputs);
    case TB_JOB_IMPORT:
        return import(report, &options, &inputs);
    case TB_JOB_EXPLAIN:
        return explain(report, &options, &inputs);
    case TB_JOB_CASES:
        return cases(report, &options, &inputs);
    case TB_JOB_RESOLVE:
        return resolve(report, &options);
    }
    return TB_POLICY_USAGE;
}

int main(int argc, char **argv)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena arena = {0};
    struct tb_report report = {.arena = &arena};
    int status = run(&report, argc, argv);
    tb_report_end(&report);
    return status;
}
