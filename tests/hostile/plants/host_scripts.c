/* Planted: the scripts of a page are others. The folder that TB_PLANT names holds what comes before
 * and after them, as page-before.js; without it they are as they were. */
#include <webkit2/webkit2.h>

WebKitUserScript *__real_webkit_user_script_new(const char *source,
                                                WebKitUserContentInjectedFrames frames,
                                                WebKitUserScriptInjectionTime time,
                                                const char *const *allow, const char *const *block);
WebKitUserScript *__wrap_webkit_user_script_new(const char *source,
                                                WebKitUserContentInjectedFrames frames,
                                                WebKitUserScriptInjectionTime time,
                                                const char *const *allow, const char *const *block);
WebKitUserScript *
__real_webkit_user_script_new_for_world(const char *source, WebKitUserContentInjectedFrames frames,
                                        WebKitUserScriptInjectionTime time, const char *world,
                                        const char *const *allow, const char *const *block);
WebKitUserScript *
__wrap_webkit_user_script_new_for_world(const char *source, WebKitUserContentInjectedFrames frames,
                                        WebKitUserScriptInjectionTime time, const char *world,
                                        const char *const *allow, const char *const *block);

static char *read_part(const char *name)
{
    const char *folder = g_getenv("TB_PLANT");
    g_autofree char *path = folder ? g_build_filename(folder, name, NULL) : NULL;
    char *text = NULL;
    return path && g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static char *planted(const char *before, const char *source, const char *after)
{
    g_autofree char *first = read_part(before);
    g_autofree char *last = read_part(after);
    return g_strconcat(first, "\n", source, "\n", last, NULL);
}

WebKitUserScript *__wrap_webkit_user_script_new(const char *source,
                                                WebKitUserContentInjectedFrames frames,
                                                WebKitUserScriptInjectionTime time,
                                                const char *const *allow, const char *const *block)
{
    g_autofree char *text = planted("page-before.js", source, "page-after.js");
    return __real_webkit_user_script_new(text, frames, time, allow, block);
}

WebKitUserScript *
__wrap_webkit_user_script_new_for_world(const char *source, WebKitUserContentInjectedFrames frames,
                                        WebKitUserScriptInjectionTime time, const char *world,
                                        const char *const *allow, const char *const *block)
{
    g_autofree char *text = planted("isolated-before.js", source, "isolated-after.js");
    return __real_webkit_user_script_new_for_world(text, frames, time, world, allow, block);
}
