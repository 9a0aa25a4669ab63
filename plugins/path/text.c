#include "plugins/path/text.h"

static const uint8_t separator = '/';

static bool put(struct tb_buffer *out, const char *text)
{
    return tb_buffer_append(out, tb_bytes_of_string(text));
}

static bool ends_in(struct tb_bytes text, uint8_t last)
{
    return text.n > 0 && text.data[text.n - 1] == last;
}

/* Takes the next component off the front; false at the end. */
static bool next(struct tb_bytes *rest, struct tb_bytes *ret_component)
{
    while (rest->n > 0) {
        struct tb_bytes part = tb_bytes_cut(rest, separator);
        if (part.n > 0 && !tb_bytes_are(part, ".")) {
            *ret_component = part;
            return true;
        }
    }
    return false;
}

/* The root stays. */
static void drop_last(struct tb_buffer *out)
{
    struct tb_bytes text = tb_buffer_bytes(out);
    const uint8_t *slash = text.n > 0 ? memrchr(text.data, separator, text.n) : NULL;
    size_t n = slash ? (size_t)(slash - text.data) : 0;
    tb_buffer_truncate(out, slash && n == 0 ? 1 : n);
}

static bool add(struct tb_buffer *out, struct tb_bytes path, bool portable)
{
    struct tb_bytes component;
    bool ok = !path_is_absolute(path) || tb_buffer_n(out) > 0 || put(out, "/");
    while (ok && next(&path, &component)) {
        struct tb_bytes before = tb_buffer_bytes(out);
        if (tb_bytes_are(component, "..")) {
            drop_last(out);
            continue;
        }
        bool apart = before.n == 0 || ends_in(before, '/') || (portable && ends_in(before, '\\'));
        ok = (apart || put(out, "/")) && tb_buffer_append(out, component);
    }
    return ok;
}

bool path_add(struct tb_buffer *out, struct tb_bytes path)
{
    return add(out, path, false);
}

/* As Tauri's `normalize` and `join` add them: a name that ends in a backslash is joined with the
 * next one, which on Linux is of no use and is how it is. */
static bool add_portable(struct tb_buffer *out, struct tb_bytes path)
{
    return add(out, path, true);
}

/* A separator at the end stays one, also where nothing or the root is left: so `/` becomes `//`,
 * and `./` becomes `/`. */
bool path_normalize(struct tb_buffer *out, struct tb_bytes path)
{
    if (!add_portable(out, path))
        return false;
    if (tb_buffer_n(out) == 0 && (tb_bytes_are(path, ".") || tb_bytes_are(path, "..")))
        return tb_buffer_append(out, path);
    return (!ends_in(path, '/') && !ends_in(path, '\\')) || put(out, "/");
}

bool path_join(struct tb_buffer *out, const struct tb_bytes *paths, size_t n)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer whole;
    bool ok = true;
    tb_buffer_init(&whole, out->max);
    for (size_t i = 0; ok && i < n; i++) {
        bool apart = paths[i].n == 0 || ends_in(paths[i], '/') || ends_in(paths[i], '\\');
        ok = tb_buffer_append(&whole, paths[i]) && (apart || put(&whole, "/"));
    }
    ok = ok && add_portable(out, tb_buffer_bytes(&whole));
    return ok && (tb_buffer_n(out) > 0 || put(out, "."));
}

bool path_below(struct tb_buffer *out, struct tb_bytes base, struct tb_bytes path)
{
    if (path_is_absolute(path))
        return tb_buffer_append(out, path);
    return tb_buffer_append(out, base) && (ends_in(base, '/') || put(out, "/")) &&
           tb_buffer_append(out, path);
}

bool path_resource(struct tb_buffer *out, struct tb_bytes base, struct tb_bytes path)
{
    struct tb_bytes component;
    bool rooted = path_is_absolute(path);
    if (!tb_buffer_append(out, base) || (!ends_in(base, '/') && !put(out, "/")) ||
        (rooted && !put(out, "_root_")))
        return false;
    for (bool first = !rooted; next(&path, &component); first = false) {
        bool up = tb_bytes_are(component, "..");
        if ((!first && !put(out, "/")) ||
            !tb_buffer_append(out, up ? tb_bytes_of_string("_up_") : component))
            return false;
    }
    return true;
}

/* ---- from the end ---- */

/* A root, or the `.` that a relative path begins with: how many bytes at the front are no name. */
static size_t front_of(struct tb_bytes path)
{
    bool here =
        tb_bytes_are(path, ".") || (path.n > 1 && path.data[0] == '.' && path.data[1] == separator);
    return path_is_absolute(path) || here ? 1 : 0;
}

/* The part behind the last slash, and how much is left before it. */
static struct tb_bytes last_part(struct tb_bytes path, size_t front, size_t *ret_left)
{
    const uint8_t *slash = memrchr(path.data + front, separator, path.n - front);
    size_t begin = slash ? (size_t)(slash - path.data) + 1 : front;
    *ret_left = slash ? begin - 1 : front;
    return tb_bytes_of(path.data + begin, path.n - begin);
}

/* Cuts off what does not count at the end. */
static struct tb_bytes trim(struct tb_bytes path)
{
    size_t front = front_of(path);
    while (path.n > front) {
        size_t left;
        struct tb_bytes part = last_part(path, front, &left);
        if (part.n > 0 && !tb_bytes_are(part, "."))
            break;
        path.n = left;
    }
    return path;
}

bool path_parent(struct tb_bytes path, struct tb_bytes *ret_parent)
{
    size_t left = 0;
    struct tb_bytes whole = trim(path);
    size_t front = front_of(path);
    if (whole.n == 0 || (whole.n == front && path_is_absolute(path)))
        return false;
    if (whole.n > front)
        (void)last_part(whole, front, &left);
    whole.n = left;
    *ret_parent = trim(whole);
    return true;
}

bool path_name(struct tb_bytes path, struct tb_bytes *ret_name)
{
    size_t left;
    struct tb_bytes whole = trim(path);
    size_t front = front_of(path);
    if (whole.n <= front)
        return false;
    struct tb_bytes name = last_part(whole, front, &left);
    if (!tb_bytes_are(name, ".."))
        *ret_name = name;
    return !tb_bytes_are(name, "..");
}

bool path_extension(struct tb_bytes path, struct tb_bytes *ret_extension)
{
    struct tb_bytes name;
    if (!path_name(path, &name))
        return false;
    const uint8_t *dot = memrchr(name.data, '.', name.n);
    if (!dot || dot == name.data)
        return false;
    size_t at = (size_t)(dot - name.data) + 1;
    *ret_extension = tb_bytes_of(name.data + at, name.n - at);
    return true;
}
