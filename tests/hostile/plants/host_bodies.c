/* Planted: the host asks for the body of requests. */
#include <webkit2/webkit2.h>

const char *__real_webkit_uri_scheme_request_get_http_method(WebKitURISchemeRequest *request);
const char *__wrap_webkit_uri_scheme_request_get_http_method(WebKitURISchemeRequest *request);

const char *__wrap_webkit_uri_scheme_request_get_http_method(WebKitURISchemeRequest *request)
{
    g_autoptr(GInputStream) body = webkit_uri_scheme_request_get_http_body(request);
    (void)body;
    return __real_webkit_uri_scheme_request_get_http_method(request);
}
