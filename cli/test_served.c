#include "cli/test_served.h"

#include "cli/json.h"
#include "cli/test_text.h"
#include "host/trollbridge.h"
#include "plugins/sdk/value.h"

#include <stdlib.h>
#include <string.h>

struct served_plugin {
    char name[129];
    struct tb_plugin plugin;
    struct tb_plugin_command *commands;
};

struct test_served {
    const json_t *one;
    const json_t *step; /* the call that is being made */
    json_t *args;       /* NULL: nothing got here */
    json_t *raw;
    struct served_plugin *plugins;
    struct trollbridge_plugin *table;
    size_t n;
};

/* ---- answering ---- */

static enum tb_code code_of(const char *name)
{
    static const struct {
        const char *name;
        enum tb_code code;
    } codes[] = {
        {"denied", TB_CODE_DENIED},
        {"scope", TB_CODE_SCOPE},
        {"invalid_args", TB_CODE_INVALID_ARGS},
        {"not_found", TB_CODE_NOT_FOUND},
        {"unimplemented", TB_CODE_UNIMPLEMENTED},
        {"too_large", TB_CODE_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i].name, name) == 0)
            return codes[i].code;
    return TB_CODE_IO;
}

static void answer(struct tb_call *call, const json_t *step)
{
    const json_t *value = json_object_get(step, "result");
    const json_t *raw = json_object_get(step, "result_raw");
    const json_t *error = json_object_get(step, "error");
    if (error)
        tb_reply_error(call, code_of(json_string_value(json_object_get(error, "code"))), 0, "%s",
                       json_object_get(error, "message")
                           ? json_string_value(json_object_get(error, "message"))
                           : "");
    else if (raw)
        tb_reply_bytes(call, tb_bytes_of(json_string_value(raw), json_string_length(raw)));
    else if (value)
        cli_json_pack(tb_reply_value(call), value);
    else
        tb_reply_nil(call);
}

static void forget(struct test_served *served)
{
    json_decref(served->args);
    json_decref(served->raw);
    served->args = served->raw = NULL;
}

static void note(struct test_served *served, const struct tb_call *call)
{
    forget(served);
    served->args = cli_json_of(tb_value_object(call->args.map));
    served->raw = call->has_body ? test_text_of(call->body) : NULL;
}

static void handle(struct tb_call *call)
{
    struct test_served *served = call->init->data;
    note(served, call);
    answer(call, served->step);
}

/* ---- the table ---- */

static struct served_plugin *plugin_of(struct test_served *served, const char *name, size_t n)
{
    for (size_t i = 0; i < served->n; i++)
        if (strlen(served->plugins[i].name) == n && memcmp(served->plugins[i].name, name, n) == 0)
            return &served->plugins[i];
    struct served_plugin *plugin = &served->plugins[served->n++];
    memcpy(plugin->name, name, n);
    return plugin;
}

/* `plugin:fs|read` is `read` of the plugin `fs`; any other name is one of the app's own. */
static void add(struct test_served *served, const char *command, size_t room)
{
    static const char front[] = "plugin:";
    const char *bar = strchr(command, '|');
    bool own = strncmp(command, front, sizeof front - 1) != 0 || !bar;
    const char *name = own ? "" : command + sizeof front - 1;
    size_t n = own ? 0 : (size_t)(bar - name);
    if (n >= sizeof served->plugins->name)
        return;
    struct served_plugin *plugin = plugin_of(served, name, n);
    if (!plugin->commands)
        plugin->commands = calloc(room, sizeof *plugin->commands);
    if (plugin->commands)
        plugin->commands[plugin->plugin.n_commands++] =
            (struct tb_plugin_command){own ? command : bar + 1, handle};
}

static bool fill(struct test_served *served)
{
    const json_t *before = json_object_get(served->one, "before");
    size_t room = json_array_size(before) + 1;
    served->plugins = calloc(room, sizeof *served->plugins);
    served->table = calloc(room, sizeof *served->table);
    if (!served->plugins || !served->table)
        return false;
    add(served, json_string_value(json_object_get(served->one, "command")), room);
    for (size_t i = 0; i + 1 < room; i++)
        add(served, json_string_value(json_object_get(json_array_get(before, i), "command")), room);
    for (size_t i = 0; i < served->n; i++) {
        struct served_plugin *plugin = &served->plugins[i];
        if (!plugin->commands)
            return false;
        plugin->plugin.commands = plugin->commands;
        served->table[i] = (struct trollbridge_plugin){plugin->name, &plugin->plugin, served};
    }
    return true;
}

struct test_served *test_served_new(const json_t *one)
{
    struct test_served *served = calloc(1, sizeof *served);
    if (!served)
        return NULL;
    served->one = one;
    if (fill(served))
        return served;
    test_served_free(served);
    return NULL;
}

void test_served_free(struct test_served *served)
{
    if (!served)
        return;
    for (size_t i = 0; i < served->n; i++)
        free(served->plugins[i].commands);
    free(served->plugins);
    free(served->table);
    forget(served);
    free(served);
}

const struct trollbridge_plugin *test_served_plugins(const struct test_served *served,
                                                     size_t *ret_n)
{
    *ret_n = served->n;
    return served->table;
}

void test_served_begin(struct test_served *served, const json_t *step)
{
    served->step = step;
    forget(served);
}

bool test_served_called(const struct test_served *served)
{
    return served->args != NULL;
}

void test_served_tell(const struct test_served *served, json_t *outcome)
{
    if (served->args)
        json_object_set(outcome, "args_after", served->args);
    if (served->raw)
        json_object_set(outcome, "raw_after", served->raw);
}
