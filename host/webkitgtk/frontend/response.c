#include "host/webkitgtk/frontend/response.h"

#include "frontend/path.h"

#include <libsoup/soup.h>

static SoupMessageHeaders *headers_of(const struct tb_response *response)
{
    SoupMessageHeaders *headers = soup_message_headers_new(SOUP_MESSAGE_HEADERS_RESPONSE);
    /* Headers replace what the response was told before. */
    soup_message_headers_append(headers, "Content-Type", response->type);
    soup_message_headers_append(headers, "Content-Security-Policy", response->csp);
    soup_message_headers_append(headers, "X-Content-Type-Options", "nosniff");
    soup_message_headers_append(headers, "Access-Control-Allow-Origin", TB_FRONTEND_ORIGIN);
    soup_message_headers_append(headers, "Cross-Origin-Resource-Policy", "same-origin");
    soup_message_headers_append(headers, "Cache-Control", "no-cache");
    if (response->status == SOUP_STATUS_METHOD_NOT_ALLOWED)
        soup_message_headers_append(headers, "Allow", "GET, HEAD");
    return headers;
}

void tb_response_finish(WebKitURISchemeRequest *request, const struct tb_response *response)
{
    g_autoptr(GInputStream) none = g_memory_input_stream_new();
    bool head = g_strcmp0(webkit_uri_scheme_request_get_http_method(request), "HEAD") == 0;
    g_autoptr(WebKitURISchemeResponse) answer =
        webkit_uri_scheme_response_new(head ? none : response->body, head ? 0 : response->size);
    webkit_uri_scheme_response_set_status(answer, response->status, NULL);
    webkit_uri_scheme_response_set_content_type(answer, response->type);
    webkit_uri_scheme_response_set_http_headers(answer, headers_of(response));
    webkit_uri_scheme_request_finish_with_response(request, answer);
}

void tb_response_refuse(WebKitURISchemeRequest *request, guint status)
{
    g_autofree char *text = g_strdup_printf("%u %s\n", status, soup_status_get_phrase(status));
    g_autoptr(GInputStream) body =
        g_memory_input_stream_new_from_data(g_strdup(text), (gssize)strlen(text), g_free);
    const struct tb_response response = {
        .status = status,
        .type = "text/plain; charset=utf-8",
        .csp = "default-src 'none'",
        .body = body,
        .size = (gint64)strlen(text),
    };
    tb_response_finish(request, &response);
}
