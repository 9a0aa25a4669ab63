#include "policy/compiler/origin.h"

#include "policy/compiler/url_remote.h"

struct tb_origin tb_origin_read(struct tb_arena *arena, struct tb_bytes text)
{
    struct tb_origin origin = {.local = tb_bytes_are(text, "local")};
    if (origin.local || !tb_url_parse(arena, text, NULL, &origin.url))
        return origin;
    origin.local = tb_url_is_local(&origin.url);
    origin.remote = !origin.local;
    return origin;
}

bool tb_origin_matches(struct tb_arena *arena, const struct tb_origin *origin,
                       struct tb_bytes pattern)
{
    struct tb_url_pattern *parsed;
    return origin->remote && tb_remote_pattern_parse(arena, pattern, &parsed) == NULL &&
           tb_url_pattern_matches(parsed, &origin->url);
}
