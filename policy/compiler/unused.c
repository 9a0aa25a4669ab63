#include "policy/compiler/unused.h"

#include "policy/compiler/command_pattern.h"
#include "policy/compiler/label.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/origin.h"
#include "policy/compiler/programs.h"
#include "policy/compiler/snapshot.h"

static bool granted(const struct tb_compiled *compiled, struct tb_bytes command)
{
    return tb_compiled_find(compiled, command) != TB_NO_INDEX;
}

static bool any_granted(const struct tb_compiled *compiled, struct tb_bytes pattern)
{
    for (size_t i = 0; i < compiled->n_commands; i++)
        if (tb_command_pattern_matches(pattern, compiled->commands[i].name))
            return true;
    return false;
}

static void warn_limits(struct tb_policy *policy, const struct tb_compiled *compiled)
{
    const struct tb_manifest *manifest = &policy->manifest;
    for (const struct tb_limit *limit = manifest->limits; limit; limit = limit->next) {
        const struct tb_value *burst = limit->values[TB_LIMIT_BURST];
        if (!tb_bytes_are(limit->command, "*") && !granted(compiled, limit->command))
            tb_report_warning(policy->report, "unused", limit->place,
                              "no capability allows `%.*s`, which has limits here",
                              TB_SHOWN(limit->command));
        if (burst && burst->integer != 0 &&
            tb_manifest_limit(manifest, limit->command, TB_LIMIT_CALLS_PER_S) == 0)
            tb_report_warning(policy->report, "unused", burst->place,
                              "`burst` limits nothing without a rate: write `calls_per_s` too");
    }
}

/* A tripwire that is granted to nobody is as good as one that is: who asks for it by name has
 * stepped on it. */
static bool says_more(const struct tb_detail *detail)
{
    return !detail->tripwire || detail->ask || detail->schema || detail->audit.n > 0;
}

static void warn_details(struct tb_policy *policy, const struct tb_compiled *compiled)
{
    const struct tb_detail *detail = policy->manifest.details;
    for (; detail; detail = detail->next) {
        if (!granted(compiled, detail->command) && says_more(detail))
            tb_report_warning(policy->report, "unused", detail->place,
                              "no capability allows `%.*s`, which has settings here",
                              TB_SHOWN(detail->command));
        if (detail->tripwire && detail->ask)
            tb_report_warning(policy->report, "unused", detail->place,
                              "`%.*s` is a tripwire: a call of it ends the session, and nobody is "
                              "asked",
                              TB_SHOWN(detail->command));
    }
}

static void warn_hook(struct tb_policy *policy, const struct tb_compiled *compiled)
{
    const struct tb_hook *hook = &policy->manifest.hook;
    if (hook->file.n == 0)
        return;
    if (!hook->commands && compiled->n_commands == 0)
        tb_report_warning(policy->report, "unused", hook->place,
                          "no capability allows a command: the hook sees nothing");
    const struct tb_value *item = hook->commands ? hook->commands->child : NULL;
    for (; item; item = item->next)
        if (!any_granted(compiled, item->string))
            tb_report_warning(policy->report, "unused", item->place,
                              "no capability allows `%.*s`, which the hook is to see",
                              TB_SHOWN(item->string));
}

/* ---- rules ---- */

static bool globs_meet(const struct tb_value *globs, struct tb_bytes view)
{
    for (const struct tb_value *item = globs ? globs->child : NULL; item; item = item->next)
        if (tb_label_glob_matches(item->string, view) || tb_label_glob_matches(view, item->string))
            return true;
    return false;
}

static bool has_wildcard(struct tb_bytes glob)
{
    for (size_t i = 0; i < glob.n; i++)
        if (glob.data[i] == '*' || glob.data[i] == '?' || glob.data[i] == '[')
            return true;
    return false;
}

/* Of a rule with wildcards that meets no capability's label as it stands nothing is said: two
 * patterns may have a label in common all the same. */
static bool view_can(struct tb_bytes view, const struct tb_capability *capability)
{
    return view.n == 0 || has_wildcard(view) || globs_meet(capability->windows, view) ||
           globs_meet(capability->webviews, view);
}

static bool origin_can(struct tb_arena *arena, struct tb_bytes text,
                       const struct tb_capability *capability)
{
    const struct tb_value *url = capability->urls ? capability->urls->child : NULL;
    if (text.n == 0 || tb_bytes_are(text, "*"))
        return true;
    if (tb_bytes_are(text, "local"))
        return capability->local;
    const struct tb_origin origin = tb_origin_read(arena, text);
    for (; url; url = url->next)
        if (tb_origin_matches(&origin, url->string))
            return true;
    return false;
}

static bool allows(const struct tb_compiled_capability *capability, struct tb_bytes pattern)
{
    for (size_t i = 0; i < capability->n_entries; i++) {
        const struct tb_bundle *bundle = capability->entries[i].bundle;
        for (size_t k = 0; k < bundle->n_allow; k++)
            if (tb_command_pattern_matches(pattern, bundle->allow[k].name))
                return true;
    }
    return false;
}

static bool can_match(struct tb_policy *policy, const struct tb_compiled *compiled,
                      const struct tb_rule_source *rule)
{
    for (size_t i = 0; i < compiled->n_capabilities; i++) {
        const struct tb_compiled_capability *capability = &compiled->capabilities[i];
        if (view_can(tb_value_text(rule->view), capability->source) &&
            origin_can(policy->arena, tb_value_text(rule->origin), capability->source) &&
            allows(capability, tb_value_text(rule->command)))
            return true;
    }
    return false;
}

static void warn_rules(struct tb_policy *policy, const struct tb_compiled *compiled)
{
    for (size_t i = 0; i < policy->manifest.n_rules; i++) {
        const struct tb_rule_source *rule = &policy->manifest.rules[i];
        struct tb_bytes command = tb_value_text(rule->command);
        if (!any_granted(compiled, command))
            tb_report_warning(policy->report, "unused", rule->place,
                              "no capability allows `%.*s`, which this rule is for",
                              TB_SHOWN(command));
        else if (!can_match(policy, compiled, rule))
            tb_report_warning(policy->report, "unused", rule->place,
                              "this rule is for a view and an origin that no capability allows its "
                              "command to");
    }
}

void tb_unused_tables(struct tb_policy *policy, const struct tb_compiled *compiled)
{
    warn_limits(policy, compiled);
    warn_details(policy, compiled);
    tb_programs_tell_unused(policy);
    warn_hook(policy, compiled);
    warn_rules(policy, compiled);
}
