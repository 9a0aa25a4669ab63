/* The plugin shell, as Tauri's is: {name, cmd, args, sidecar}. */
#include "policy/compiler/lint/parts.h"

#include "policy/compiler/program.h"
#include "policy/compiler/tauri_conf.h"

typedef void program_lint(struct tb_lint *lint, const struct tb_lint_list *list,
                          const struct tb_value *program);

static void each_program(struct tb_lint *lint, program_lint *run)
{
    for (size_t i = 0; i < lint->n_lists; i++) {
        const struct tb_lint_list *list = lint->lists[i];
        bool wanted = tb_bytes_are(list->key, "shell") && !list->deny;
        for (const struct tb_value *item = wanted ? list->values->child : NULL; item;
             item = item->next)
            run(lint, list, item);
    }
}

static struct tb_bytes text_of(const struct tb_value *value)
{
    return value && value->type == TB_VALUE_STRING ? value->string : (struct tb_bytes){0};
}

static bool is_true(const struct tb_value *value)
{
    return value && value->type == TB_VALUE_BOOL && value->boolean;
}

/* Ours starts no interpreter that is not asked for, matches all of an argument, gives a program the
 * environment of the policy alone and reads `deny`: what follows is then of no use. Of another
 * plugin of that name, such as Tauri's own, it is. */
static bool is_ours(const struct tb_plugin *plugin)
{
    return plugin && plugin->scope == TB_SCOPE_PROGRAM;
}

/* ---- what runs anything ---- */

static void lint_program(struct tb_lint *lint, const struct tb_lint_list *list,
                         const struct tb_value *program)
{
    const struct tb_value *command = tb_lint_field(program, "cmd");
    const struct tb_value *args = tb_lint_field(program, "args");
    bool sidecar = is_true(tb_lint_field(program, "sidecar"));
    struct tb_bytes name = text_of(tb_lint_field(program, "name"));
    if (!is_ours(list->plugin) && !sidecar &&
        tb_program_of(text_of(command)) == TB_PROGRAM_INTERPRETER)
        tb_report_warning(lint->report, "interpreter", tb_lint_list_place(list, command->place),
                          "`%.*s` runs whatever its arguments or its input say, so that the page "
                          "can run any program: name the program that is needed, or put the "
                          "script into a command of the app",
                          TB_SHOWN(command->string));
    if (is_true(args))
        tb_report_warning(lint->report, "args-true", tb_lint_list_place(list, args->place),
                          "the page chooses every argument of `%.*s`: list them, each fixed or "
                          "with a `validator`",
                          TB_SHOWN(name));
}

void tb_lint_shell_programs(struct tb_lint *lint)
{
    each_program(lint, lint_program);
}

/* ---- arguments ---- */

/* Whether a `|` stands outside of every group and class. */
static bool alternates(struct tb_bytes regex)
{
    unsigned depth = 0;
    bool in_class = false;
    for (size_t i = 0; i < regex.n; i++) {
        uint8_t c = regex.data[i];
        if (c == '\\')
            i++;
        else if (in_class)
            in_class = c != ']';
        else if (c == '[')
            in_class = true;
        else if (c == '(')
            depth++;
        else if (c == ')')
            depth -= depth > 0;
        else if (c == '|' && depth == 0)
            return true;
    }
    return false;
}

static void lint_validators(struct tb_lint *lint, const struct tb_lint_list *list,
                            const struct tb_value *args)
{
    for (const struct tb_value *item = args->child; item; item = item->next) {
        const struct tb_value *validator = tb_lint_field(item, "validator");
        struct tb_bytes regex = text_of(validator);
        if (alternates(regex))
            tb_report_warning(lint->report, "validator-alternation",
                              tb_lint_list_place(list, validator->place),
                              "`%.*s` is read as `^%.*s$`, so that its first choice binds only the "
                              "beginning of an argument and its last only the end: write "
                              "`(?:%.*s)`",
                              TB_SHOWN(regex), TB_SHOWN(regex), TB_SHOWN(regex));
    }
}

static void lint_args(struct tb_lint *lint, const struct tb_lint_list *list,
                      const struct tb_value *program)
{
    const struct tb_value *args = tb_lint_field(program, "args");
    if (!is_ours(list->plugin) && args && args->type == TB_VALUE_LIST)
        lint_validators(lint, list, args);
}

/* ---- entries that count for nothing ---- */

static void lint_denied(struct tb_lint *lint, const struct tb_lint_list *list)
{
    if (tb_bytes_are(list->key, "shell") && list->deny && list->values->n > 0 &&
        !is_ours(list->plugin))
        tb_report_warning(lint->report, "shell-deny", tb_lint_list_place(list, list->values->place),
                          "the plugin `shell` does not read `deny`: allow fewer programs");
}

static void lint_names(struct tb_lint *lint, const struct tb_lint_list *list)
{
    struct tb_table seen = {0};
    const struct tb_value *item =
        tb_bytes_are(list->key, "shell") && !list->deny ? list->values->child : NULL;
    for (; item; item = item->next) {
        const struct tb_value *name = tb_lint_field(item, "name");
        const struct tb_value *first = tb_table_find(&seen, text_of(name));
        if (text_of(name).n == 0)
            continue;
        if (first)
            tb_report_warning(lint->report, "shell-name-twice",
                              tb_lint_list_place(list, name->place),
                              "`%.*s` is named already (line %u), and the first of a name counts: "
                              "give this one another",
                              TB_SHOWN(name->string), first->place.line);
        else
            tb_table_put(lint->arena, &seen, name->string, (struct tb_value *)(uintptr_t)name);
    }
}

void tb_lint_shell_entries(struct tb_lint *lint)
{
    each_program(lint, lint_args);
    for (size_t i = 0; i < lint->n_lists; i++) {
        lint_denied(lint, lint->lists[i]);
        lint_names(lint, lint->lists[i]);
    }
}

/* ---- commands ---- */

static bool open_is_set(const struct tb_lint *lint)
{
    static const char *const keys[] = {"plugins", "shell", "open"};
    const struct tb_value *value =
        lint->policy->tauri ? tb_tauri_conf_at(lint->policy->tauri, keys, TB_ARRAY_LEN(keys))
                            : NULL;
    return text_of(value).n > 0;
}

void tb_lint_shell_commands(struct tb_lint *lint)
{
    const struct tb_bundle *runs = tb_lint_granted(lint, "plugin:shell|execute");
    runs = runs ? runs : tb_lint_granted(lint, "plugin:shell|spawn");
    const struct tb_bundle *opens = tb_lint_granted(lint, "plugin:shell|open");
    if (runs && !is_ours(tb_table_find(&lint->policy->plugin_of, tb_bytes_of_string("shell"))))
        tb_report_warning(lint->report, "shell-env", tb_lint_place(lint, runs),
                          "with `execute` and `spawn` the page chooses the working folder and the "
                          "environment (PATH, LD_PRELOAD, GIT_SSH_COMMAND), which turns most "
                          "programs into any program: run it from a command of the app");
    if (opens && !open_is_set(lint))
        tb_report_warning(
            lint->report, "shell-open", tb_lint_place(lint, opens),
            "`open` reads no scope, also where an entry has one, and before 2.2.1 nothing "
            "held it to web addresses (CVE-2025-31477): use "
            "`opener:allow-open-url` with a scope");
}
