/* Parts of a request's body that came before its call was dispatched, one behind the other. */
#pragma once

#include "base/buffer.h"
#include "proto/stream.h"

/* False: there is no memory, and nothing is kept. `cost` is what the part has cost its sender. */
tb_must_check bool tb_parts_keep(struct tb_buffer *parts, const struct tb_part *part,
                                 uint64_t cost);
/* The first one, which borrows until the buffer's next change; false: there is none. */
tb_must_check bool tb_parts_first(const struct tb_buffer *parts, struct tb_part *ret_part,
                                  uint64_t *ret_cost);
void tb_parts_drop(struct tb_buffer *parts); /* the first one */
