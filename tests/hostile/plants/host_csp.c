/* Planted: the content security policy is not sent. */
#include <libsoup/soup.h>

void __real_soup_message_headers_append(SoupMessageHeaders *headers, const char *name,
                                        const char *value);
void __wrap_soup_message_headers_append(SoupMessageHeaders *headers, const char *name,
                                        const char *value);

void __wrap_soup_message_headers_append(SoupMessageHeaders *headers, const char *name,
                                        const char *value)
{
    if (strcmp(name, "Content-Security-Policy") != 0)
        __real_soup_message_headers_append(headers, name, value);
}
