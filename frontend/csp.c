#include "frontend/csp.h"

#include "base/result.h"

#include <sodium.h>
#include <strings.h>

static const char strict[] =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'self'";

struct directive {
    struct tb_bytes name;
    struct tb_bytes sources; /* without space at its ends */
};

struct policy {
    struct directive list[TB_CSP_DIRECTIVES_MAX];
    size_t n;
};

static bool space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static struct tb_bytes trimmed(struct tb_bytes text)
{
    while (text.n > 0 && space(text.data[0]))
        text = tb_bytes_of(text.data + 1, text.n - 1);
    while (text.n > 0 && space(text.data[text.n - 1]))
        text.n--;
    return text;
}

/* Takes the next word off the text, which is trimmed; empty: there is none. */
static struct tb_bytes word(struct tb_bytes *text)
{
    size_t n = 0;
    while (n < text->n && !space(text->data[n]))
        n++;
    struct tb_bytes first = tb_bytes_of(text->data, n);
    *text = trimmed(tb_bytes_of(text->data + n, text->n - n));
    return first;
}

static bool is(struct tb_bytes text, const char *name)
{
    return text.n == strlen(name) && strncasecmp((const char *)text.data, name, text.n) == 0;
}

static const struct directive *find(const struct policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->n; i++)
        if (is(policy->list[i].name, name))
            return &policy->list[i];
    return NULL;
}

static bool known(const struct policy *policy, struct tb_bytes name)
{
    for (size_t i = 0; i < policy->n; i++)
        if (policy->list[i].name.n == name.n && strncasecmp((const char *)policy->list[i].name.data,
                                                            (const char *)name.data, name.n) == 0)
            return true;
    return false;
}

static bool has(struct tb_bytes sources, const char *source)
{
    while (sources.n > 0)
        if (is(word(&sources), source))
            return true;
    return false;
}

static bool printable(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!space(text.data[i]) && (text.data[i] < 0x21 || text.data[i] > 0x7e))
            return false;
    return text.n == 0 || !memchr(text.data, ',', text.n);
}

/* Of two directives of one name the first counts, as in browsers; the other is left out. */
static int parse(struct tb_bytes text, struct policy *policy)
{
    if (!printable(text))
        return TB_MALFORMED;
    while (text.n > 0) {
        struct tb_bytes rest = trimmed(tb_bytes_cut(&text, ';'));
        struct tb_bytes name = word(&rest);
        if (name.n == 0 || known(policy, name))
            continue;
        if (policy->n == TB_CSP_DIRECTIVES_MAX)
            return TB_TOO_LARGE;
        policy->list[policy->n++] = (struct directive){name, rest};
    }
    return TB_OK;
}

static bool put(struct tb_buffer *out, const char *text)
{
    return tb_buffer_append(out, tb_bytes_of_string(text));
}

/* Words with one space between them, so that a line's end in the manifest is none in the header. */
static bool put_words(struct tb_buffer *out, struct tb_bytes words)
{
    bool ok = true;
    while (words.n > 0 && ok) {
        struct tb_bytes next = word(&words);
        ok = put(out, " ") && tb_buffer_append(out, next);
    }
    return ok;
}

