#include "policy/compiler/options.h"

#include "policy/compiler/explain/explain.h"
#include "policy/compiler/label.h"
#include "policy/compiler/manifest.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>

enum option_name {
    OPTION_APP = 256,
    OPTION_PLUGINS,
    OPTION_LIBEXEC,
    OPTION_MODE,
    OPTION_VAR,
    OPTION_SNAPSHOT,
    OPTION_SETTINGS,
    OPTION_REQUEST,
    OPTION_GRANT,
    OPTION_NAMESPACES,
    OPTION_TARGET,
    OPTION_REPORT,
    OPTION_VIEW,
    OPTION_VIEWS,
    OPTION_TYPES,
    OPTION_ALSO,
    OPTION_WEBVIEW,
    OPTION_ORIGIN,
    OPTION_COMMAND,
    OPTION_QUIET,
    OPTION_TEST,
};

static const struct option long_options[] = {
    {"app", required_argument, NULL, OPTION_APP},
    {"plugins", required_argument, NULL, OPTION_PLUGINS},
    {"libexec", required_argument, NULL, OPTION_LIBEXEC},
    {"mode", required_argument, NULL, OPTION_MODE},
    {"var", required_argument, NULL, OPTION_VAR},
    {"snapshot-fd", required_argument, NULL, OPTION_SNAPSHOT},
    {"settings-fd", required_argument, NULL, OPTION_SETTINGS},
    {"request-fd", required_argument, NULL, OPTION_REQUEST},
    {"grant-fd", required_argument, NULL, OPTION_GRANT},
    {"namespaces", required_argument, NULL, OPTION_NAMESPACES},
    {"target", required_argument, NULL, OPTION_TARGET},
    {"report-fd", required_argument, NULL, OPTION_REPORT},
    {"view", required_argument, NULL, OPTION_VIEW},
    {"views", no_argument, NULL, OPTION_VIEWS},
    {"types", no_argument, NULL, OPTION_TYPES},
    {"also-fd", required_argument, NULL, OPTION_ALSO},
    {"webview", required_argument, NULL, OPTION_WEBVIEW},
    {"origin", required_argument, NULL, OPTION_ORIGIN},
    {"command", required_argument, NULL, OPTION_COMMAND},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"test", required_argument, NULL, OPTION_TEST},
    {NULL, 0, NULL, 0},
};

static bool wrong(struct tb_report *report, const char *message, const char *detail)
{
    tb_report_error(report, "usage", (struct tb_place){NULL, 0}, "%s%s", message, detail);
    return false;
}

static bool take_fd(struct tb_report *report, const char *text, int *ret_fd)
{
    char *end;
    long fd = strtol(text, &end, 10);
    if (end == text || *end != 0 || fd < 0 || fd > INT_MAX)
        return wrong(report, "not a descriptor: ", text);
    *ret_fd = (int)fd;
    return true;
}

static bool take_var(struct tb_report *report, const char *text, struct tb_user *user)
{
    const char *equals = strchr(text, '=');
    if (equals && tb_user_set(user, tb_bytes_of(text, (size_t)(equals - text)),
                              tb_bytes_of_string(equals + 1)))
        return true;
    return wrong(report, "--var takes NAME=VALUE of HOME, TMPDIR or an XDG folder, not ", text);
}

static bool take_text(struct tb_report *report, const char *text, size_t most,
                      struct tb_bytes *ret_text)
{
    *ret_text = tb_bytes_of_string(text);
    return (ret_text->n > 0 && ret_text->n <= most && tb_utf8_valid(*ret_text)) ||
           wrong(report, "empty, too long, or not UTF-8: ", text);
}

/* Where an option's descriptor goes; NULL: it has none. */
static int *descriptor_of(struct tb_options *options, int name)
{
    switch (name) {
    case OPTION_SNAPSHOT:
        return &options->snapshot_fd;
    case OPTION_SETTINGS:
        return &options->settings_fd;
    case OPTION_REQUEST:
        return &options->request_fd;
    case OPTION_GRANT:
        return &options->grant_fd;
    case OPTION_REPORT:
        return &options->report_fd;
    case OPTION_ALSO:
        return &options->also_fd;
    default:
        return NULL;
    }
}

/* Whom, and what, it is about. */
static bool take_subject(struct tb_report *report, int name, const char *text,
                         struct tb_options *options)
{
    switch (name) {
    case OPTION_VIEW:
        options->view = tb_bytes_of_string(text);
        return tb_label_valid(options->view) || wrong(report, "not the label of a view: ", text);
    case OPTION_WEBVIEW:
        options->webview = tb_bytes_of_string(text);
        return tb_label_valid(options->webview) ||
               wrong(report, "not the label of a webview: ", text);
    case OPTION_ORIGIN:
        return take_text(report, text, TB_ORIGIN_MAX, &options->origin);
    case OPTION_COMMAND:
        return take_text(report, text, TB_QUESTION_MAX, &options->command);
    case OPTION_VIEWS:
        options->views = true;
        return true;
    case OPTION_TYPES:
        options->types = true;
        return true;
    case OPTION_QUIET:
        options->quiet = true;
        return true;
    default:
        return wrong(report, "unknown option, or one without its value", "");
    }
}

