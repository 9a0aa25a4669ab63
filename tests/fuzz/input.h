/* A fuzz input taken apart from front to back; zeros when it is used up. */
#pragma once

#include "base/bytes.h"

struct input {
    const uint8_t *data;
    size_t n;
};

static inline uint8_t input_u8(struct input *input)
{
    if (input->n == 0)
        return 0;
    input->n--;
    return *input->data++;
}

/* As many as the next byte says. */
static inline struct tb_bytes input_bytes(struct input *input)
{
    size_t n = input_u8(input);
    n = n < input->n ? n : input->n;
    struct tb_bytes bytes = tb_bytes_of(input->data, n);
    input->data += n;
    input->n -= n;
    return bytes;
}
