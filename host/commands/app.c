#include "host/commands/app.h"

#include "base/compiler.h"
#include "host/trollbridge.h"

/* Whose API it is that pages see here. */
#define TAURI_VERSION "2.12.5"

static const struct trollbridge_app *facts(const struct tb_call *call)
{
    struct trollbridge *const *bridge = call->init->data;
    return trollbridge_app(*bridge);
}

static void name(struct tb_call *call)
{
    const struct trollbridge_app *app = facts(call);
    tb_pack_text(tb_reply_value(call), *app->name ? app->name : app->id);
}

static void version(struct tb_call *call)
{
    const struct trollbridge_app *app = facts(call);
    tb_pack_text(tb_reply_value(call), *app->version ? app->version : "0.0.0");
}

static void identifier(struct tb_call *call)
{
    tb_pack_text(tb_reply_value(call), facts(call)->id);
}

static void tauri_version(struct tb_call *call)
{
    tb_pack_text(tb_reply_value(call), TAURI_VERSION);
}

static void supports_multiple_windows(struct tb_call *call)
{
    tb_pack_bool(tb_reply_value(call), true);
}

static const struct tb_plugin_command commands[] = {
    {"name", name},
    {"version", version},
    {"identifier", identifier},
    {"tauri_version", tauri_version},
    {"supports_multiple_windows", supports_multiple_windows},
};

const struct tb_plugin tb_app_plugin = {.commands = commands, .n_commands = TB_ARRAY_LEN(commands)};
