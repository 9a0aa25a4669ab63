/*
 * The memory that one plugin instance shares with the broker: PROTOCOL.md, section 8, The pool.
 *
 * The plugin can write all of it at any time, its own part or not. So nothing here decides by what
 * lies in it: lengths and places come over the link and are held against the parts; what is sealed
 * is read once into private memory first; and what is passed on as it lies there is the plugin's
 * own word in any case.
 *
 * The mapping is for the kernel alone to read from and to write to. The supervisor has sealed the
 * file's size, so that nobody can shorten it under us; but where memory has run out a page that was
 * never touched cannot be had. A system call answers that with EFAULT; the broker's own hand would
 * be ended by SIGBUS. And of the file itself nothing is asked that takes its lock, which the plugin
 * can hold.
 *
 * It lives as long as anything refers to it: the instance, a body that is being read into it, bytes
 * that are being sent from it.
 */
#pragma once

#include "base/bytes.h"
#include "broker/blocks.h"

struct tb_plugin;

struct tb_bulk {
    uint32_t n_refs;
    int fd;
    int through; /* a memory file of the broker's own, borrowed */
    uint8_t *map;
    struct tb_blocks blocks;  /* of the part `in` */
    struct tb_plugin *plugin; /* whose it is; NULL: that instance has ended */
    uint64_t n_released;      /* bytes of the plugin's part that it has not been told of yet */
};

/* Consumes the descriptor, also on failure. NULL: it cannot be mapped. One reference is the
 * caller's. `through` is a memory file that nobody else has, and outlives it. */
struct tb_bulk *tb_bulk_new(int fd, int through, struct tb_plugin *plugin);
struct tb_bulk *tb_bulk_ref(struct tb_bulk *bulk);
void tb_bulk_unref(struct tb_bulk *bulk); /* NULL is fine */

/* Where the bytes at that place lie; for system calls only. */
uint8_t *tb_bulk_at(const struct tb_bulk *bulk, uint64_t at);
/* Copies into a block: TB_OK, or TB_FULL (no memory for it). */
tb_must_check int tb_bulk_write(const struct tb_bulk *bulk, uint64_t at, struct tb_bytes bytes);

/* Overwrites it, in a process that wipes. Not for what the plugin may still want. */
void tb_bulk_wipe(const struct tb_bulk *bulk, uint64_t at, uint64_t n);

/* Whether all of that is in the plugin's part. */
bool tb_bulk_is_out(uint64_t untrusted_at, uint64_t untrusted_n);
/* Copies out of the plugin's part: TB_OK, or TB_FULL. */
tb_must_check int tb_bulk_read(const struct tb_bulk *bulk, uint64_t at, size_t n,
                               uint8_t *ret_bytes);
