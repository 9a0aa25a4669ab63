#include "policy/compiler/origin.h"

#include "policy/compiler/url/remote.h"

struct tb_origin tb_origin_read(struct tb_arena *arena, struct tb_bytes text)
{
    struct tb_origin origin = {.local = tb_bytes_are(text, "local")};
    if (origin.local || !tb_url_parse(arena, text, NULL, &origin.url))
        return origin;
    origin.local = tb_url_is_local(&origin.url);
    origin.remote = !origin.local;
    return origin;
}

bool tb_origin_matches(const struct tb_origin *origin, struct tb_bytes pattern)
{
    /* A pattern takes some 20 KB, and a policy may hold thousands. */
    tb_cleanup(tb_arena_deinit) struct tb_arena scratch = {0};
    struct tb_url_pattern *parsed;
    return origin->remote && tb_remote_pattern_parse(&scratch, pattern, &parsed) == NULL &&
           tb_url_pattern_matches(parsed, &origin->url);
}
