/* A log of any content: what a page is told last is the end of all that it would be told. */
#include "base/fd.h"
#include "plugins/audit/log.h"
#include "tests/fuzz/fuzz.h"

#include <unistd.h>

enum { SEEN_MAX = 64 };

struct seen {
    uint64_t n[SEEN_MAX];
    size_t count;
};

static struct audit_log audit;

static bool see(void *data, const struct audit_record *record)
{
    struct seen *seen = data;
    tb_assert(tb_bytes_are(record->view, "main") && tb_bytes_are(record->origin, "local"));
    if (seen->count < SEEN_MAX)
        seen->n[seen->count] = record->n;
    seen->count++;
    return true;
}

static struct seen read_from(struct audit_place place)
{
    struct seen seen = {.count = 0};
    while (audit_log_read(&audit, &place, see, &seen))
        continue;
    return seen;
}

static void compare(const struct seen *all, uint64_t last)
{
    struct seen end = read_from(audit_log_back(&audit, last));
    size_t n = all->count < last ? all->count : (size_t)last;
    tb_assert(end.count == n);
    for (size_t i = 0; i < n && all->count <= SEEN_MAX; i++)
        tb_assert(end.n[i] == all->n[all->count - n + i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    tb_fd file = tb_fd_memory("log");
    tb_assert(file >= 0 && tb_fd_write_all(file, tb_bytes_of(data, n)) == 0);
    tb_assert(
        audit_log_init(&audit, file, tb_bytes_of_string("main"), tb_bytes_of_string("local")));
    struct seen all = read_from((struct audit_place){.offset = 0});
    compare(&all, 0);
    compare(&all, 1);
    compare(&all, 3);
    compare(&all, 1000);
    return 0;
}
