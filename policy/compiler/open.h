/* [open] of the manifest: which URLs and which programs the opener hands to the desktop. What the
 * host does with it is docs/opener.md; it gets all of it with the other facts of the app. */
#pragma once

#include "policy/compiler/policy.h"
#include "proto/pack.h"

/* Why the text is no pattern of URLs, and what to write; NULL: it is one. */
const char *tb_open_pattern_wrong(struct tb_bytes pattern);

/* Puts `open` with its map into the facts, the default schemes where the manifest has none. */
void tb_open_pack(struct tb_packer *packer, const struct tb_open *open);
