/* Little-endian integers, and a reader and a writer over fixed memory that cannot leave it. */
#pragma once

#include "base/bytes.h"

static inline uint16_t tb_load_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | (uint16_t)p[1] << 8);
}

static inline uint32_t tb_load_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t tb_load_u64(const uint8_t *p)
{
    return (uint64_t)tb_load_u32(p) | (uint64_t)tb_load_u32(p + 4) << 32;
}

static inline void tb_store_u16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void tb_store_u32(uint8_t *p, uint32_t v)
{
    tb_store_u16(p, (uint16_t)v);
    tb_store_u16(p + 2, (uint16_t)(v >> 16));
}

static inline void tb_store_u64(uint8_t *p, uint64_t v)
{
    tb_store_u32(p, (uint32_t)v);
    tb_store_u32(p + 4, (uint32_t)(v >> 32));
}

/* Reads from front to back. One failed read leaves `failed` set and makes every later one return
 * zeros, so that a whole message is read first and judged once, with tb_reader_done. */
struct tb_reader {
    const uint8_t *p;
    size_t left;
    bool failed;
};

struct tb_reader tb_reader_init(struct tb_bytes bytes);
uint8_t tb_read_u8(struct tb_reader *reader);
uint16_t tb_read_u16(struct tb_reader *reader);
uint32_t tb_read_u32(struct tb_reader *reader);
uint64_t tb_read_u64(struct tb_reader *reader);
struct tb_bytes tb_read_bytes(struct tb_reader *reader, size_t n); /* borrows */
struct tb_bytes tb_read_string16(struct tb_reader *reader);        /* u16 length first; borrows */
void tb_read_copy(struct tb_reader *reader, uint8_t *ret_bytes, size_t n);
bool tb_reader_done(const struct tb_reader *reader); /* nothing failed, nothing left */

struct tb_writer {
    uint8_t *p;
    size_t n;
    size_t cap;
    bool failed;
};

struct tb_writer tb_writer_init(uint8_t *memory, size_t cap);
void tb_write_u8(struct tb_writer *writer, uint8_t v);
void tb_write_u16(struct tb_writer *writer, uint16_t v);
void tb_write_u32(struct tb_writer *writer, uint32_t v);
void tb_write_u64(struct tb_writer *writer, uint64_t v);
void tb_write_bytes(struct tb_writer *writer, struct tb_bytes bytes);
void tb_write_string16(struct tb_writer *writer, struct tb_bytes bytes);