static bool take(struct tb_report *report, int name, const char *text, struct tb_options *options)
{
    int *fd = descriptor_of(options, name);
    if (fd)
        return take_fd(report, text, fd);
    switch (name) {
    case OPTION_APP:
        options->app = text;
        return true;
    case OPTION_PLUGINS:
        if (options->n_plugins == TB_PLUGIN_FOLDERS_MAX)
            return wrong(report, "too many --plugins", "");
        options->plugins[options->n_plugins++] = text;
        return true;
    case OPTION_LIBEXEC:
        options->libexec = text;
        return true;
    case OPTION_TEST:
        options->test = text;
        return true;
    case OPTION_MODE:
        options->has_mode = tb_semantics_of(tb_bytes_of_string(text), &options->mode);
        return options->has_mode || wrong(report, "--mode is tauri, narrow or strict, not ", text);
    case OPTION_TARGET:
        options->target = tb_platform_of(tb_bytes_of_string(text));
        return options->target != TB_N_PLATFORMS ||
               wrong(report, "--target is linux, macOS, windows, android, iOS or a triple, not ",
                     text);
    case OPTION_VAR:
        return take_var(report, text, &options->user);
    case OPTION_NAMESPACES:
        options->namespaces = text;
        return true;
    default:
        return take_subject(report, name, text, options);
    }
}

/* What each job takes. */
static bool complete(struct tb_report *report, const struct tb_options *options)
{
    bool files = options->app && options->n_plugins > 0 && options->libexec;
    switch (options->job) {
    case TB_JOB_COMPILE:
        if (!files || options->snapshot_fd < 0 || options->settings_fd < 0)
            return wrong(report, "compile needs --app, --plugins, --libexec, --snapshot-fd and ",
                         "--settings-fd");
        break;
    case TB_JOB_CHECK:
    case TB_JOB_IMPORT:
    case TB_JOB_CASES:
        if (!files || options->report_fd < 0)
            return wrong(report, "check, import and cases need --app, --plugins, --libexec and ",
                         "--report-fd");
        break;
    case TB_JOB_EXPLAIN:
        if (!files || options->report_fd < 0 || options->command.n == 0)
            return wrong(report, "explain needs --app, --plugins, --libexec, --report-fd and ",
                         "--command");
        break;
    case TB_JOB_RESOLVE:
        if (options->snapshot_fd < 0 || options->request_fd < 0 || options->grant_fd < 0)
            return wrong(report, "resolve needs --snapshot-fd, --request-fd and --grant-fd", "");
        break;
    }
    if (options->libexec && options->libexec[0] != '/')
        return wrong(report, "--libexec must be an absolute path", "");
    if (options->test && (options->test[0] != '/' || options->job != TB_JOB_COMPILE))
        return wrong(report, "--test is of compile alone, and an absolute path", "");
    return true;
}

static bool job_of(const char *name, enum tb_policy_job *ret_job)
{
    static const char *const names[] = {
        [TB_JOB_COMPILE] = "compile", [TB_JOB_RESOLVE] = "resolve", [TB_JOB_CHECK] = "check",
        [TB_JOB_IMPORT] = "import",   [TB_JOB_EXPLAIN] = "explain", [TB_JOB_CASES] = "cases"};
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++) {
        if (strcmp(name, names[i]) != 0)
            continue;
        *ret_job = (enum tb_policy_job)i;
        return true;
    }
    return false;
}

bool tb_options_parse(struct tb_report *report, int argc, char **argv,
                      struct tb_options *ret_options)
{
    struct tb_options options = {
        .snapshot_fd = -1,
        .settings_fd = -1,
        .request_fd = -1,
        .grant_fd = -1,
        .report_fd = -1,
        .also_fd = -1,
        .namespaces = "",
    };
    if (argc < 2 || !job_of(argv[1], &options.job))
        return wrong(report, "the first argument must be compile, resolve, check, import, explain ",
                     "or cases");
    opterr = 0;
    optind = 2;
    for (int name; (name = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
        if (!take(report, name, optarg, &options))
            return false;
    if (optind < argc)
        return wrong(report, "unexpected argument: ", argv[optind]);
    if (!complete(report, &options))
        return false;
    *ret_options = options;
    return true;
}
