/* Denials that deny nothing, and those that deny more than who wrote them thinks. */
#include "policy/compiler/lint/parts.h"

#include "policy/grant.h"

/* ---- named like a denial ---- */

static void named(struct tb_lint *lint, const struct tb_bundle *bundle,
                  const struct tb_permission *permission, const struct tb_scope_lists *lists)
{
    bool denies = (permission->deny && permission->deny->n > 0) ||
                  (lists && tb_scope_any(lists->deny)) ||
                  (permission->scope_deny && permission->scope_deny->n > 0);
    if (denies || !tb_bytes_begin(permission->identifier, "deny-"))
        return;
    struct tb_place place =
        tb_lint_is_own(permission->place) ? permission->place : tb_lint_place(lint, bundle);
    tb_report_warning(lint->report, "denies-nothing", place,
                      "the permission `%.*s` has neither `commands.deny` nor "
                      "`permission.scope.deny`, whatever its name says",
                      TB_SHOWN(permission->name));
}

void tb_lint_denials_named(struct tb_lint *lint)
{
    for (size_t i = 0; i < lint->compiled->n_bundles; i++) {
        const struct tb_bundle *bundle = lint->compiled->bundles[i];
        const struct tb_permission *last = NULL;
        for (size_t k = 0; k < bundle->n_shared; k++)
            named(lint, bundle, bundle->shared[k].permission, &bundle->shared[k].lists);
        for (size_t k = 0; k < bundle->n_allow; k++) {
            if (bundle->allow[k].permission != last)
                named(lint, bundle, bundle->allow[k].permission, NULL);
            last = bundle->allow[k].permission;
        }
    }
}

/* ---- for whom ---- */

static bool has_context(const struct tb_capability *capability)
{
    return capability->local || (capability->urls && capability->urls->n > 0);
}

static void tell_everywhere(struct tb_lint *lint, const struct tb_bundle *bundle,
                            const struct tb_names *names)
{
    const struct tb_lint_origin *origin = &lint->origins[bundle->index];
    const struct tb_capability *capability = origin->capability->source;
    if (lint->tauri)
        tb_report_warning(lint->report, "deny-everywhere", tb_lint_place(lint, bundle),
                          "this takes %s away from every window and origin, not only from those "
                          "of `%.*s`: take it out here, and allow the command in those "
                          "capabilities alone whose windows need it",
                          names->text, TB_SHOWN(capability->identifier));
    else
        tb_report_warning(lint->report, "deny-everywhere", tb_lint_place(lint, bundle),
                          "this takes %s away where `%.*s` holds, and nowhere else; in Tauri it "
                          "would be denied to all windows and origins",
                          names->text, TB_SHOWN(capability->identifier));
}

void tb_lint_denials_everywhere(struct tb_lint *lint)
{
    for (size_t i = 0; i < lint->compiled->n_bundles; i++) {
        const struct tb_bundle *bundle = lint->compiled->bundles[i];
        const struct tb_lint_origin *origin = &lint->origins[i];
        struct tb_names names = {.n = 0};
        for (size_t k = 0; k < bundle->n_deny; k++) {
            const struct tb_use *use = &bundle->deny[k];
            bool elsewhere =
                use->command != TB_NO_INDEX &&
                (lint->commands[use->command].by != origin->by || origin->by == TB_BY_SEVERAL);
            if (elsewhere)
                tb_names_add(&names, use->name);
        }
        if (names.n > 0 && has_context(origin->capability->source))
            tell_everywhere(lint, bundle, &names);
    }
}
