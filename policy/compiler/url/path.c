#include "policy/compiler/url/path.h"

bool tb_url_is_drive(struct tb_bytes text)
{
    return text.n == 2 && tb_url_is_alpha(text.data[0]) &&
           (text.data[1] == ':' || text.data[1] == '|');
}

bool tb_url_starts_with_drive(struct tb_bytes text)
{
    if (text.n < 2 || !tb_url_is_drive(tb_url_upto(text, 2)))
        return false;
    return text.n == 2 || memchr("/\\?#", text.data[2], 4) != NULL;
}

bool tb_url_path_has_drive(struct tb_bytes path)
{
    return path.n >= 3 && path.data[0] == '/' && tb_url_is_alpha(path.data[1]) &&
           path.data[2] == ':' && (path.n == 3 || path.data[3] == '/');
}

void tb_url_path_shorten(struct tb_url_path *path)
{
    struct tb_url_text *text = &path->text;
    if (path->file && text->n == 3 && tb_url_path_has_drive(tb_url_text_bytes(text)))
        return;
    while (text->n > 0 && text->bytes[text->n - 1] != '/')
        text->n--;
    if (text->n > 0)
        text->n--;
}

/* How many dots a part stands for, also written as %2e; 0 where it is anything else. */
static size_t n_dots(struct tb_bytes part)
{
    size_t n = 0;
    while (part.n > 0) {
        size_t size = part.data[0] == '.' ? 1 : 3;
        if (size == 3 && (part.n < 3 || part.data[0] != '%' || part.data[1] != '2' ||
                          (part.data[2] | 0x20) != 'e'))
            return 0;
        part = tb_url_from(part, size);
        n++;
    }
    return n;
}

static void add_part(struct tb_url_path *path, struct tb_bytes part)
{
    struct tb_url_text *text = &path->text;
    bool drive = path->file && text->n == 0 && tb_url_is_drive(part);
    tb_url_put_byte(text, '/');
    tb_url_put_encoded(text, drive ? tb_url_upto(part, 1) : part, TB_URL_SET_PATH);
    if (drive)
        tb_url_put_byte(text, ':');
}

void tb_url_path_add(struct tb_url_path *path, struct tb_bytes text)
{
    for (;;) {
        struct tb_bytes part = tb_url_upto(text, tb_url_span(text, path->special ? "/\\" : "/"));
        bool last = part.n == text.n;
        size_t dots = n_dots(part);
        if (dots == 2)
            tb_url_path_shorten(path);
        if (dots != 1 && dots != 2)
            add_part(path, part);
        else if (last)
            tb_url_put_byte(&path->text, '/');
        if (last)
            return;
        text = tb_url_from(text, part.n + 1);
    }
}

struct tb_bytes tb_url_path_opaque(struct tb_arena *arena, struct tb_bytes text, size_t *ret_n)
{
    struct tb_url_text path = {.arena = arena};
    size_t n = tb_url_span(text, "?#");
    /* A space at the end would be lost when the rest is cut off later. */
    bool space = n > 0 && n < text.n && text.data[n - 1] == ' ';
    tb_url_put_encoded(&path, tb_url_upto(text, n - space), TB_URL_SET_C0);
    if (space)
        tb_url_put_string(&path, "%20");
    *ret_n = n;
    return tb_url_text_bytes(&path);
}
