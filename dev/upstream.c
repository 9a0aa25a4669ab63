#include "dev/upstream.h"

#include "base/bytes.h"

#include <stdio.h>

#define SCHEME "http://"

static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

static bool read_port(struct tb_bytes text, unsigned *ret_port)
{
    unsigned port = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || port > 65535)
            return false;
        port = 10 * port + (unsigned)(text.data[i] - '0');
    }
    *ret_port = port;
    return port > 0 && port <= 65535;
}

/* What is behind a name: nothing, or a port. */
static bool read_rest(struct tb_bytes rest, unsigned *ret_port)
{
    if (rest.n > 0 && rest.data[rest.n - 1] == '/')
        rest.n--;
    if (rest.n == 0) {
        *ret_port = 80;
        return true;
    }
    return rest.data[0] == ':' && read_port(tb_bytes_of(rest.data + 1, rest.n - 1), ret_port);
}

bool dev_upstream_read(const char *dev_url, struct dev_upstream *ret_upstream)
{
    struct dev_upstream upstream = {.port = 0};
    struct tb_bytes url = tb_bytes_of_string(dev_url);
    bool found = url.n == 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(names) && !found && tb_bytes_begin(url, SCHEME); i++) {
        struct tb_bytes rest = tb_bytes_of(url.data + strlen(SCHEME), url.n - strlen(SCHEME));
        if (!tb_bytes_begin(rest, names[i]))
            continue;
        size_t n = strlen(names[i]);
        found = read_rest(tb_bytes_of(rest.data + n, rest.n - n), &upstream.port);
        bool bracketed = names[i][0] == '[';
        (void)snprintf(upstream.name, sizeof upstream.name, "%.*s", (int)n - 2 * bracketed,
                       names[i] + bracketed);
        (void)snprintf(upstream.host, sizeof upstream.host, "%s:%u", names[i], upstream.port);
    }
    if (found)
        *ret_upstream = upstream;
    return found;
}

bool dev_upstream_is_there(const struct dev_upstream *upstream)
{
    return upstream->name[0] != 0;
}
