/* A text of the broker's as a string of C, 512 bytes of it at most. */
#pragma once

#include "base/bytes.h"
#include "proto/limits.h"

struct host_text {
    char bytes[TB_ERROR_MESSAGE_MAX + 1];
};

static inline struct host_text host_text_of(struct tb_bytes bytes)
{
    struct host_text text = {0};
    if (bytes.n > 0)
        memcpy(text.bytes, bytes.data,
               bytes.n < TB_ERROR_MESSAGE_MAX ? bytes.n : TB_ERROR_MESSAGE_MAX);
    return text;
}
