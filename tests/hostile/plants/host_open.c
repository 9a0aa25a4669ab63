/* Planted: pages of other origins may load the app's files. */
#include <libsoup/soup.h>
#include <webkit2/webkit2.h>

void __wrap_webkit_security_manager_register_uri_scheme_as_display_isolated(
    WebKitSecurityManager *manager, const char *scheme);
void __real_soup_message_headers_append(SoupMessageHeaders *headers, const char *name,
                                        const char *value);
void __wrap_soup_message_headers_append(SoupMessageHeaders *headers, const char *name,
                                        const char *value);

void __wrap_webkit_security_manager_register_uri_scheme_as_display_isolated(
    WebKitSecurityManager *manager, const char *scheme)
{
    (void)manager, (void)scheme;
}

void __wrap_soup_message_headers_append(SoupMessageHeaders *headers, const char *name,
                                        const char *value)
{
    if (strcmp(name, "Cross-Origin-Resource-Policy") != 0)
        __real_soup_message_headers_append(headers, name, value);
}
