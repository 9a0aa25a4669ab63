#include "broker/bulk.h"

#include "base/fd.h"
#include "base/result.h"
#include "base/wipe.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    SIZE = TB_BULK_IN + TB_BULK_OUT,
    ZEROS = 64 * 1024,
    ZEROS_AT = 2 * TB_FRAME_MAX, /* in the file that bodies are copied through; behind them */
};
static const uint8_t zeros[ZEROS];

struct tb_bulk *tb_bulk_new(int fd, int through, struct tb_plugin *plugin)
{
    struct tb_bulk *bulk = calloc(1, sizeof *bulk);
    void *map = bulk ? mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (map == MAP_FAILED) {
        free(bulk);
        tb_fd_close(&fd);
        return NULL;
    }
    *bulk =
        (struct tb_bulk){.n_refs = 1, .fd = fd, .through = through, .map = map, .plugin = plugin};
    return bulk;
}

struct tb_bulk *tb_bulk_ref(struct tb_bulk *bulk)
{
    bulk->n_refs++;
    return bulk;
}

void tb_bulk_unref(struct tb_bulk *bulk)
{
    if (!bulk || --bulk->n_refs > 0)
        return;
    (void)munmap(bulk->map, SIZE);
    tb_fd_close(&bulk->fd);
    free(bulk);
}

uint8_t *tb_bulk_at(const struct tb_bulk *bulk, uint64_t at)
{
    tb_assert(at < SIZE);
    return bulk->map + at;
}

static void wipe_through(int through, size_t n)
{
    for (size_t done = 0; done < n; done += ZEROS)
        (void)!pwrite(through, zeros, n - done < ZEROS ? n - done : ZEROS, (off_t)done);
}

/* Not written to the file: a write takes the file's lock, and a plugin that does nothing but write
 * holds that for as long as it likes. What is read from another file to a mapping takes none. */
int tb_bulk_write(const struct tb_bulk *bulk, uint64_t at, struct tb_bytes bytes)
{
    tb_assert(at <= TB_BULK_IN && bytes.n <= TB_BULK_IN - at && bytes.n <= ZEROS_AT);
    ssize_t n = (ssize_t)bytes.n;
    bool written = pwrite(bulk->through, bytes.data, bytes.n, 0) == n &&
                   pread(bulk->through, tb_bulk_at(bulk, at), bytes.n, 0) == n;
    if (tb_wiping)
        wipe_through(bulk->through, bytes.n);
    return written ? TB_OK : TB_FULL;
}

/* As above: zeros are read to it. Where there is no memory for that, nothing was there. */
void tb_bulk_wipe(const struct tb_bulk *bulk, uint64_t at, uint64_t n)
{
    tb_assert(at <= SIZE && n <= SIZE - at);
    if (!tb_wiping || pwrite(bulk->through, zeros, ZEROS, ZEROS_AT) != ZEROS)
        return;
    for (uint64_t done = 0; done < n; done += ZEROS) {
        uint64_t left = n - done;
        (void)!pread(bulk->through, bulk->map + at + done, left < ZEROS ? left : ZEROS, ZEROS_AT);
    }
}

bool tb_bulk_is_out(uint64_t untrusted_at, uint64_t untrusted_n)
{
    return untrusted_at >= TB_BULK_IN && untrusted_at <= SIZE && untrusted_n <= SIZE - untrusted_at;
}

int tb_bulk_read(const struct tb_bulk *bulk, uint64_t at, size_t n, uint8_t *ret_bytes)
{
    tb_assert(tb_bulk_is_out(at, n));
    return pread(bulk->fd, ret_bytes, n, (off_t)at) == (ssize_t)n ? TB_OK : TB_FULL;
}
