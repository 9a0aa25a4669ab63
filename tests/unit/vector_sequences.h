/* seal.json: sequences, at the real broker on a bench and at the real endpoint. */
#pragma once

#include "tests/unit/vector.h"

void vector_at_broker(const json_t *vector);
/* Draws no random numbers afterwards but the vector's: for a process of its own. */
void vector_at_endpoint(const json_t *vector);
