#include "policy/compiler/platform.h"

static bool known(struct tb_bytes name)
{
    static const char *const names[] = {"linux", "macOS", "windows", "android", "iOS"};
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++)
        if (tb_bytes_are(name, names[i]))
            return true;
    return false;
}

bool tb_platform_active(struct tb_report *report, const struct tb_value *list)
{
    if (!list)
        return true;
    bool active = false;
    if (!tb_value_strings(report, list, "`platforms`"))
        return false;
    for (const struct tb_value *item = list->child; item; item = item->next) {
        if (!known(item->string))
            tb_report_error(report, "platform", item->place,
                            "there is no platform `%.*s`; there are linux, macOS, windows, "
                            "android, iOS",
                            TB_SHOWN(item->string));
        active = active || tb_bytes_are(item->string, "linux");
    }
    return active;
}
