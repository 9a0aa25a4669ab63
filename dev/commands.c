#include "dev/commands.h"

#include "dev/dev.h"
#include "host/commands/app.h"
#include "plugins/sdk/trollbridge-plugin.h"

static size_t count_views(const struct dev_views *views)
{
    size_t n = 0;
    for (size_t i = 0; i < views->n; i++)
        n += !views->list[i].gone;
    return n;
}

static void get_all_windows(struct tb_call *call)
{
    const struct dev_views *views = call->init->data;
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_array(packer, (uint32_t)count_views(views));
    for (size_t i = 0; i < views->n; i++)
        if (!views->list[i].gone)
            tb_pack_text(packer, views->list[i].label);
}

static void get_all_webviews(struct tb_call *call)
{
    const struct dev_views *views = call->init->data;
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_array(packer, (uint32_t)count_views(views));
    for (size_t i = 0; i < views->n; i++) {
        if (views->list[i].gone)
            continue;
        tb_pack_map(packer, 2);
        tb_pack_key_text(packer, "windowLabel", views->list[i].label);
        tb_pack_key_text(packer, "label", views->list[i].label);
    }
}

static const struct tb_plugin_command window_commands[] = {{"get_all_windows", get_all_windows}};
static const struct tb_plugin_command webview_commands[] = {{"get_all_webviews", get_all_webviews}};
static const struct tb_plugin window_plugin = {.commands = window_commands,
                                               .n_commands = TB_ARRAY_LEN(window_commands)};
static const struct tb_plugin webview_plugin = {.commands = webview_commands,
                                                .n_commands = TB_ARRAY_LEN(webview_commands)};

void dev_commands_list(struct dev *dev, struct trollbridge_plugin ret_list[static DEV_PLUGINS])
{
    ret_list[0] = (struct trollbridge_plugin){"app", &tb_app_plugin, &dev->bridge};
    ret_list[1] = (struct trollbridge_plugin){"window", &window_plugin, &dev->views};
    ret_list[2] = (struct trollbridge_plugin){"webview", &webview_plugin, &dev->views};
}
