#include "host/webkitgtk/frontend/frontend.h"

#include "base/fd.h"
#include "base/result.h"
#include "frontend/find.h"
#include "frontend/folder.h"
#include "frontend/mime.h"
#include "host/webkitgtk/frontend/response.h"
#include "host/webkitgtk/frontend/turns.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <libsoup/soup.h>
#include <sodium.h>

struct frontend {
    int folder;
    char *csp;
    struct tb_documents *documents;
    struct tb_turns *turns;
};

static void frontend_free(void *data)
{
    struct frontend *frontend = data;
    tb_turns_free(frontend->turns);
    tb_fd_close(&frontend->folder);
    tb_documents_free(frontend->documents);
    g_free(frontend->csp);
    g_free(frontend);
}

/* NULL: the policy is wrong, which is found when the app is loaded, or memory is out. */
static char *csp_for(const struct frontend *frontend, const char *nonce, const struct tb_html *html)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    tb_buffer_init(&text, TB_CSP_MAX);
    if (tb_csp_write(tb_bytes_of_string(frontend->csp), nonce, html ? &html->inlined : NULL, NULL,
                     &text) != TB_OK)
        return NULL;
    struct tb_bytes bytes = tb_buffer_bytes(&text);
    return g_strndup((const char *)bytes.data, bytes.n);
}

static void answer(const struct frontend *frontend, WebKitURISchemeRequest *request,
                   const struct tb_found *found, const char *nonce, const struct tb_html *html,
                   GInputStream *body, gint64 size)
{
    g_autofree char *csp = csp_for(frontend, nonce, html);
    if (!csp) {
        tb_response_refuse(request, SOUP_STATUS_INTERNAL_SERVER_ERROR);
        return;
    }
    const struct tb_response response = {
        .status = SOUP_STATUS_OK,
        .type = tb_mime_of(found->path),
        .csp = csp,
        .body = body,
        .size = size,
    };
    tb_response_finish(request, &response);
}

/* Of any size: it is read as it is sent. */
static void serve_file(const struct frontend *frontend, WebKitURISchemeRequest *request,
                       struct tb_found *found)
{
    char nonce[TB_CSP_NONCE_SIZE + 1];
    g_autoptr(GInputStream) body = g_unix_input_stream_new(found->fd, TRUE);
    found->fd = -1;
    tb_turns_hold(frontend->turns, body);
    tb_csp_nonce(nonce);
    answer(frontend, request, found, nonce, NULL, body, found->size);
}

/* One that is not as it was when the app was loaded goes out as it is: without nonces. */
static void serve_document(const struct frontend *frontend, WebKitURISchemeRequest *request,
                           const struct tb_found *found, struct tb_bytes text)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    char nonce[TB_CSP_NONCE_SIZE + 1];
    const struct tb_html *html = tb_documents_find(frontend->documents, found->path, text);
    tb_buffer_init(&out, TB_HTML_MAX + TB_HTML_PLACES_MAX * 64);
    tb_csp_nonce(nonce);
    if (html ? !tb_html_write(html, text, nonce, &out) : !tb_buffer_append(&out, text)) {
        tb_response_refuse(request, SOUP_STATUS_INTERNAL_SERVER_ERROR);
        return;
    }
    struct tb_bytes bytes = tb_buffer_bytes(&out);
    g_autoptr(GBytes) copy = g_bytes_new(bytes.data, bytes.n);
    g_autoptr(GInputStream) body = g_memory_input_stream_new_from_bytes(copy);
    tb_turns_hold(frontend->turns, body);
    answer(frontend, request, found, nonce, html, body, (gint64)bytes.n);
}

static void read_document(const struct frontend *frontend, WebKitURISchemeRequest *request,
                          const struct tb_found *found)
{
    tb_cleanup(tb_bytes_free) uint8_t *data = NULL;
    size_t n = 0;
    if (tb_fd_read_all(found->fd, TB_HTML_MAX, &data, &n) == TB_OK)
        serve_document(frontend, request, found, tb_bytes_of(data, n));
    else
        tb_response_refuse(request, SOUP_STATUS_INTERNAL_SERVER_ERROR);
}

/* 0: it is there; else the status to answer with. */
static guint find(const struct frontend *frontend, const struct tb_frontend_path *tries, size_t n,
                  struct tb_found *ret_found)
{
    int r = tb_frontend_find(frontend->folder, tries, n, ret_found);
    return r == TB_OK ? 0 : r == TB_DENIED ? SOUP_STATUS_FORBIDDEN : SOUP_STATUS_NOT_FOUND;
}

