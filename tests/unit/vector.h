/* Reading the files of proto/vectors: the README beside them has the grammar. */
#pragma once

#include "base/bytes.h"
#include "tests/unit/test.h"

#include <jansson.h>

/* The vectors of a file, which has to be there and to hold more than 50. Owned by *ret_file. */
const json_t *vectors_load(const char *name, json_t **ret_file);

/* The member that must be there. */
const char *vector_text(const json_t *vector, const char *member);
bool vector_ok(const json_t *vector); /* `expect`: ok, or else error */

/* A pattern expanded; it lives until vector_release. */
struct tb_bytes vector_expand(const char *pattern);
void vector_release(void);
struct tb_bytes vector_bytes(const json_t *vector, const char *member);
/* The same where exactly `n` bytes are meant. */
const uint8_t *vector_exactly(const json_t *vector, const char *member, size_t n);
void vector_same(const json_t *vector, const char *member, const uint8_t *bytes, size_t n);
uint64_t vector_decimal(const json_t *vector, const char *member);

/* Fails the test, naming the vector. */
void vector_check(const json_t *vector, bool holds, const char *what);
#define VECTOR_CHECK(vector, expression) vector_check(vector, expression, #expression)
