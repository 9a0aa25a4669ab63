/* From a snapshot and a view to what that view may do. */
#pragma once

#include "policy/compiler/request.h"

/* A rule that spoke for a command: the capability's entry that came first. */
struct tb_resolved_rule {
    const struct tb_snap_capability *capability; /* NULL: none */
    struct tb_bytes permission;
    uint32_t line; /* of the capability's entry */
    size_t entry;  /* its index */
};

struct tb_resolved_command {
    const struct tb_snap_command *command;
    uint32_t scope; /* index into `scopes`, or TB_NO_INDEX */
    struct tb_resolved_rule rule;
    uint32_t *rules; /* indexes into the resolution's `rules`, rising */
    size_t n_rules;
    bool may_ask; /* itself, or by one of them */
};

struct tb_resolved_denied {
    struct tb_bytes name;
    struct tb_resolved_rule rule;
};

/* One part of a command's scope. */
struct tb_scope_part {
    const struct tb_snap_scope *scope;
    bool deny_only; /* its allow entries are for other commands */
};

/* All that binds one command, or several that are bound by just the same. */
struct tb_resolved_scope {
    struct tb_scope_part *parts;
    size_t n;
};

struct tb_resolved {
    bool *holds;                          /* by capability: for this view and origin */
    bool *denies;                         /* by capability: what it denies is denied here */
    struct tb_resolved_command *commands; /* by name */
    size_t n_commands;
    struct tb_resolved_denied *denied; /* by name */
    size_t n_denied;
    struct tb_resolved_scope *scopes;
    size_t n_scopes;
    const struct tb_snap_rule **rules; /* that can match one of the commands here, in their order */
    size_t n_rules;
    bool hooked; /* one of the commands is */
};

/* TB_OK or TB_TOO_LARGE. */
tb_must_check int tb_resolve(struct tb_arena *arena, const struct tb_snapshot *snapshot,
                             const struct tb_request *request, struct tb_resolved *ret_resolved);

/* The part of it that is about rules: which of them are for this view, origin and commands. */
void tb_resolve_rules(struct tb_arena *arena, const struct tb_snapshot *snapshot,
                      const struct tb_request *request, struct tb_resolved *resolved);

/* Packs one side of a command's scope: a list, with variables replaced. */
void tb_scope_side_pack(struct tb_packer *packer, const struct tb_resolved_scope *scope, bool deny);

/* Appends the grant. TB_OK, TB_MALFORMED (the snapshot's patterns) or TB_TOO_LARGE. */
tb_must_check int tb_grant_write(struct tb_arena *arena, const struct tb_snapshot *snapshot,
                                 const struct tb_request *request,
                                 const struct tb_resolved *resolved, struct tb_buffer *out);
