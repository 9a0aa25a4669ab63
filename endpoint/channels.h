/* The channels that were passed with a call: PROTOCOL.md, section 5. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

struct tb_channels {
    uint32_t *ids; /* ascending */
    size_t n;
};

/* Every string of the args (msgpack text) that is a channel. TB_OK or TB_FULL (out of memory). */
tb_must_check int tb_channels_init(struct tb_channels *channels, struct tb_bytes args);
void tb_channels_deinit(struct tb_channels *channels); /* zeroed memory is fine */

bool tb_channels_has(const struct tb_channels *channels, uint32_t id);
