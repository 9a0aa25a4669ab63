#include "dev/insert.h"

#include <strings.h>

static bool space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool begins(struct tb_bytes text, size_t at, const char *word)
{
    size_t n = strlen(word);
    return at <= text.n && text.n - at >= n &&
           strncasecmp((const char *)text.data + at, word, n) == 0;
}

/* Behind the first `end` from there on; the whole text where there is none. */
static size_t behind(struct tb_bytes text, size_t at, const char *end)
{
    size_t n = strlen(end);
    const uint8_t *found = at < text.n ? memmem(text.data + at, text.n - at, end, n) : NULL;
    return found ? (size_t)(found - text.data) + n : text.n;
}

/* What a browser takes for a comment at that place: behind it, or `at` itself. `<!-->` and `<!--->`
 * are whole ones, and `--!>` ends one too. */
static size_t skip_comment(struct tb_bytes text, size_t at)
{
    if (begins(text, at, "<!-->"))
        return at + strlen("<!-->");
    if (begins(text, at, "<!--->"))
        return at + strlen("<!--->");
    if (begins(text, at, "<!--")) {
        size_t usual = behind(text, at + strlen("<!--"), "-->");
        size_t other = behind(text, at + strlen("<!--"), "--!>");
        return usual < other ? usual : other;
    }
    if (begins(text, at, "<?"))
        return behind(text, at, ">");
    return at;
}

/* To the doctype, or whatever stands in its place. */
static size_t skip_before(struct tb_bytes text)
{
    size_t at = begins(text, 0, "\xef\xbb\xbf") ? 3 : 0;
    size_t last;
    do {
        last = at;
        while (at < text.n && space(text.data[at]))
            at++;
        at = skip_comment(text, at);
    } while (at != last);
    return at;
}

/* A `>` ends a doctype even between quotes. */
size_t dev_insert_place(struct tb_bytes text)
{
    size_t at = skip_before(text);
    if (!begins(text, at, "<!doctype"))
        return 0;
    size_t end = behind(text, at, ">");
    return text.data[end - 1] == '>' ? end : 0;
}
