#include "host/facts.h"

#include "base/fd.h"
#include "base/result.h"
#include "base/wire.h"
#include "proto/label.h"
#include "proto/limits.h"
#include "proto/pack.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { WAIT_MS = 10000 };

struct host_facts {
    struct trollbridge_app app;
    struct trollbridge_window windows[TB_WINDOWS_MAX];
    const char *lists[3 * (TB_OPEN_ITEMS_MAX + 1)]; /* of [open], NULL behind each */
    size_t n_lists;
    char *strings; /* all of them, each with a NUL behind it */
    size_t n_strings;
};

/* The supervisor writes them in one go, right behind the ready byte. */
static enum trollbridge_result receive(int fd, uint8_t *memory, size_t n)
{
    while (n > 0) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        int ready = poll(&readable, 1, WAIT_MS);
        ssize_t got = ready > 0 ? recv(fd, memory, n, MSG_DONTWAIT) : ready;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return TROLLBRIDGE_PART;
        memory += got;
        n -= (size_t)got;
    }
    return TROLLBRIDGE_OK;
}

/* A copy that ends with NUL. NULL: there is a NUL in it already. The facts' size bounds them all.
 */
static const char *keep(struct host_facts *facts, struct tb_bytes text)
{
    char *copy = facts->strings + facts->n_strings;
    if (text.n > 0 && memchr(text.data, 0, text.n))
        return NULL;
    if (text.n > 0)
        memcpy(copy, text.data, text.n);
    copy[text.n] = 0;
    facts->n_strings += text.n + 1;
    return copy;
}

static bool read_window(struct host_facts *facts, const msgpack_object *map,
                        struct trollbridge_window *window)
{
    struct tb_bytes label;
    struct tb_bytes title;
    struct tb_bytes url;
    uint64_t width;
    uint64_t height;
    bool resizable;
    const struct tb_field fields[] = {
        {"label", TB_STR, &label, 0, NULL},
        {"title", TB_STR, &title, 0, NULL},
        {"url", TB_STR, &url, 0, NULL},
        {"width", TB_UINT, &width, INT32_MAX, NULL},
        {"height", TB_UINT, &height, INT32_MAX, NULL},
        {"resizable", TB_BOOL, &resizable, 0, NULL},
    };
    if (map->type != MSGPACK_OBJECT_MAP ||
        tb_map_read(map, fields, TB_ARRAY_LEN(fields)) != TB_OK || !tb_label_valid(label))
        return false;
    *window = (struct trollbridge_window){
        .label = keep(facts, label),
        .title = keep(facts, title),
        .url = keep(facts, url),
        .width = (uint32_t)width,
        .height = (uint32_t)height,
        .resizable = resizable,
    };
    return window->label && window->title && window->url;
}

static bool read_windows(struct host_facts *facts, const msgpack_object *list)
{
    for (uint32_t i = 0; i < list->via.array.size; i++)
        if (!read_window(facts, &list->via.array.ptr[i], &facts->windows[i]))
            return false;
    facts->app.windows = facts->windows;
    facts->app.n_windows = list->via.array.size;
    return true;
}

/* False: something in it is no string. */
static bool keep_list(struct host_facts *facts, const msgpack_object *list,
                      const char *const **ret_list)
{
    const char **kept = facts->lists + facts->n_lists;
    for (uint32_t i = 0; i < list->via.array.size; i++) {
        const msgpack_object *item = &list->via.array.ptr[i];
        if (item->type != MSGPACK_OBJECT_STR || !(kept[i] = keep(facts, tb_object_bytes(item))))
            return false;
    }
    facts->n_lists += list->via.array.size + 1;
    *ret_list = kept;
    return true;
}

