/*
 * The one shape that every file of the keystore has (docs/keystore.md, Files): a line that says
 * what it is, the app and the name that it was written for, a payload, and a keyed hash over all of
 * it. Memory only.
 */
#pragma once

#include "base/wire.h"
#include "keystore/keystore.h"
#include "keystore/own.h"

enum { TB_SEALED_MAC = 32 };

/* What a file is for: all of it is in the file and has to agree with where it lies. */
struct tb_place {
    enum tb_keystore_file kind;
    struct tb_bytes app;
    struct tb_bytes name; /* as "keys/0123…" */
};

/* The most bytes that a file of that kind has. */
size_t tb_sealed_max(enum tb_keystore_file kind);

/* A file that is being written: its head is there, n bytes of payload are to be written, then it is
 * sealed. */
struct tb_file_draft {
    uint8_t *data; /* owned; wiped */
    struct tb_writer writer;
};
void tb_file_draft_deinit(struct tb_file_draft *draft); /* for tb_cleanup */
/* 0 or -ENOMEM. */
tb_must_check int tb_file_draft_begin(const struct tb_place *place, size_t n_payload,
                                      struct tb_file_draft *ret_draft);
/* The payload has all its bytes. */
void tb_file_draft_seal(struct tb_file_draft *draft, const struct tb_own *own);

static inline struct tb_bytes tb_file_draft_bytes(const struct tb_file_draft *draft)
{
    return tb_bytes_of(draft->data, draft->writer.n);
}

/* A file that was read, taken apart. Borrows from its bytes. */
struct tb_sealed {
    struct tb_place place; /* what the file says */
    struct tb_bytes head;  /* all before the payload */
    struct tb_bytes payload;
    struct tb_bytes mac;
};

/* 0 or what is wrong with its shape. Nothing in it is to be believed yet. */
tb_must_check enum tb_damage_kind tb_sealed_parse(struct tb_bytes untrusted_file,
                                                  struct tb_sealed *ret_sealed);
/* 0, TB_DAMAGE_ALTERED or, a whole file but not this one, TB_DAMAGE_SWAPPED. */
tb_must_check enum tb_damage_kind tb_sealed_check(const struct tb_sealed *untrusted_sealed,
                                                  const struct tb_own *own,
                                                  const struct tb_place *place);
