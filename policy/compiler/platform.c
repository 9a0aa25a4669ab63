#include "policy/compiler/platform.h"

static const char *const names[TB_N_PLATFORMS] = {
    [TB_LINUX] = "linux",     [TB_MACOS] = "macOS", [TB_WINDOWS] = "windows",
    [TB_ANDROID] = "android", [TB_IOS] = "iOS",
};

const char *tb_platform_name(enum tb_platform platform)
{
    return names[platform];
}

static enum tb_platform by_name(struct tb_bytes name)
{
    enum tb_platform platform = 0;
    while (platform < TB_N_PLATFORMS && !tb_bytes_are(name, names[platform]))
        platform++;
    return platform;
}

/* In this order: a triple of Android also says linux. */
static enum tb_platform by_triple(struct tb_bytes triple)
{
    static const struct {
        const char *part;
        enum tb_platform platform;
    } parts[] = {{"darwin", TB_MACOS},
                 {"windows", TB_WINDOWS},
                 {"android", TB_ANDROID},
                 {"ios", TB_IOS},
                 {"linux", TB_LINUX}};
    for (size_t i = 0; i < TB_ARRAY_LEN(parts); i++)
        if (memmem(triple.data, triple.n, parts[i].part, strlen(parts[i].part)))
            return parts[i].platform;
    return TB_N_PLATFORMS;
}

enum tb_platform tb_platform_of(struct tb_bytes text)
{
    enum tb_platform platform = by_name(text);
    bool triple = text.n > 0 && memchr(text.data, '-', text.n);
    return platform == TB_N_PLATFORMS && triple ? by_triple(text) : platform;
}

bool tb_platform_active(struct tb_report *report, const struct tb_value *list,
                        enum tb_platform target)
{
    if (!list)
        return true;
    bool active = false;
    if (!tb_value_strings(report, list, "`platforms`"))
        return false;
    for (const struct tb_value *item = list->child; item; item = item->next) {
        enum tb_platform platform = by_name(item->string);
        if (platform == TB_N_PLATFORMS)
            tb_report_error(report, "platform", item->place,
                            "there is no platform `%.*s`; there are linux, macOS, windows, "
                            "android, iOS",
                            TB_SHOWN(item->string));
        active = active || platform == target;
    }
    return active;
}
