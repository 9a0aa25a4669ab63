#include "policy/compiler/origin.h"

#include "policy/compiler/url/remote.h"
#include "proto/limits.h"

struct tb_origin tb_origin_read(struct tb_arena *arena, struct tb_bytes text)
{
    struct tb_origin origin = {.local = tb_bytes_are(text, "local")};
    if (origin.local || !tb_url_parse(arena, text, NULL, &origin.url))
        return origin;
    origin.local = tb_url_is_local(&origin.url);
    origin.remote = !origin.local;
    return origin;
}

static struct tb_bytes written(struct tb_arena *arena, struct tb_bytes text)
{
    static const struct tb_bytes none = {0};
    struct tb_url url;
    if (tb_bytes_are(text, "local"))
        return text;
    if (!tb_url_parse(arena, text, NULL, &url))
        return none;
    if (tb_url_is_local(&url))
        return tb_bytes_of_string("local");
    struct tb_bytes origin = tb_url_origin(arena, &url);
    return tb_bytes_are(origin, "null") ? none : origin;
}

bool tb_origin_is_written(struct tb_arena *arena, struct tb_bytes text,
                          struct tb_bytes *ret_instead)
{
    struct tb_bytes origin = written(arena, text);
    if (origin.n > 0 && tb_bytes_equal(origin, text) && text.n <= TB_ORIGIN_MAX)
        return true;
    *ret_instead = origin;
    return false;
}

bool tb_origin_matches(const struct tb_origin *origin, struct tb_bytes pattern)
{
    /* A pattern takes some 20 KB, and a policy may hold thousands. */
    tb_cleanup(tb_arena_deinit) struct tb_arena scratch = {0};
    struct tb_url_pattern *parsed;
    return origin->remote && tb_remote_pattern_parse(&scratch, pattern, &parsed) == NULL &&
           tb_url_pattern_matches(parsed, &origin->url);
}
