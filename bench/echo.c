/* The plugin of the benchmark: answers a call with the call's own raw bytes. No app can name it by
 * accident, since its description is only in the folder that the benchmark writes (bench/app.c). */
#include "plugins/sdk/trollbridge-plugin.h"

static void echo(struct tb_call *call)
{
    uint64_t number;
    if (!tb_arg_uint(call, call->args, "number", TB_REQUIRED, UINT32_MAX, &number))
        return;
    tb_reply_bytes(call, call->body);
}

static const struct tb_plugin_command commands[] = {{"echo", echo}};

int main(void)
{
    static const struct tb_plugin plugin = {
        .commands = commands,
        .n_commands = sizeof commands / sizeof *commands,
    };
    return tb_plugin_main(&plugin);
}
