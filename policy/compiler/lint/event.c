/* Events: who reaches every window, and entries of their scope that no window has. */
#include "policy/compiler/lint/parts.h"

#include "proto/label.h"

static void tell_any(struct tb_lint *lint, struct tb_place place, const char *instead)
{
    tb_report_warning(lint->report, "emit-any", place,
                      "the page can send any event to every other window, which takes it for the "
                      "app's own: %s",
                      instead);
}

/* The broker compares labels as they stand: docs/policy.md, Events. */
static struct tb_bytes label_of(const struct tb_value *item)
{
    const struct tb_value *target = tb_lint_field(item, "target");
    bool alone = target && target->type == TB_VALUE_STRING && item->n == 1;
    return alone ? target->string : (struct tb_bytes){0};
}

static bool is_any(const struct tb_value *item)
{
    return tb_bytes_are(label_of(item), "*");
}

static const struct tb_value *first_of(const struct tb_lint_list *list)
{
    return tb_bytes_are(list->key, "core:event") ? list->values->child : NULL;
}

void tb_lint_event_targets(struct tb_lint *lint)
{
    for (size_t i = 0; i < lint->n_lists; i++) {
        const struct tb_lint_list *list = lint->lists[i];
        for (const struct tb_value *item = first_of(list); item; item = item->next)
            if (!is_any(item) && !tb_label_valid(label_of(item)))
                tb_report_warning(lint->report, "event-target",
                                  tb_lint_list_place(list, item->place),
                                  "this names no window: write { \"target\": \"LABEL\" } with a "
                                  "label as it stands, or \"*\" for all");
    }
}

/* In mode `tauri` nobody reads the scope: every event reaches every window. */
void tb_lint_emit_any(struct tb_lint *lint)
{
    const struct tb_bundle *emit = tb_lint_granted(lint, "plugin:event|emit");
    emit = emit ? emit : tb_lint_granted(lint, "plugin:event|emit_to");
    if (lint->tauri && emit)
        tell_any(lint, tb_lint_place(lint, emit),
                 "name `core:event:allow-listen` and `core:event:allow-unlisten` instead where it "
                 "only listens");
    for (size_t i = 0; !lint->tauri && i < lint->n_lists; i++) {
        const struct tb_lint_list *list = lint->lists[i];
        for (const struct tb_value *item = list->deny ? NULL : first_of(list); item;
             item = item->next)
            if (is_any(item))
                tell_any(lint, tb_lint_list_place(list, item->place),
                         "name the labels of those that it is for");
    }
}
