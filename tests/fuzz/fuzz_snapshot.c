/* `resolve` on a snapshot that may be anything. */
#include "base/result.h"
#include "policy/compiler/resolve.h"
#include "tests/fuzz/fuzz.h"

static void resolve(struct tb_arena *arena, const struct tb_snapshot *snapshot)
{
    const struct tb_request request = {.view = tb_bytes_of_string("main"),
                                       .webview = tb_bytes_of_string("main"),
                                       .origin = tb_bytes_of_string("local")};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_resolved resolved;
    tb_buffer_init(&out, TB_GRANT_MAX);
    if (tb_resolve(arena, snapshot, &request, &resolved) != TB_OK)
        return;
    int r = tb_grant_write(arena, snapshot, &request, &resolved, &out);
    tb_assert(r >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_arena arena = {0};
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    struct tb_snapshot snapshot;
    tb_assert(tb_unpacker_init(&unpacker, &tb_scan_snapshot) == 0);
    if (tb_snapshot_read(&arena, &unpacker, tb_bytes_of(data, size), &snapshot) == TB_OK)
        resolve(&arena, &snapshot);
    tb_arena_deinit(&arena);
    return 0;
}