static bool read_open(struct host_facts *facts, const msgpack_object *map)
{
    const msgpack_object *schemes;
    const msgpack_object *urls;
    const msgpack_object *with;
    bool has_urls;
    struct trollbridge_open *open = &facts->app.open;
    const struct tb_field fields[] = {
        {"schemes", TB_ARRAY, &schemes, TB_OPEN_ITEMS_MAX, NULL},
        {"urls", TB_ARRAY, &urls, TB_OPEN_ITEMS_MAX, &has_urls},
        {"with", TB_ARRAY, &with, TB_OPEN_ITEMS_MAX, NULL},
    };
    return tb_map_read(map, fields, TB_ARRAY_LEN(fields)) == TB_OK &&
           keep_list(facts, schemes, &open->schemes) &&
           (!has_urls || keep_list(facts, urls, &open->urls)) &&
           keep_list(facts, with, &open->with);
}

static bool read_root(struct host_facts *facts, const msgpack_object *root)
{
    struct tb_bytes texts[7];
    const char **const places[] = {&facts->app.id,       &facts->app.name, &facts->app.folder,
                                   &facts->app.frontend, &facts->app.csp,  &facts->app.dev_url,
                                   &facts->app.version};
    const msgpack_object *windows;
    const msgpack_object *open;
    bool production;
    const struct tb_field fields[] = {
        {"id", TB_STR, &texts[0], 0, NULL},
        {"name", TB_STR, &texts[1], 0, NULL},
        {"folder", TB_STR, &texts[2], 0, NULL},
        {"frontend", TB_STR, &texts[3], 0, NULL},
        {"csp", TB_STR, &texts[4], 0, NULL},
        {"dev_url", TB_STR, &texts[5], 0, NULL},
        {"version", TB_STR, &texts[6], 0, NULL},
        {"production", TB_BOOL, &production, 0, NULL},
        {"open", TB_MAP, &open, 0, NULL},
        {"windows", TB_ARRAY, &windows, TB_WINDOWS_MAX, NULL},
    };
    if (root->type != MSGPACK_OBJECT_MAP ||
        tb_map_read(root, fields, TB_ARRAY_LEN(fields)) != TB_OK)
        return false;
    for (size_t i = 0; i < TB_ARRAY_LEN(places); i++)
        if (!(*places[i] = keep(facts, texts[i])))
            return false;
    facts->app.production = production;
    return read_open(facts, open) && read_windows(facts, windows);
}

static enum trollbridge_result parse(struct tb_bytes text, struct host_facts *facts)
{
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    const msgpack_object *root;
    int r = tb_unpacker_init(&unpacker, &tb_scan_peer);
    if (r == TB_OK)
        r = tb_unpack(&unpacker, &tb_scan_peer, text, &root);
    if (r < 0)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    return r == TB_OK && read_root(facts, root) ? TROLLBRIDGE_OK : TROLLBRIDGE_PART;
}

/* Each string costs its bytes and a NUL, and a byte more than that stands in the text: its length.
 */
static struct host_facts *facts_new(size_t n_text)
{
    struct host_facts *facts = calloc(1, sizeof *facts);
    if (facts && (facts->strings = malloc(n_text)))
        return facts;
    free(facts);
    return NULL;
}

enum trollbridge_result host_facts_read(int lifeline_fd, struct host_facts **ret_facts)
{
    uint8_t length[4];
    enum trollbridge_result result = receive(lifeline_fd, length, sizeof length);
    if (result != TROLLBRIDGE_OK)
        return result;
    uint32_t n = tb_load_u32(length);
    if (n == 0 || n > TB_FACTS_MAX)
        return TROLLBRIDGE_PART;
    tb_cleanup(tb_bytes_free) uint8_t *text = malloc(n);
    struct host_facts *facts = facts_new(n);
    result = text && facts ? receive(lifeline_fd, text, n) : TROLLBRIDGE_OUT_OF_MEMORY;
    if (result == TROLLBRIDGE_OK)
        result = parse(tb_bytes_of(text, n), facts);
    if (result != TROLLBRIDGE_OK) {
        host_facts_free(facts);
        return result;
    }
    *ret_facts = facts;
    return TROLLBRIDGE_OK;
}

const struct trollbridge_app *host_facts_app(const struct host_facts *facts)
{
    return &facts->app;
}

void host_facts_free(struct host_facts *facts)
{
    if (!facts)
        return;
    free(facts->strings);
    free(facts);
}
