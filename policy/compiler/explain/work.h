/* What the parts of explain share. */
#pragma once

#include "policy/compiler/explain/explain.h"

/* Something that came near, or that one should know; and what would have to change. */
struct tb_miss {
    unsigned rank; /* the least comes first */
    size_t order;
    const char *kind;
    struct tb_bytes capability; /* this and the next empty, and file NULL: not about one */
    struct tb_bytes permission;
    struct tb_place place;
    const char *message;
    const char *change;
};

/* Ranks. What is nearest to the answer comes first. */
enum {
    TB_MISS_NOTE,     /* what is allowed, and will not do what one thinks */
    TB_MISS_DENIED,   /* allowed or not: a denial is in the way */
    TB_MISS_NAME,     /* nothing has that name */
    TB_MISS_ONE,      /* it is allowed, but for one thing */
    TB_MISS_INACTIVE, /* it is allowed in a capability that is not in use */
    TB_MISS_UNGRANTED,
    TB_MISS_FAR, /* it is allowed, but for more than one thing */
    TB_MISS_MODE,
};

enum { TB_MISSES_MAX = 64 }; /* that are told */

/* Where in a bundle the command is first allowed and denied; NULL: nowhere. */
struct tb_first_use {
    const struct tb_use *allow;
    const struct tb_use *deny;
};

struct tb_explain {
    struct tb_policy *policy;
    struct tb_policy scratch; /* reads more than the policy needs; its report is nobody's */
    struct tb_report scratch_report;
    struct tb_compiled scratch_compiled;
    const struct tb_compiled *compiled;
    const struct tb_snapshot *snapshot;
    const struct tb_question *question;
    struct tb_origin origin;
    struct tb_resolved resolved;
    const struct tb_resolved_command *granted; /* NULL: it is not */
    const struct tb_resolved_denied *denied;   /* NULL: nothing denies it */
    bool unchecked; /* Tauri would not ask: an app's own command, and no manifest */
    struct tb_first_use *first_uses; /* by bundle */
    struct tb_miss *misses;
    size_t n_misses;
};

/* Adds one. Strings must live as long as the arena. */
void tb_explain_add(struct tb_explain *explain, const struct tb_miss *miss);

/* The command in a resolution; NULL: it is not granted there. */
const struct tb_resolved_command *tb_explain_find(const struct tb_resolved *resolved,
                                                  struct tb_bytes name);

/* The first use of the command in a list; NULL: none. */
const struct tb_use *tb_explain_use(const struct tb_use *uses, size_t n, struct tb_bytes name);

/* Whether it is granted, and to be called: of a Tauri project nothing runs in processes of ours. */
bool tb_explain_runs_here(const struct tb_explain *explain);

/* Whether the mode would not check the command at all. */
bool tb_explain_unchecked(const struct tb_explain *explain, enum tb_semantics mode);

/* A capability that holds here, for "write it there"; NULL: none does. */
const struct tb_capability *tb_explain_holder(const struct tb_explain *explain);

/* ---- uses.c: the entries that decided ---- */

void tb_explain_pack_uses(const struct tb_explain *explain, const char *key, bool deny,
                          struct tb_packer *packer);
/* Both sides of what binds the command, as the files have it. */
void tb_explain_pack_scope(const struct tb_explain *explain, struct tb_packer *packer);

/* ---- filters.c: what is done with its calls ---- */

/* The keys limits and filters. */
void tb_explain_pack_filters(const struct tb_explain *explain, struct tb_packer *packer);

/* ---- what came near; each adds misses ---- */

void tb_explain_denials(struct tb_explain *explain);   /* near.c */
void tb_explain_elsewhere(struct tb_explain *explain); /* the same */
void tb_explain_inactive(struct tb_explain *explain);  /* the same */
void tb_explain_notes(struct tb_explain *explain);     /* note.c */
void tb_explain_names(struct tb_explain *explain);     /* name.c */

/* Why the request comes from none of the capability's contexts, and what to change. */
void tb_explain_origin(struct tb_explain *explain, const struct tb_capability *capability,
                       const char **ret_why, const char **ret_change);
