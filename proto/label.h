/* What may name a view and an origin: PROTOCOL.md, section 2. */
#pragma once

#include "base/bytes.h"

bool tb_label_valid(struct tb_bytes label);
/* An origin is printable ASCII without spaces: `local`, or what a browser serialises. */
bool tb_origin_valid(struct tb_bytes origin);
