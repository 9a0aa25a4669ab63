/* trollbridge doctor: which layers of the sandbox this machine gives, and what every role may do.
 */
#include "cli/cli.h"
#include "cli/diagnosis.h"

#include "base/place.h"
#include "base/result.h"

#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static const char help[] =
    "usage: trollbridge doctor [--json] [--calls] [--require LAYERS]\n"
    "\n"
    "Enters the sandbox of every role in a process of its own and says what it found.\n"
    "\n"
    "  --json             as JSON\n"
    "  --calls            every system call of every role, with the reason for it\n"
    "  --require LAYERS   fail unless these are held: seccomp landlock userns mount pid net\n"
    "                     ipc mdwe, separated by commas\n"
    "\n"
    "Exit status: 0, or 4 when a required layer, or seccomp, cannot be had.\n";

static const char *colour(enum tb_layer_state state)
{
    static const char *const colours[] = {[TB_LAYER_MISSING] = "\033[31m",
                                          [TB_LAYER_PARTIAL] = "\033[33m",
                                          [TB_LAYER_HELD] = "\033[32m"};
    return isatty(STDOUT_FILENO) ? colours[state] : "";
}

static const char *no_colour(void)
{
    return isatty(STDOUT_FILENO) ? "\033[0m" : "";
}

static void print_layer(const struct tb_layers *layers, enum tb_layer layer)
{
    const struct tb_layer_report *report = &layers->layer[layer];
    printf("  %-9s %s%-8s%s %s", tb_layer_name(layer), colour(report->state),
           tb_layer_state_name(report->state), no_colour(), tb_layer_detail(layer, report->state));
    if (report->error)
        printf(" (%s)", strerror(report->error));
    printf("\n");
}

static void print_names(const char *title, uint32_t mask)
{
    if (!mask)
        return;
    printf("    %-8s", title);
    for (unsigned i = 0; i < TB_N_LAYERS; i++)
        if (mask & TB_LAYER_BIT(i))
            printf(" %s", tb_layer_name(i));
    printf("\n");
}

static void print_role(const struct diagnosis_role *role)
{
    const struct tb_syscall *calls[TB_RULES_MAX];
    printf("  %s: %s\n", role->role->name, role->role->purpose);
    printf("    calls    %zu\n", diagnosis_calls(role->role, calls));
    print_names("held", tb_layers_in(&role->layers, TB_LAYER_HELD));
    print_names("partial", tb_layers_in(&role->layers, TB_LAYER_PARTIAL));
    print_names("missing", tb_layers_in(&role->layers, TB_LAYER_MISSING));
}

/* What a build may do without: apps that have no hook start all the same. */
static bool has_hook(void)
{
    char program[PATH_MAX];
    return tb_place_of("libexec/trollbridge/hook", program) == 0;
}

static void print_table(const struct diagnosis *diagnosis)
{
    printf("level %s, kernel %s, Landlock ABI %u\n\nlayers\n", diagnosis_level(diagnosis),
           diagnosis->kernel, diagnosis->broker->layers.landlock_abi);
    for (unsigned i = 0; i < TB_N_LAYERS; i++)
        print_layer(&diagnosis->broker->layers, i);
    printf("\nroles\n");
    for (size_t i = 0; i < diagnosis->n_roles; i++)
        print_role(&diagnosis->roles[i]);
    printf("\nparts\n  hook      %s\n",
           has_hook() ? "there"
                      : "missing  built without JavaScriptCore (javascriptcoregtk-4.1): "
                        "no app with a [hook] starts");
}

static json_t *json_layers(const struct tb_layers *layers)
{
    json_t *array = json_array();
    for (unsigned i = 0; i < TB_N_LAYERS; i++) {
        enum tb_layer_state state = layers->layer[i].state;
        json_array_append_new(array, json_pack("{s:s, s:s, s:s}", "name", tb_layer_name(i), "state",
                                               tb_layer_state_name(state), "detail",
                                               tb_layer_detail(i, state)));
    }
    return array;
}

static json_t *json_role(const struct diagnosis_role *role)
{
    const struct tb_syscall *calls[TB_RULES_MAX];
    size_t n = diagnosis_calls(role->role, calls);
    json_t *names = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(names, json_string(calls[i]->name));
    return json_pack("{s:o, s:o}", "syscalls", names, "layers", json_layers(&role->layers));
}

static int print_json(const struct diagnosis *diagnosis)
{
    json_t *roles = json_object();
    for (size_t i = 0; i < diagnosis->n_roles; i++)
        json_object_set_new(roles, diagnosis->roles[i].role->name, json_role(&diagnosis->roles[i]));
    json_t *root = json_pack(
        "{s:s, s:s, s:i, s:o, s:o, s:{s:b}}", "level", diagnosis_level(diagnosis), "kernel",
        diagnosis->kernel, "landlock_abi", (int)diagnosis->broker->layers.landlock_abi, "layers",
        json_layers(&diagnosis->broker->layers), "roles", roles, "parts", "hook", has_hook());
    bool ok = root && json_dumpf(root, stdout, JSON_COMPACT) == 0;
    printf("\n");
    json_decref(root);
    return ok ? CLI_DONE : cli_error(CLI_PART, "io", "cannot write the report");
}

static int print_calls(void)
{
    for (size_t r = 0; tb_roles[r]; r++) {
        const struct tb_syscall *rules[TB_RULES_MAX];
        size_t n = tb_role_rules(tb_roles[r], rules);
        printf("%s: %s\n", tb_roles[r]->name, tb_roles[r]->purpose);
        for (size_t i = 0; i < n; i++)
            printf("  %-24s %-8s %s%s\n", rules[i]->name,
                   rules[i]->error ? strerrorname_np(rules[i]->error) : "allowed", rules[i]->reason,
                   rules[i]->conditions[0].when == TB_WHEN_ALWAYS ? "" : " (by its arguments)");
    }
    return CLI_DONE;
}

int cli_doctor_show(uint32_t require, bool json)
{
    struct diagnosis diagnosis;
    diagnosis_make(&diagnosis);
    int r = CLI_DONE;
    if (json)
        r = print_json(&diagnosis);
    else
        print_table(&diagnosis);
    if (r != CLI_DONE || diagnosis_is_enough(&diagnosis, require))
        return r;
    char names[TB_LAYERS_TEXT_SIZE];
    uint32_t always = TB_LAYER_BIT(TB_LAYER_SECCOMP);
    tb_layers_names(tb_layers_lacking(&diagnosis.broker->layers, require | always), names);
    return cli_error(CLI_PART, "sandbox", "cannot be had here: %s",
                     names[0] ? names : "the sandbox of a role");
}

int cli_doctor(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"calls", no_argument, NULL, 'c'},
                                            {"require", required_argument, NULL, 'r'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    bool json = false;
    bool calls = false;
    uint32_t require = 0;
    int c;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'j')
            json = true;
        else if (c == 'c')
            calls = true;
        else if (c == 'r' && tb_layers_mask(optarg, &require) != TB_OK)
            return cli_usage("doctor", "no such layer: %s", optarg);
        else if (c == 'h')
            return fputs(help, stdout) < 0 ? CLI_PART : CLI_DONE;
        else if (c == '?')
            return CLI_USAGE;
    }
    if (optind < argc)
        return cli_usage("doctor", "unexpected argument: %s", argv[optind]);
    return calls ? print_calls() : cli_doctor_show(require, json);
}
