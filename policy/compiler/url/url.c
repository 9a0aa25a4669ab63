#include "policy/compiler/url/url.h"

#include "policy/compiler/url/host.h"
#include "policy/compiler/url/path.h"

/* A URL that is being read. Each function below takes the rest of the text over from the one
 * before, and hands on what it did not use. */
struct reading {
    struct tb_arena *arena;
    const struct tb_url *base;
    struct tb_url url;
    bool special;
};

static const struct {
    const char *scheme;
    const char *port;
} specials[] = {{"http", "80"}, {"https", "443"}, {"ws", "80"},
                {"wss", "443"}, {"ftp", "21"},    {"file", ""}};

bool tb_url_scheme_special(struct tb_bytes scheme)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(specials); i++)
        if (tb_bytes_are(scheme, specials[i].scheme))
            return true;
    return false;
}

struct tb_bytes tb_url_default_port(struct tb_bytes scheme)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(specials); i++)
        if (tb_bytes_are(scheme, specials[i].scheme))
            return tb_bytes_of_string(specials[i].port);
    return tb_bytes_of_string("");
}

/* What is a scheme at the start of text, up to its colon: in small letters. */
static bool take_scheme(struct tb_arena *arena, struct tb_bytes *text, struct tb_bytes *ret_scheme)
{
    size_t n = 0;
    while (n < text->n &&
           (tb_url_is_alpha(text->data[n]) ||
            (n > 0 && (tb_url_is_digit(text->data[n]) || memchr("+-.", text->data[n], 3) != NULL))))
        n++;
    if (n == 0 || n == text->n || text->data[n] != ':')
        return false;
    *ret_scheme = tb_url_lower(arena, tb_url_upto(*text, n));
    *text = tb_url_from(*text, n + 1);
    return true;
}

bool tb_url_port_read(struct tb_arena *arena, struct tb_bytes digits, struct tb_bytes scheme,
                      struct tb_bytes *ret_port)
{
    unsigned port = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (!tb_url_is_digit(digits.data[i]))
            return false;
        port = port * 10 + (digits.data[i] - '0');
        if (port > UINT16_MAX)
            return false;
    }
    struct tb_bytes text = tb_bytes_of_string(tb_arena_format(arena, "%u", port));
    bool own = digits.n == 0 || tb_bytes_equal(text, tb_url_default_port(scheme));
    *ret_port = own ? tb_bytes_of_string("") : text;
    return true;
}

static bool is_slash(const struct reading *r, struct tb_bytes rest)
{
    return rest.n > 0 && (rest.data[0] == '/' || (r->special && rest.data[0] == '\\'));
}

static struct tb_bytes skip_slashes(const struct reading *r, struct tb_bytes rest)
{
    while (is_slash(r, rest))
        rest = tb_url_from(rest, 1);
    return rest;
}

/* `?query#fragment`, either or none. */
static bool read_tail(struct reading *r, struct tb_bytes rest)
{
    size_t n = tb_url_span(rest, "#");
    if (n > 0) {
        r->url.query = tb_url_encode(r->arena, tb_bytes_of(rest.data + 1, n - 1),
                                     r->special ? TB_URL_SET_SPECIAL_QUERY : TB_URL_SET_QUERY);
        r->url.has_query = true;
    }
    if (n < rest.n) {
        r->url.fragment = tb_url_encode(r->arena, tb_url_from(rest, n + 1), TB_URL_SET_FRAGMENT);
        r->url.has_fragment = true;
    }
    return true;
}

static struct tb_url_path path_of(const struct reading *r, struct tb_bytes start)
{
    struct tb_url_path path = {.text = {.arena = r->arena},
                               .special = r->special,
                               .file = tb_bytes_are(r->url.scheme, "file")};
    tb_url_put(&path.text, start);
    return path;
}

static bool read_path_onto(struct reading *r, struct tb_url_path *path, struct tb_bytes rest)
{
    size_t n = tb_url_span(rest, "?#");
    tb_url_path_add(path, tb_url_upto(rest, n));
    r->url.path = tb_url_text_bytes(&path->text);
    return read_tail(r, tb_url_from(rest, n));
}

/* What comes after a path's first slash. */
static bool read_path(struct reading *r, struct tb_bytes rest)
{
    struct tb_url_path path = path_of(r, tb_bytes_of_string(""));
    return read_path_onto(r, &path, rest);
}

/* What comes after a host: only a special URL gets a path where none is written. */
static bool read_path_start(struct reading *r, struct tb_bytes rest)
{
    if (is_slash(r, rest))
        return read_path(r, tb_url_from(rest, 1));
    return r->special ? read_path(r, rest) : read_tail(r, rest);
}

