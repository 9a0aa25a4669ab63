/*
 * How much harm a page could do that somebody else controls: a number from 0 to 100 for each view,
 * with the reasons that made it. A guide for people who read a policy, nothing that is enforced:
 * docs/policy.md says what it is and what it is not.
 */
#pragma once

#include "policy/compiler/policy.h"

/* What a command does, as far as chains of commands are concerned. */
enum tb_risk_effect {
    TB_RISK_READS = 1,
    TB_RISK_WRITES = 2,
    TB_RISK_SENDS = 4, /* to a host of the page's choice */
    TB_RISK_RUNS = 8,
};

/* A row of the table of commands (risk_table.c). */
struct tb_risk_row;

/* Never NULL: unknown commands have rows too. `plugin` is its key (`fs`, `core:window`), empty for
 * the app's own commands. */
const struct tb_risk_row *tb_risk_row_of(struct tb_bytes plugin, struct tb_bytes command);

/* What the allow entries of a command's scope reach. Zeroed: none. */
struct tb_risk_reach {
    bool scoped;       /* there is an entry */
    uint32_t path;     /* how broad as paths: enum in risk_reach.c */
    bool any_host;     /* as URLs */
    uint32_t programs; /* the same, as entries of shell */
};

/* Of a program the manifest says whether it may start others. */
void tb_risk_reach_add(const struct tb_manifest *manifest, struct tb_risk_reach *reach,
                       const struct tb_value *entry);
void tb_risk_reach_join(struct tb_risk_reach *reach, const struct tb_risk_reach *more);

struct tb_risk {
    uint32_t points;
    uint32_t effects;
    const char *reason; /* a string constant: the same reason is the same pointer */
};

/* `unlimited`: the command's plugin takes scopes, and none is given. */
struct tb_risk tb_risk_of(const struct tb_risk_row *row, const struct tb_risk_reach *reach,
                          bool unlimited, bool remote);

/* What its plugin may do besides adds to a command, one for each of them. Returns how many. */
enum { TB_RISK_SANDBOX_MAX = 5 };
size_t tb_risk_of_sandbox(const struct tb_sandbox *sandbox, bool secrets, bool remote,
                          struct tb_risk ret_risks[static TB_RISK_SANDBOX_MAX]);

/* ---- a view ---- */

enum { TB_RISK_REASONS = 192 };

struct tb_risk_item {
    struct tb_risk risk;
    size_t command; /* index of the first one, with the caller */
    size_t n;       /* commands; 0: it is about the view as a whole */
};

struct tb_risk_view {
    struct tb_risk_item items[TB_RISK_REASONS];
    size_t n;
    uint32_t score;
};

struct tb_risk_context {
    bool remote;
    bool any_origin;   /* a URL pattern that any host matches */
    bool every_window; /* a label glob that any label matches */
};

/* Commands of the same reason are one item, with the most points of them. Zeroed: none yet. */
void tb_risk_view_add(struct tb_risk_view *view, size_t command, const struct tb_risk *risk);

/* Adds what follows from the commands together and from where they may be called; then the score,
 * and the items in order, highest first. */
void tb_risk_view_end(struct tb_risk_view *view, const struct tb_risk_context *context);

/* Whether a pattern of `remote.urls`, or of a scope of URLs, matches hosts of anybody. */
bool tb_risk_any_host(struct tb_bytes pattern);
