/* A view that is asked about, and which capabilities hold for it. */
#pragma once

#include "policy/compiler/origin.h"
#include "policy/compiler/snapshot.h"

struct tb_request {
    struct tb_bytes view;
    struct tb_bytes webview;
    struct tb_bytes origin;
    /* Not empty: a pattern of `remote.urls`, which is asked about as a whole. What holds is what
     * has it, and what covers it where it can be read as a URL; `origin` is the same text. */
    struct tb_bytes pattern;
};

/* TB_OK or TB_MALFORMED. Borrows. */
tb_must_check int tb_request_read(struct tb_bytes text, struct tb_request *ret_request);

/* Whether an origin is one of the capability's, by its context: 0 are the app's own pages, i + 1 is
 * its URL i. */
bool tb_context_matches(const struct tb_snap_capability *capability, size_t context,
                        const struct tb_origin *origin);
bool tb_capability_has_origin(const struct tb_snap_capability *capability,
                              const struct tb_origin *origin);
/* Whether a glob of its windows or webviews matches. */
bool tb_capability_has_view(const struct tb_snap_capability *capability,
                            const struct tb_request *request);

/* Both: one of its origins, and of its windows or webviews. `origin` is the request's. */
bool tb_capability_holds(const struct tb_snap_capability *capability,
                         const struct tb_request *request, const struct tb_origin *origin);
