#include "endpoint/channels.h"

#include "base/result.h"
#include "proto/scan.h"

#include <stdlib.h>

static const char prefix[] = "__CHANNEL__:";

/* The id that the string is a channel of. */
static bool id_of(struct tb_bytes string, uint32_t *ret_id)
{
    size_t n_prefix = sizeof prefix - 1;
    uint64_t id = 0;
    if (!tb_bytes_begin(string, prefix) || string.n == n_prefix)
        return false;
    for (size_t i = n_prefix; i < string.n; i++) {
        if (string.data[i] < '0' || string.data[i] > '9')
            return false;
        id = 10 * id + (uint64_t)(string.data[i] - '0');
        if (id > UINT32_MAX)
            return false;
    }
    *ret_id = (uint32_t)id;
    return true;
}

/* Counts the channels, and notes them if there is memory to. */
static size_t find_all(struct tb_bytes args, uint32_t *ret_ids)
{
    struct tb_reader text = tb_reader_init(args);
    struct tb_bytes string;
    size_t n = 0;
    uint32_t id;
    while (tb_scan_next_string(&text, &string)) {
        if (!id_of(string, &id))
            continue;
        if (ret_ids)
            ret_ids[n] = id;
        n++;
    }
    return n;
}

static int order(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

int tb_channels_init(struct tb_channels *channels, struct tb_bytes args)
{
    *channels = (struct tb_channels){0};
    size_t n = find_all(args, NULL);
    if (n == 0)
        return TB_OK;
    channels->ids = calloc(n, sizeof *channels->ids);
    if (!channels->ids)
        return TB_FULL;
    channels->n = find_all(args, channels->ids);
    qsort(channels->ids, n, sizeof *channels->ids, order);
    return TB_OK;
}

void tb_channels_deinit(struct tb_channels *channels)
{
    free(channels->ids);
    *channels = (struct tb_channels){0};
}

bool tb_channels_has(const struct tb_channels *channels, uint32_t id)
{
    return channels->n > 0 &&
           bsearch(&id, channels->ids, channels->n, sizeof *channels->ids, order) != NULL;
}
