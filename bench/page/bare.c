#include "bench/page/bare.h"

#include <libsoup/soup.h>

static void answer(WebKitURISchemeRequest *request, GInputStream *body, gssize n)
{
    g_autoptr(WebKitURISchemeResponse) response = webkit_uri_scheme_response_new(body, n);
    SoupMessageHeaders *headers = soup_message_headers_new(SOUP_MESSAGE_HEADERS_RESPONSE);
    soup_message_headers_append(headers, "Access-Control-Allow-Origin", "*");
    webkit_uri_scheme_response_set_http_headers(response, headers); /* takes them */
    webkit_uri_scheme_response_set_content_type(response, "application/octet-stream");
    webkit_uri_scheme_request_finish_with_response(request, response);
}

/* Reading a body crashes the host if a page sends a Blob. This page sends bytes, and is ours. They
 * are in memory already, so that waiting for them is right. */
static void on_request(WebKitURISchemeRequest *request, void *data)
{
    (void)data;
    g_autoptr(GInputStream) body = webkit_uri_scheme_request_get_http_body(request);
    g_autoptr(GOutputStream) bytes = g_memory_output_stream_new_resizable();
    if (body)
        (void)g_output_stream_splice(bytes, body, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, NULL);
    GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM(bytes);
    gssize n = (gssize)g_memory_output_stream_get_data_size(memory);
    g_autoptr(GInputStream) back =
        g_memory_input_stream_new_from_data(g_memory_output_stream_steal_data(memory), n, g_free);
    answer(request, back, n);
}

static gboolean on_message(WebKitUserContentManager *content, JSCValue *value,
                           WebKitScriptMessageReply *reply, void *data)
{
    (void)content;
    (void)data;
    webkit_script_message_reply_return_value(reply, value);
    return TRUE;
}

void bare_register(WebKitWebContext *context)
{
    webkit_web_context_register_uri_scheme(context, "bare", on_request, NULL, NULL);
    WebKitSecurityManager *security = webkit_web_context_get_security_manager(context);
    webkit_security_manager_register_uri_scheme_as_secure(security, "bare");
    webkit_security_manager_register_uri_scheme_as_cors_enabled(security, "bare");
}

void bare_attach(WebKitUserContentManager *content)
{
    g_signal_connect(content, "script-message-with-reply-received::bare", G_CALLBACK(on_message),
                     NULL);
    webkit_user_content_manager_register_script_message_handler_with_reply(content, "bare", NULL);
}
