/* What an endpoint has heard under each of its handles, and what it has allowed to be sent. */
#pragma once

#include "proto/seal.h"

/* A frame of the broker's under a handle that was spent; asserts that an endpoint takes it. */
struct heard_frame {
    enum tb_kind kind; /* REPLY, CHUNK or CREDIT */
    uint64_t counter;
    bool has_next;
    uint64_t cost; /* of a CHUNK */
};

void heard_reset(void);
void heard_frame(const struct tb_handle *handle, const struct heard_frame *frame);
/* The endpoint lets so many more bytes be sent. */
void heard_credit(const struct tb_handle *handle, uint64_t bytes);
