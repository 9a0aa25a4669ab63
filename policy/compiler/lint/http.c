/* Scopes of the plugin http: {url}, which are URL patterns. */
#include "policy/compiler/lint/parts.h"

#include "policy/compiler/url/remote.h"

static bool is_any(const struct tb_value *item)
{
    const struct tb_value *url = item->type == TB_VALUE_MAP ? tb_lint_field(item, "url") : item;
    return url && url->type == TB_VALUE_STRING && tb_remote_is_of_anybody(url->string);
}

static void lint_list(struct tb_lint *lint, const struct tb_lint_list *list)
{
    const struct tb_value *first = NULL;
    size_t n = 0;
    for (const struct tb_value *item = list->values->child; item; item = item->next) {
        if (!is_any(item))
            continue;
        first = first ? first : item;
        n++;
    }
    if (!first)
        return;
    const struct tb_value *url = first->type == TB_VALUE_MAP ? tb_lint_field(first, "url") : first;
    tb_report_warning(lint->report, "http-any", tb_lint_list_place(list, url->place),
                      "`%.*s`%s allows hosts of anybody: also the user's own network (127.0.0.1, "
                      "192.168.0.1, 169.254.169.254), and as a way out for what was stolen; name "
                      "the hosts",
                      TB_SHOWN(url->string),
                      n == 1 ? "" : tb_arena_format(lint->arena, " (and %zu more here)", n - 1));
}

void tb_lint_http(struct tb_lint *lint)
{
    for (size_t i = 0; i < lint->n_lists; i++)
        if (tb_bytes_are(lint->lists[i]->key, "http") && !lint->lists[i]->deny)
            lint_list(lint, lint->lists[i]);
}
