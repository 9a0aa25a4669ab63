#pragma once

#include "proto/message.h"
#include "tests/unit/vector.h"

/* messages.json: one plaintext. `expected` unpacks what the vector says of it. */
void vector_message(const json_t *vector, struct tb_unpacker *unpacker,
                    struct tb_unpacker *expected);
