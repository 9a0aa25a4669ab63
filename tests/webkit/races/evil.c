#include "tests/webkit/races/evil.h"

#include "tests/webkit/races/say.h"

#include <libsoup/soup.h>

static const char *evil_folder;
static GQueue held = G_QUEUE_INIT;

static void redirect(WebKitURISchemeRequest *request, const char *to)
{
    g_autoptr(GInputStream) nothing = g_memory_input_stream_new();
    g_autoptr(WebKitURISchemeResponse) response = webkit_uri_scheme_response_new(nothing, 0);
    SoupMessageHeaders *headers = soup_message_headers_new(SOUP_MESSAGE_HEADERS_RESPONSE);
    soup_message_headers_append(headers, "Location", to);
    webkit_uri_scheme_response_set_status(response, 302, NULL);
    webkit_uri_scheme_response_set_http_headers(response, headers); /* takes them */
    webkit_uri_scheme_request_finish_with_response(request, response);
}

static void answer(WebKitURISchemeRequest *request)
{
    g_autofree char *path =
        g_build_filename(evil_folder, webkit_uri_scheme_request_get_path(request), NULL);
    g_autofree char *page = NULL;
    g_autoptr(GError) error = NULL;
    gsize n = 0;
    if (!g_file_get_contents(path, &page, &n, &error)) {
        webkit_uri_scheme_request_finish_error(request, error);
        return;
    }
    g_autoptr(GInputStream) stream =
        g_memory_input_stream_new_from_data(g_steal_pointer(&page), (gssize)n, g_free);
    webkit_uri_scheme_request_finish(request, stream, (gint64)n, "text/html");
}

static void on_request(WebKitURISchemeRequest *request, void *data)
{
    (void)data;
    const char *uri = webkit_uri_scheme_request_get_uri(request);
    const char *query = strchr(uri, '?');
    say("evil", "uri", uri, NULL);
    if (query && g_str_has_prefix(query, "?to="))
        redirect(request, query + strlen("?to="));
    else if (query && g_str_equal(query, "?hold"))
        g_queue_push_tail(&held, g_object_ref(request));
    else
        answer(request);
}

void evil_register(WebKitWebContext *context, const char *folder)
{
    evil_folder = folder;
    webkit_web_context_register_uri_scheme(context, "evil", on_request, NULL, NULL);
    webkit_security_manager_register_uri_scheme_as_cors_enabled(
        webkit_web_context_get_security_manager(context), "evil");
}

void evil_release(void)
{
    WebKitURISchemeRequest *request;
    while ((request = g_queue_pop_head(&held)) != NULL) {
        answer(request);
        g_object_unref(request);
    }
}