static void read_userinfo(struct reading *r, struct tb_bytes text)
{
    size_t n = tb_url_span(text, ":");
    r->url.username = tb_url_encode(r->arena, tb_url_upto(text, n), TB_URL_SET_USERINFO);
    if (n < text.n)
        r->url.password = tb_url_encode(r->arena, tb_url_from(text, n + 1), TB_URL_SET_USERINFO);
}

/* The colon before a port; not one in brackets. */
static size_t find_port(struct tb_bytes text)
{
    bool inside = false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.data[i] == ':' && !inside)
            return i;
        inside = text.data[i] == '[' || (inside && text.data[i] != ']');
    }
    return text.n;
}

static bool read_host(struct reading *r, struct tb_bytes text)
{
    size_t n = find_port(text);
    if (n == 0 && (r->special || text.n > 0))
        return false;
    if (!tb_url_host_parse(r->arena, tb_url_upto(text, n), r->special, &r->url.host))
        return false;
    r->url.has_host = true;
    return n == text.n ||
           tb_url_port_read(r->arena, tb_url_from(text, n + 1), r->url.scheme, &r->url.port);
}

/* `user:password@host:port` and all behind it. The last `@` is the one that counts. */
static bool read_authority(struct reading *r, struct tb_bytes rest)
{
    size_t n = tb_url_span(rest, r->special ? "/?#\\" : "/?#");
    struct tb_bytes host = tb_url_upto(rest, n);
    const uint8_t *at = n > 0 ? memrchr(host.data, '@', n) : NULL;
    if (at) {
        size_t n_user = (size_t)(at - host.data);
        read_userinfo(r, tb_url_upto(host, n_user));
        host = tb_url_from(host, n_user + 1);
        if (host.n == 0)
            return false;
    }
    return read_host(r, host) && read_path_start(r, tb_url_from(rest, n));
}

static void take_host(struct reading *r)
{
    r->url.username = r->base->username;
    r->url.password = r->base->password;
    r->url.host = r->base->host;
    r->url.has_host = r->base->has_host;
    r->url.port = r->base->port;
}

/* What stands in place of the base's last part, or the base's own path and query where nothing
 * does. */
static bool read_beside(struct reading *r, struct tb_bytes rest)
{
    struct tb_url_path path = path_of(r, r->base->path);
    r->url.path = r->base->path;
    if (rest.n == 0 || rest.data[0] == '#') {
        r->url.query = r->base->query;
        r->url.has_query = r->base->has_query;
    }
    if (rest.n == 0 || rest.data[0] == '#' || rest.data[0] == '?')
        return read_tail(r, rest);
    if (tb_bytes_are(r->url.scheme, "file") && tb_url_starts_with_drive(rest))
        return read_path(r, rest);
    tb_url_path_shorten(&path);
    return read_path_onto(r, &path, rest);
}

static bool read_relative(struct reading *r, struct tb_bytes rest)
{
    r->url.scheme = r->base->scheme;
    r->special = tb_url_scheme_special(r->url.scheme);
    if (!is_slash(r, rest)) {
        take_host(r);
        return read_beside(r, rest);
    }
    rest = tb_url_from(rest, 1);
    if (is_slash(r, rest))
        return read_authority(r, r->special ? skip_slashes(r, rest) : tb_url_from(rest, 1));
    take_host(r);
    return read_path(r, rest);
}

static bool read_file_host(struct reading *r, struct tb_bytes rest)
{
    struct tb_bytes host = tb_url_upto(rest, tb_url_span(rest, "/\\?#"));
    if (tb_url_is_drive(host))
        return read_path(r, rest);
    if (host.n > 0 && !tb_url_host_parse(r->arena, host, true, &r->url.host))
        return false;
    if (tb_bytes_are(r->url.host, "localhost"))
        r->url.host = tb_bytes_of_string("");
    return read_path_start(r, tb_url_from(rest, host.n));
}

static bool read_file(struct reading *r, struct tb_bytes rest)
{
    bool has_base = r->base && tb_bytes_are(r->base->scheme, "file");
    r->url.scheme = tb_bytes_of_string("file");
    r->special = true;
    r->url.has_host = true;
    r->url.host = tb_bytes_of_string("");
    if (!is_slash(r, rest)) {
        if (!has_base)
            return read_path(r, rest);
        take_host(r);
        return read_beside(r, rest);
    }
    rest = tb_url_from(rest, 1);
    if (is_slash(r, rest))
        return read_file_host(r, tb_url_from(rest, 1));
    bool drive =
        has_base && !tb_url_starts_with_drive(rest) && tb_url_path_has_drive(r->base->path);
    struct tb_url_path path =
        path_of(r, drive ? tb_url_upto(r->base->path, 3) : tb_bytes_of_string(""));
    if (has_base)
        r->url.host = r->base->host;
    return read_path_onto(r, &path, rest);
}

