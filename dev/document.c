#include "dev/document.h"

#include "base/result.h"
#include "dev/insert.h"
#include "frontend/html.h"
#include "shim-js/scripts.h"

#include <errno.h>
#include <sodium.h>

static bool put(struct tb_buffer *out, const char *text)
{
    return tb_buffer_append(out, tb_bytes_of_string(text));
}

/* None of these has a character that means something in a string of JavaScript, or `<`. */
static bool put_string(struct tb_buffer *out, const char *name, const char *text)
{
    return put(out, name) && put(out, ":\"") && put(out, text) && put(out, "\"");
}

static bool put_bootstrap(struct tb_buffer *out, struct tb_bytes bootstrap)
{
    char text[sodium_base64_ENCODED_LEN(DEV_BOOTSTRAP_MAX, sodium_base64_VARIANT_ORIGINAL)];
    tb_assert(bootstrap.n <= DEV_BOOTSTRAP_MAX);
    sodium_bin2base64(text, sizeof text, bootstrap.data, bootstrap.n,
                      sodium_base64_VARIANT_ORIGINAL);
    bool ok = put_string(out, "bootstrap", text);
    sodium_memzero(text, sizeof text);
    return ok;
}

/* The bundle is ASCII without `</script`: tests/unit/test_dev_document.c. */
static bool put_script(struct tb_buffer *out, const struct dev_script *script, const char *nonce)
{
    return put(out, "<script nonce=\"") && put(out, nonce) &&
           put(out, "\">(function(TROLLBRIDGE_DEV){") && put(out, tb_script_dev_page) &&
           put(out, "})({") && put_string(out, "label", script->label) && put(out, ",") &&
           put_string(out, "webview", script->label) && put(out, ",") &&
           put_string(out, "link", script->socket) && put(out, ",") &&
           put_string(out, "worker", script->worker) && put(out, ",") &&
           put_string(out, "ticket", script->ticket) && put(out, ",") &&
           put_bootstrap(out, script->bootstrap) && put(out, "})</script>");
}

static int write_policy(const char *policy, const char *nonce, const struct tb_csp_document *own,
                        const struct tb_csp_host *host, struct tb_buffer *csp)
{
    return tb_csp_write(tb_bytes_of_string(policy), nonce, own, host, csp);
}

int dev_document_write_policy(const char *policy, struct tb_buffer *csp)
{
    char nonce[TB_CSP_NONCE_SIZE + 1];
    tb_csp_nonce(nonce);
    return write_policy(policy, nonce, NULL, NULL, csp);
}

/* What stands in front of all that the document has itself. */
static bool put_first(struct tb_buffer *out, const struct dev_document *document, const char *nonce,
                      const char *own_nonce)
{
    bool ok = !document->script || put_script(out, document->script, own_nonce);
    if (ok && document->tells_nonce)
        ok =
            put(out, "<meta property=\"csp-nonce\" nonce=\"") && put(out, nonce) && put(out, "\">");
    return ok;
}

/* Nothing that gets a nonce stands before the place. */
static bool write_text(const struct dev_document *document, const struct tb_html *html,
                       const char *nonce, const char *own_nonce, struct tb_buffer *out)
{
    struct tb_bytes text = document->text;
    size_t place = dev_insert_place(text);
    tb_cleanup(tb_buffer_deinit) struct tb_buffer whole;
    tb_buffer_init(&whole, DEV_DOCUMENT_MAX);
    if (!tb_html_write(html, text, nonce, &whole))
        return false;
    struct tb_bytes rest = tb_buffer_bytes(&whole);
    return tb_buffer_append(out, tb_bytes_of(text.data, place)) &&
           put_first(out, document, nonce, own_nonce) &&
           (rest.n == place ||
            tb_buffer_append(out, tb_bytes_of(rest.data + place, rest.n - place)));
}

int dev_document_write(const struct dev_document *document, struct tb_buffer *out,
                       struct tb_buffer *csp)
{
    const struct dev_script *script = document->script;
    char nonce[TB_CSP_NONCE_SIZE + 1];
    char own_nonce[TB_CSP_NONCE_SIZE + 1];
    struct tb_html html;
    int r = tb_html_read(document->text, &html);
    if (r != TB_OK)
        return r;
    tb_csp_nonce(nonce);
    tb_csp_nonce(own_nonce);
    const struct tb_csp_host host = {own_nonce, script ? script->worker : "",
                                     script ? script->socket : ""};
    r = write_policy(document->policy, nonce, &html.inlined, script ? &host : NULL, csp);
    if (r == TB_OK && !write_text(document, &html, nonce, own_nonce, out))
        r = TB_TOO_LARGE;
    tb_html_deinit(&html);
    return r;
}
