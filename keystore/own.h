/*
 * The enclave's own secret, and the keys that are made from it for one use each. It ties every file
 * to this folder: what somebody else wrote, or took from another folder, does not pass.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum { TB_OWN_SIZE = 32 };

struct tb_own {
    uint8_t secret[TB_OWN_SIZE]; /* goes into the stretching of every hash */
    uint8_t files[TB_OWN_SIZE];  /* the key of every file's authentication code */
    uint8_t names[TB_OWN_SIZE];  /* what vault files are named under */
    uint8_t values[TB_OWN_SIZE]; /* the outer layer of vault values */
};

/* Makes the others from `secret`. */
void tb_own_derive(struct tb_own *own);

/* 32 bytes of key or digest that are wiped when they go out of scope. */
struct tb_key32 {
    uint8_t bytes[32];
};
void tb_key32_wipe(struct tb_key32 *key);
#define tb_wiped_key tb_cleanup(tb_key32_wipe) struct tb_key32

/* Keyed BLAKE2b-256 over texts, each with its length before it: no two lists give the same bytes.
 */
void tb_keyed_hash(const uint8_t key[static TB_OWN_SIZE], const struct tb_bytes *texts, size_t n,
                   uint8_t ret_hash[static 32]);
