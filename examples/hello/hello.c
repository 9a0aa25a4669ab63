/* The plugin of docs/plugin-guide.md: one command, an argument, a scope, an answer. */
#include <stdio.h>
#include <trollbridge-plugin.h>

enum { NAME_MAX_BYTES = 100 };

/* Entries of this plugin's scope are names, or "*" for everybody. `strange` is what an entry that
 * is no string counts as: in a deny list a denial, in an allow list nothing. */
static bool holds(const struct tb_value *list, struct tb_bytes name, bool strange)
{
    for (uint32_t i = 0; i < tb_value_n(list); i++) {
        struct tb_bytes text;
        if (!tb_value_str(tb_value_at(list, i), &text)) {
            if (strange)
                return true;
            continue;
        }
        if (tb_bytes_equal(text, name) || tb_bytes_are(text, "*"))
            return true;
    }
    return false;
}

static bool in_scope(const struct tb_call *call, struct tb_bytes name)
{
    if (call->scope == TB_NO_SCOPE)
        return false;
    const struct tb_plugin_scope *scope = &call->init->scopes[call->scope];
    return holds(scope->allow, name, false) && !holds(scope->deny, name, true);
}

static void greet(struct tb_call *call)
{
    struct tb_bytes name;
    char text[NAME_MAX_BYTES + 16];
    if (!tb_arg_str(call, call->args, "name", TB_REQUIRED, &name))
        return;
    if (name.n > NAME_MAX_BYTES) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "name: longer than %d bytes", NAME_MAX_BYTES);
        return;
    }
    if (!in_scope(call, name)) {
        tb_reply_error(call, TB_CODE_SCOPE, 0, "this name is not in the scope");
        return;
    }
    (void)snprintf(text, sizeof text, "Hello, %.*s.", (int)name.n, (const char *)name.data);
    tb_pack_text(tb_reply_value(call), text);
}

int main(void)
{
    static const struct tb_plugin_command commands[] = {{"greet", greet}};
    static const struct tb_plugin plugin = {.commands = commands, .n_commands = 1};
    return tb_plugin_main(&plugin);
}
