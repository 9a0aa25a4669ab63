/* Capabilities: dropped from every set, and no way back. */
#pragma once

#include "sandbox/layer.h"

/* Keeps at most those of `kept`. HELD: it has none now; PARTIAL: it has some of `kept`; MISSING
 * with errno. */
struct tb_layer_report tb_caps_drop(uint64_t kept);
