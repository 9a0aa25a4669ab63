#include "policy/compiler/command_pattern.h"

#include "policy/compiler/identifier.h"
#include "proto/limits.h"

bool tb_command_valid(struct tb_bytes name)
{
    const uint8_t *bar = name.n == 0 ? NULL : memchr(name.data, '|', name.n);
    size_t at = bar ? (size_t)(bar - name.data) + 1 : 0;
    struct tb_bytes local = tb_bytes_of(name.data + at, name.n - at);
    bool plugin = name.n > 7 && memcmp(name.data, "plugin:", 7) == 0;
    return name.n <= TB_COMMAND_MAX && plugin == (bar != NULL) && tb_command_name_valid(local);
}

/* What stands before the asterisk of `plugin:NAME|*`; empty: it is no such pattern. */
static struct tb_bytes plugin_part(struct tb_bytes pattern)
{
    bool whole = pattern.n > 9 && memcmp(pattern.data, "plugin:", 7) == 0 &&
                 memcmp(pattern.data + pattern.n - 2, "|*", 2) == 0;
    return tb_bytes_of(pattern.data, whole ? pattern.n - 1 : 0);
}

bool tb_command_pattern_valid(struct tb_bytes pattern)
{
    struct tb_bytes part = plugin_part(pattern);
    if (part.n == 0)
        return tb_bytes_are(pattern, "*") || tb_command_valid(pattern);
    return part.n <= TB_COMMAND_MAX && tb_plugin_name_valid(tb_bytes_of(part.data + 7, part.n - 8));
}

bool tb_command_pattern_matches(struct tb_bytes pattern, struct tb_bytes name)
{
    struct tb_bytes part = plugin_part(pattern);
    if (part.n > 0)
        return name.n > part.n && memcmp(name.data, part.data, part.n) == 0;
    return pattern.n == 0 || tb_bytes_are(pattern, "*") || tb_bytes_equal(pattern, name);
}
