/* Planted: scripts are put into all frames of all origins, the page can send messages to the host,
 * and whoever offers a link is taken for the app. With web_everywhere.c. */
#include <webkit2/webkit2.h>

void __real_webkit_user_content_manager_add_script(WebKitUserContentManager *manager,
                                                   WebKitUserScript *script);
void __wrap_webkit_user_content_manager_add_script(WebKitUserContentManager *manager,
                                                   WebKitUserScript *script);
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

void __wrap_webkit_user_content_manager_add_script(WebKitUserContentManager *manager,
                                                   WebKitUserScript *script)
{
    __real_webkit_user_content_manager_add_script(manager, script);
    webkit_user_content_manager_register_script_message_handler(manager, "planted");
}

WebKitUserScript *__wrap_webkit_user_script_new(const char *source,
                                                WebKitUserContentInjectedFrames frames,
                                                WebKitUserScriptInjectionTime time,
                                                const char *const *allow, const char *const *block)
{
    (void)frames, (void)allow;
    return __real_webkit_user_script_new(source, WEBKIT_USER_CONTENT_INJECT_ALL_FRAMES, time, NULL,
                                         block);
}

WebKitUserScript *
__wrap_webkit_user_script_new_for_world(const char *source, WebKitUserContentInjectedFrames frames,
                                        WebKitUserScriptInjectionTime time, const char *world,
                                        const char *const *allow, const char *const *block)
{
    (void)frames, (void)allow;
    return __real_webkit_user_script_new_for_world(source, WEBKIT_USER_CONTENT_INJECT_ALL_FRAMES,
                                                   time, world, NULL, block);
}
