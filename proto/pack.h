/*
 * Reading and writing msgpack maps by tables of fields, so that a message's parser reads like its
 * schema.
 *
 * Reading: scan (proto/scan.h), msgpack-c, then tb_map_read, which refuses unknown keys, missing
 * ones and wrong types. Everything that comes out borrows from the input text and, for objects,
 * from the unpacker until its next use.
 */
#pragma once

#include "base/buffer.h"
#include "proto/scan.h"

#include <limits.h> /* msgpack.h wants CHAR_MIN and does not ask for it */
#include <msgpack.h>

struct tb_unpacker {
    struct tb_scanner *scanner;
    msgpack_zone zone;
    msgpack_object root;
};

tb_must_check int tb_unpacker_init(struct tb_unpacker *unpacker,
                                   const struct tb_scan_limits *limits);
void tb_unpacker_deinit(struct tb_unpacker *unpacker);

/* Wipes what it holds besides the text: the last root and all below it is invalid then. */
void tb_unpacker_forget(struct tb_unpacker *unpacker);

/* Scans and unpacks one value. TB_OK, TB_MALFORMED, TB_TOO_LARGE, or -ENOMEM. *ret_root is owned by
 * the unpacker and valid until its next use. */
tb_must_check int tb_unpack(struct tb_unpacker *unpacker, const struct tb_scan_limits *limits,
                            struct tb_bytes text, const msgpack_object **ret_root);

enum tb_type {
    TB_UINT,  /* uint64_t */
    TB_INT,   /* int64_t */
    TB_BOOL,  /* bool */
    TB_STR,   /* struct tb_bytes */
    TB_BIN,   /* struct tb_bytes */
    TB_MAP,   /* const msgpack_object * */
    TB_ARRAY, /* const msgpack_object * */
    TB_ANY,   /* const msgpack_object * */
};

struct tb_field {
    const char *key;
    enum tb_type type;
    void *ret;    /* a variable of the type's C type; untouched if the key is absent */
    uint64_t max; /* greatest UINT, most bytes of STR and BIN, most elements of MAP and ARRAY; 0: no
                     limit */
    bool *ret_has; /* NULL: the key is required; else says whether it was there */
};

/* TB_OK, TB_MALFORMED or TB_TOO_LARGE. On failure some of the results may have been set. */
tb_must_check int tb_map_read(const msgpack_object *map, const struct tb_field *fields,
                              size_t n_fields);

static inline struct tb_bytes tb_object_bytes(const msgpack_object *string)
{
    return tb_bytes_of(string->via.str.ptr, string->via.str.size);
}

/* Writes into a buffer; the first failure (the buffer is full) is kept in `failed`. */
struct tb_packer {
    struct tb_buffer *out;
    msgpack_packer packer;
    bool failed;
};

void tb_packer_init(struct tb_packer *packer, struct tb_buffer *out);
void tb_pack_map(struct tb_packer *packer, size_t n);
void tb_pack_array(struct tb_packer *packer, size_t n);
void tb_pack_key(struct tb_packer *packer, const char *key);
void tb_pack_uint(struct tb_packer *packer, uint64_t v);
void tb_pack_int(struct tb_packer *packer, int64_t v);
void tb_pack_bool(struct tb_packer *packer, bool v);
void tb_pack_nil(struct tb_packer *packer);
void tb_pack_double(struct tb_packer *packer, double v);
void tb_pack_str(struct tb_packer *packer, struct tb_bytes text);
void tb_pack_bin(struct tb_packer *packer, struct tb_bytes bytes);
void tb_pack_object(struct tb_packer *packer, const msgpack_object *object); /* canonical form */
/* A key with its value. */
void tb_pack_key_uint(struct tb_packer *packer, const char *key, uint64_t v);
void tb_pack_key_bool(struct tb_packer *packer, const char *key, bool v);
void tb_pack_key_str(struct tb_packer *packer, const char *key, struct tb_bytes text);
void tb_pack_key_text(struct tb_packer *packer, const char *key, const char *text);