/* An origin is named by fetch, scripts and styles of other origins, and `null` by opaque ones.
 * Pages of other schemes do not get as far as here (tb_frontend_register). */
static gboolean other_origin(WebKitURISchemeRequest *request)
{
    SoupMessageHeaders *headers = webkit_uri_scheme_request_get_http_headers(request);
    const char *untrusted_origin =
        headers ? soup_message_headers_get_list(headers, "Origin") : NULL;
    return untrusted_origin && strcmp(untrusted_origin, TB_FRONTEND_ORIGIN) != 0;
}

static guint judge(WebKitURISchemeRequest *request, struct tb_frontend_path *ret_path)
{
    const char *untrusted_method = webkit_uri_scheme_request_get_http_method(request);
    if (g_strcmp0(untrusted_method, "GET") != 0 && g_strcmp0(untrusted_method, "HEAD") != 0)
        return SOUP_STATUS_METHOD_NOT_ALLOWED;
    if (other_origin(request))
        return SOUP_STATUS_FORBIDDEN;
    return tb_frontend_path_read(webkit_uri_scheme_request_get_uri(request), ret_path)
               ? 0
               : SOUP_STATUS_NOT_FOUND;
}

static void serve(WebKitURISchemeRequest *request, void *data)
{
    const struct frontend *frontend = data;
    struct tb_frontend_path path;
    struct tb_frontend_path tries[TB_FRONTEND_TRIES];
    struct tb_found found = {.fd = -1};
    guint refused = judge(request, &path);
    if (refused == 0)
        refused = find(frontend, tries, tb_frontend_tries(&path, tries), &found);
    if (refused != 0)
        tb_response_refuse(request, refused);
    else if (tb_mime_is_html(found.path))
        read_document(frontend, request, &found);
    else
        serve_file(frontend, request, &found);
    tb_fd_close(&found.fd);
}

static void on_request(WebKitURISchemeRequest *request, void *data)
{
    const struct frontend *frontend = data;
    if (!tb_turns_take(frontend->turns, request))
        tb_response_refuse(request, SOUP_STATUS_SERVICE_UNAVAILABLE);
}

static gboolean wrong(GError **error, const char *text, const char *what)
{
    g_set_error(error, TB_FRONTEND_ERROR, TB_FRONTEND_ERROR_FILES, "%s%s", text, what);
    return FALSE;
}

static gboolean open_folder(const struct trollbridge_app *app, struct frontend *frontend,
                            GError **error)
{
    if (*app->frontend == 0)
        return wrong(error, "the app has no frontend: ",
                     "write `frontend = \"dist\"` in [app] of trollbridge.toml");
    tb_fd folder = open(app->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return wrong(error, app->folder, " cannot be opened");
    frontend->folder = tb_folder_open(folder, app->frontend);
    if (frontend->folder == -ELOOP)
        return wrong(error, app->frontend,
                     " is, or lies behind, a symbolic link: put the folder itself into the app");
    return frontend->folder >= 0 ||
           wrong(error, app->frontend,
                 " is no folder that can be opened: build the frontend first");
}

static gboolean load(const struct trollbridge_app *app, struct frontend *frontend, GError **error)
{
    if (!open_folder(app, frontend, error))
        return FALSE;
    g_autofree char *csp = csp_for(frontend, "", NULL);
    if (!csp)
        return wrong(error, "`csp` in [app] of trollbridge.toml ",
                     "has more than 64 directives, or is not printable ASCII without commas");
    frontend->documents = tb_documents_load(frontend->folder, app->frontend, error);
    return frontend->documents != NULL;
}

static void allow(WebKitWebContext *context)
{
    WebKitSecurityManager *manager = webkit_web_context_get_security_manager(context);
    webkit_security_manager_register_uri_scheme_as_secure(manager, "tauri");
    webkit_security_manager_register_uri_scheme_as_cors_enabled(manager, "tauri");
    /* Pages of other schemes load nothing from this one: no image, no script, no frame. Of what
     * comes without CORS a request does not say who asks. */
    webkit_security_manager_register_uri_scheme_as_display_isolated(manager, "tauri");
}

gboolean tb_frontend_register(WebKitWebContext *context, const struct trollbridge_app *app,
                              GError **error)
{
    struct frontend *frontend = g_new0(struct frontend, 1);
    frontend->folder = -1;
    frontend->turns = tb_turns_new(serve, frontend);
    frontend->csp = g_strdup(app->csp);
    if (sodium_init() < 0 || !load(app, frontend, error)) {
        frontend_free(frontend);
        return FALSE;
    }
    allow(context);
    webkit_web_context_register_uri_scheme(context, "tauri", on_request, frontend, frontend_free);
    return TRUE;
}