static bool read_opaque(struct reading *r, struct tb_bytes rest)
{
    size_t n;
    r->url.opaque = true;
    r->url.path = tb_url_path_opaque(r->arena, rest, &n);
    return read_tail(r, tb_url_from(rest, n));
}

static bool read_absolute(struct reading *r, struct tb_bytes rest)
{
    r->special = tb_url_scheme_special(r->url.scheme);
    if (tb_bytes_are(r->url.scheme, "file"))
        return read_file(r, rest);
    if (r->special) {
        bool same = r->base && tb_bytes_equal(r->base->scheme, r->url.scheme);
        return same && !tb_bytes_begin(rest, "//") ? read_relative(r, rest)
                                                   : read_authority(r, skip_slashes(r, rest));
    }
    if (tb_bytes_begin(rest, "//"))
        return read_authority(r, tb_url_from(rest, 2));
    return tb_bytes_begin(rest, "/") ? read_path(r, tb_url_from(rest, 1)) : read_opaque(r, rest);
}

static bool read_with_base(struct reading *r, struct tb_bytes rest)
{
    if (!r->base || (r->base->opaque && !tb_bytes_begin(rest, "#")))
        return false;
    if (r->base->opaque) {
        r->url = *r->base;
        r->special = tb_url_scheme_special(r->url.scheme);
        return read_tail(r, rest);
    }
    return tb_bytes_are(r->base->scheme, "file") ? read_file(r, rest) : read_relative(r, rest);
}

static struct tb_bytes trim(struct tb_bytes text)
{
    while (text.n > 0 && text.data[0] <= ' ')
        text = tb_url_from(text, 1);
    while (text.n > 0 && text.data[text.n - 1] <= ' ')
        text.n--;
    return text;
}

bool tb_url_parse(struct tb_arena *arena, struct tb_bytes text, const struct tb_url *base,
                  struct tb_url *ret_url)
{
    const struct tb_bytes empty = tb_bytes_of_string("");
    struct reading r = {.arena = arena,
                        .base = base,
                        .url = {empty, empty, empty, empty, empty, empty, empty, empty, false,
                                false, false, false}};
    if (text.n > TB_URL_MAX || !tb_utf8_valid(text))
        return false;
    struct tb_bytes rest = tb_url_without_breaks(arena, text.n > 0 ? trim(text) : empty);
    bool ok = take_scheme(arena, &rest, &r.url.scheme) ? read_absolute(&r, rest)
                                                       : read_with_base(&r, rest);
    if (ok)
        *ret_url = r.url;
    return ok;
}

static void write_authority(struct tb_url_text *text, const struct tb_url *url)
{
    tb_url_put_string(text, "//");
    tb_url_put(text, url->username);
    if (url->password.n > 0)
        tb_url_put_byte(text, ':');
    tb_url_put(text, url->password);
    if (url->username.n + url->password.n > 0)
        tb_url_put_byte(text, '@');
    tb_url_put(text, url->host);
    if (url->port.n > 0)
        tb_url_put_byte(text, ':');
    tb_url_put(text, url->port);
}

struct tb_bytes tb_url_write(struct tb_arena *arena, const struct tb_url *url)
{
    struct tb_url_text text = {.arena = arena};
    tb_url_put(&text, url->scheme);
    tb_url_put_byte(&text, ':');
    if (url->has_host)
        write_authority(&text, url);
    else if (!url->opaque && tb_bytes_begin(url->path, "//"))
        tb_url_put_string(&text, "/."); /* or the path would be read as a host */
    tb_url_put(&text, url->path);
    if (url->has_query)
        tb_url_put_byte(&text, '?');
    tb_url_put(&text, url->query);
    if (url->has_fragment)
        tb_url_put_byte(&text, '#');
    tb_url_put(&text, url->fragment);
    return tb_url_text_bytes(&text);
}

struct tb_bytes tb_url_origin(struct tb_arena *arena, const struct tb_url *url)
{
    static const char *const opaque[] = {"file", "data", "about", "javascript", "blob"};
    struct tb_url origin = {.scheme = url->scheme, .host = url->host, .port = url->port};
    origin.has_host = url->has_host && !tb_bytes_among(url->scheme, opaque, TB_ARRAY_LEN(opaque));
    return origin.has_host && url->host.n > 0 ? tb_url_write(arena, &origin)
                                              : tb_bytes_of_string("null");
}

bool tb_url_is_local(const struct tb_url *url)
{
    return tb_bytes_are(url->scheme, "tauri") && tb_bytes_are(url->host, "localhost") &&
           url->port.n == 0 && url->username.n == 0 && url->password.n == 0;
}