static bool put_hash(struct tb_buffer *out, const struct tb_csp_hash *hash)
{
    char text[sodium_base64_ENCODED_LEN(sizeof hash->bytes, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(text, sizeof text, hash->bytes, sizeof hash->bytes,
                      sodium_base64_VARIANT_ORIGINAL);
    return put(out, " 'sha256-") && put(out, text) && put(out, "'");
}

static bool put_nonce(struct tb_buffer *out, const char *nonce)
{
    return put(out, " 'nonce-") && put(out, nonce) && put(out, "'");
}

static bool put_own(struct tb_buffer *out, const char *nonce, const struct tb_csp_hashes *hashes)
{
    bool ok = put_nonce(out, nonce);
    for (size_t i = 0; hashes && i < hashes->n && ok; i++)
        ok = put_hash(out, &hashes->list[i]);
    return ok;
}

enum kind { OTHER, SCRIPT, STYLE };

static enum kind kind_of(struct tb_bytes name)
{
    if (is(name, "script-src") || is(name, "script-src-elem"))
        return SCRIPT;
    return is(name, "style-src") || is(name, "style-src-elem") ? STYLE : OTHER;
}

struct writer {
    struct tb_buffer *out;
    const char *nonce;
    const struct tb_csp_document *document;
    const struct tb_csp_host *host;
};

static bool allows_nothing(struct tb_bytes sources)
{
    struct tb_bytes rest = sources;
    return sources.n == 0 || (is(word(&rest), "'none'") && rest.n == 0);
}

/* Nothing is added to a list that allows nothing. A list of styles that allows all inline ones is
 * left as it was written: beside a nonce `'unsafe-inline'` means nothing. */
static bool takes_own(enum kind kind, struct tb_bytes sources)
{
    return kind != OTHER && !allows_nothing(sources) &&
           !(kind == STYLE && has(sources, "'unsafe-inline'"));
}

static bool takes_of_host(const struct writer *writer, struct tb_bytes name)
{
    return writer->host &&
           (kind_of(name) == SCRIPT || is(name, "worker-src") || is(name, "connect-src"));
}

static bool put_of_host(const struct writer *writer, struct tb_bytes name)
{
    const struct tb_csp_host *host = writer->host;
    if (kind_of(name) == SCRIPT)
        return put_nonce(writer->out, host->nonce);
    return put(writer->out, " ") &&
           put(writer->out, is(name, "worker-src") ? host->worker : host->connect);
}

static bool put_own_of(const struct writer *writer, enum kind kind)
{
    const struct tb_csp_document *document = writer->document;
    const struct tb_csp_hashes *hashes = !document        ? NULL
                                         : kind == SCRIPT ? &document->scripts
                                                          : &document->styles;
    return put_own(writer->out, writer->nonce, hashes);
}

/* `'none'` counts only where it stands alone. */
static bool put_directive(const struct writer *writer, struct tb_bytes name,
                          struct tb_bytes sources)
{
    struct tb_buffer *out = writer->out;
    enum kind kind = kind_of(name);
    bool of_host = takes_of_host(writer, name);
    bool ok = (tb_buffer_n(out) == 0 || put(out, "; ")) && tb_buffer_append(out, name);
    if (ok && !(of_host && allows_nothing(sources)))
        ok = put_words(out, sources);
    if (ok && takes_own(kind, sources))
        ok = put_own_of(writer, kind);
    return ok && (!of_host || put_of_host(writer, name));
}

/* What stands for a directive that is not there: the first of those others that is. */
static struct tb_bytes fallback(const struct policy *policy, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct directive *found = find(policy, names[i]);
        if (found)
            return found->sources;
    }
    return tb_bytes_of_string("'self'");
}

/* A directive that is not there stands for default-src, and where that is not there either for
 * anything: then as Tauri does for 'self'. */
static bool put_missing(const struct writer *writer, const struct policy *policy, const char *name)
{
    static const char *const names[] = {"default-src"};
    return find(policy, name) || put_directive(writer, tb_bytes_of_string(name),
                                               fallback(policy, names, TB_ARRAY_LEN(names)));
}

/* Where the host adds to a directive it has to be there, with all that stands for it now. Nothing
 * stands for connect-src but default-src, and without that anything may be connected to. */
static bool put_missing_of_host(const struct writer *writer, const struct policy *policy)
{
    static const char *const workers[] = {"child-src", "script-src", "default-src"};
    if (!writer->host)
        return true;
    bool ok = find(policy, "worker-src") ||
              put_directive(writer, tb_bytes_of_string("worker-src"),
                            fallback(policy, workers, TB_ARRAY_LEN(workers)));
    return ok && (!find(policy, "default-src") || put_missing(writer, policy, "connect-src"));
}

static bool put_where_absent(const struct writer *writer, const struct policy *policy,
                             const char *name, const char *sources)
{
    return find(policy, name) ||
           put_directive(writer, tb_bytes_of_string(name), tb_bytes_of_string(sources));
}

bool tb_csp_add(struct tb_csp_hashes *hashes, const struct tb_csp_hash *hash)
{
    for (size_t i = 0; i < hashes->n; i++)
        if (memcmp(&hashes->list[i], hash, sizeof *hash) == 0)
            return true;
    if (hashes->n == TB_CSP_HASHES_MAX)
        return false;
    hashes->list[hashes->n++] = *hash;
    return true;
}

void tb_csp_nonce(char ret_nonce[static TB_CSP_NONCE_SIZE + 1])
{
    uint8_t bytes[TB_CSP_NONCE_SIZE / 4 * 3];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(ret_nonce, TB_CSP_NONCE_SIZE + 1, bytes, sizeof bytes,
                      sodium_base64_VARIANT_ORIGINAL);
}

int tb_csp_write(struct tb_bytes policy, const char *nonce, const struct tb_csp_document *document,
                 const struct tb_csp_host *host, struct tb_buffer *out)
{
    const struct writer writer = {out, nonce, document, host};
    struct policy parsed = {.n = 0};
    int r = parse(policy, &parsed);
    if (r == TB_OK && parsed.n == 0)
        r = parse(tb_bytes_of_string(strict), &parsed);
    if (r != TB_OK)
        return r;
    bool ok = true;
    for (size_t i = 0; i < parsed.n && ok; i++)
        ok = put_directive(&writer, parsed.list[i].name, parsed.list[i].sources);
    ok = ok && put_missing(&writer, &parsed, "script-src") &&
         put_missing(&writer, &parsed, "style-src") && put_missing_of_host(&writer, &parsed) &&
         put_where_absent(&writer, &parsed, "object-src", "'none'") &&
         put_where_absent(&writer, &parsed, "base-uri", "'self'");
    return ok ? TB_OK : TB_TOO_LARGE;
}
