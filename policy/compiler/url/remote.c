#include "policy/compiler/url/remote.h"

#include "policy/compiler/url/text.h"

static void set_anything_if(struct tb_url_init *init, enum tb_url_component component,
                            const char *nothing)
{
    if (!init->has[component] || init->text[component].n == 0 ||
        tb_bytes_are(init->text[component], nothing))
        tb_url_init_set(init, component, tb_bytes_of_string("*"));
}

const char *tb_remote_pattern_parse(struct tb_arena *arena, struct tb_bytes text,
                                    struct tb_url_pattern **ret_pattern)
{
    struct tb_url_init init;
    const char *wrong = tb_url_pattern_read(arena, text, false, &init);
    if (wrong)
        return wrong;
    set_anything_if(&init, TB_URL_SEARCH, "");
    set_anything_if(&init, TB_URL_HASH, "");
    set_anything_if(&init, TB_URL_PATHNAME, "/");
    return tb_url_pattern_compile(arena, &init, false, ret_pattern);
}

static bool is_anything(const struct tb_url_pattern *pattern, enum tb_url_component component)
{
    const struct tb_url_parts *parts = &pattern->matchers[component].parts;
    return parts->n == 1 && parts->items[0].type == TB_PART_FULL &&
           parts->items[0].prefix.n + parts->items[0].suffix.n == 0;
}

/* The text that a part ends with, whatever its group takes. */
static struct tb_bytes end_of(const struct tb_url_part *part)
{
    return part->type == TB_PART_FIXED ? part->value : part->suffix;
}

/* Whether what comes behind the first n parts always begins a label of its own: they end with a
 * dot, or can be left out and those before them do, up to the host's begin. */
static bool label_begins_behind(const struct tb_url_parts *parts, size_t n)
{
    for (; n > 0; n--) {
        const struct tb_url_part *part = &parts->items[n - 1];
        struct tb_bytes end = end_of(part);
        if (end.n == 0 || end.data[end.n - 1] != '.')
            return false;
        if (part->modifier == 0 || part->modifier == '+')
            return true;
    }
    return true;
}

struct tb_bytes tb_remote_host_end(const struct tb_url_pattern *pattern)
{
    const struct tb_url_parts *parts = &pattern->matchers[TB_URL_HOSTNAME].parts;
    const struct tb_url_part *last = parts->n > 0 ? &parts->items[parts->n - 1] : NULL;
    bool always = last && (last->modifier == 0 || last->modifier == '+');
    return always ? end_of(last) : tb_bytes_of_string("");
}

enum tb_remote_hosts tb_remote_hosts_of(const struct tb_url_pattern *pattern)
{
    const struct tb_url_parts *parts = &pattern->matchers[TB_URL_HOSTNAME].parts;
    struct tb_bytes end = tb_remote_host_end(pattern);
    bool fixed = parts->n == 1 && parts->items[0].type == TB_PART_FIXED;
    if (is_anything(pattern, TB_URL_HOSTNAME))
        return TB_REMOTE_ALL;
    if (parts->n == 0 || (fixed && parts->items[0].modifier == 0))
        return TB_REMOTE_ONE;
    if (end.n == 0)
        return TB_REMOTE_OPEN_ENDED;
    bool alone = parts->items[parts->n - 1].type == TB_PART_FIXED &&
                 parts->items[parts->n - 1].modifier == 0 &&
                 label_begins_behind(parts, parts->n - 1);
    return end.data[0] == '.' || alone ? TB_REMOTE_SOME : TB_REMOTE_GLUED;
}

struct tb_bytes tb_remote_text(const struct tb_url_pattern *pattern,
                               enum tb_url_component component)
{
    return pattern->matchers[component].text;
}

bool tb_remote_is_of_anybody(struct tb_bytes text)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena scratch = {0};
    struct tb_url_pattern *pattern;
    if (tb_remote_pattern_parse(&scratch, text, &pattern) != NULL)
        return false;
    enum tb_remote_hosts hosts = tb_remote_hosts_of(pattern);
    return hosts == TB_REMOTE_ALL || hosts == TB_REMOTE_OPEN_ENDED || hosts == TB_REMOTE_GLUED;
}
