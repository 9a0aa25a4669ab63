#include "broker/bulk.h"

#include "base/fd.h"
#include "base/result.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SIZE = TB_BULK_IN + TB_BULK_OUT };

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

/* Not written to the file: a write takes the file's lock, and a plugin that does nothing but write
 * holds that for as long as it likes. What is read from another file to a mapping takes none. */
int tb_bulk_write(const struct tb_bulk *bulk, uint64_t at, struct tb_bytes bytes)
{
    tb_assert(at <= TB_BULK_IN && bytes.n <= TB_BULK_IN - at);
    ssize_t n = (ssize_t)bytes.n;
    return pwrite(bulk->through, bytes.data, bytes.n, 0) == n &&
                   pread(bulk->through, tb_bulk_at(bulk, at), bytes.n, 0) == n
               ? TB_OK
               : TB_FULL;
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
