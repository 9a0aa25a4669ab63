/*
 * What comes of a policy in each view: for people, and for the comparison of two policies. Each
 * label or glob that a capability names is one view, with the app's own pages and with the pages of
 * each remote URL pattern. What it may do is what tb_resolve says of it.
 *
 * Of a glob, a label is asked that it matches and that no capability names; of a URL pattern, what
 * has it or covers it.
 */
#pragma once

#include "policy/compiler/check.h"

enum {
    TB_VIEWS_KEYS = 11,
    TB_VIEWS_PAIRS = 1024,               /* views with an origin */
    TB_VIEWS_BYTES = 16 * 1024 * 1024,   /* of the answer */
    TB_VIEWS_ALSO_MAX = 4 * 1024 * 1024, /* of filter->also */
};

/* Appends the keys behind `errors`: docs/formats.md, Check.
 *
 * filter->also names views and remote URL patterns that the answer has beside those of the files,
 * so that two policies can be compared view by view: strings with a u16 length, `v` and a label or
 * glob, or `o` and a URL pattern. */
void tb_views_write(struct tb_policy *policy, const struct tb_compiled *compiled,
                    const struct tb_check_filter *filter, struct tb_packer *packer);

/* Whether text is such strings. */
tb_must_check bool tb_views_also_valid(struct tb_bytes text);
