/*
 * How a reader (JSON, TOML) builds a document's tree of values. In C and C++: the TOML reader is
 * the one C++ file. Every call may return NULL when the document has too many values; then the
 * reader stops, and the error has been told.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TB_FILE_MAX = 1024 * 1024, /* bytes of one file */
    TB_TREE_DEPTH = 64,
    TB_TREE_NODES = 65536,
};

/* Single bits, so that a field can name several that it takes. */
enum tb_value_type {
    TB_VALUE_NULL = 1,
    TB_VALUE_BOOL = 2,
    TB_VALUE_INT = 4,
    TB_VALUE_REAL = 8,
    TB_VALUE_STRING = 16,
    TB_VALUE_LIST = 32,
    TB_VALUE_MAP = 64,
};

struct tb_tree;
struct tb_value;

/* Adds a value to `parent` (a list, or a map under `key`); parent NULL: the root. The bytes of key
 * and text are copied. */
struct tb_value *tb_tree_add(struct tb_tree *tree, struct tb_value *parent, const char *key,
                             size_t n_key, uint32_t line, enum tb_value_type type);
void tb_tree_set_bool(struct tb_value *value, bool boolean);
void tb_tree_set_int(struct tb_value *value, int64_t integer);
void tb_tree_set_real(struct tb_value *value, double real);
void tb_tree_set_text(struct tb_tree *tree, struct tb_value *value, const char *text, size_t n);
void tb_tree_fail(struct tb_tree *tree, uint32_t line, const char *message, size_t n);

/* The TOML reader. False: tb_tree_fail has been called. */
bool tb_toml_read(struct tb_tree *tree, const char *text, size_t n);

#ifdef __cplusplus
}
#endif
