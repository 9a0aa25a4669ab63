#include "base/wire.h"

struct tb_reader tb_reader_init(struct tb_bytes bytes)
{
    return (struct tb_reader){.p = bytes.data, .left = bytes.n};
}

struct tb_bytes tb_read_bytes(struct tb_reader *reader, size_t n)
{
    if (reader->failed || n > reader->left) {
        reader->failed = true;
        return (struct tb_bytes){0};
    }
    struct tb_bytes bytes = tb_bytes_of(reader->p, n);
    reader->p += n;
    reader->left -= n;
    return bytes;
}

uint8_t tb_read_u8(struct tb_reader *reader)
{
    struct tb_bytes b = tb_read_bytes(reader, 1);
    return reader->failed ? 0 : b.data[0];
}

uint16_t tb_read_u16(struct tb_reader *reader)
{
    struct tb_bytes b = tb_read_bytes(reader, 2);
    return reader->failed ? 0 : tb_load_u16(b.data);
}

uint32_t tb_read_u32(struct tb_reader *reader)
{
    struct tb_bytes b = tb_read_bytes(reader, 4);
    return reader->failed ? 0 : tb_load_u32(b.data);
}

uint64_t tb_read_u64(struct tb_reader *reader)
{
    struct tb_bytes b = tb_read_bytes(reader, 8);
    return reader->failed ? 0 : tb_load_u64(b.data);
}

struct tb_bytes tb_read_string16(struct tb_reader *reader)
{
    return tb_read_bytes(reader, tb_read_u16(reader));
}

void tb_read_copy(struct tb_reader *reader, uint8_t *ret_bytes, size_t n)
{
    struct tb_bytes b = tb_read_bytes(reader, n);
    if (b.n == n && n > 0)
        memcpy(ret_bytes, b.data, n);
}

bool tb_reader_done(const struct tb_reader *reader)
{
    return !reader->failed && reader->left == 0;
}

struct tb_writer tb_writer_init(uint8_t *memory, size_t cap)
{
    return (struct tb_writer){.p = memory, .cap = cap};
}

static uint8_t *take(struct tb_writer *writer, size_t n)
{
    if (writer->failed || n > writer->cap - writer->n) {
        writer->failed = true;
        return NULL;
    }
    uint8_t *at = writer->p + writer->n;
    writer->n += n;
    return at;
}

void tb_write_u8(struct tb_writer *writer, uint8_t v)
{
    uint8_t *at = take(writer, 1);
    if (at)
        *at = v;
}

void tb_write_u16(struct tb_writer *writer, uint16_t v)
{
    uint8_t *at = take(writer, 2);
    if (at)
        tb_store_u16(at, v);
}

void tb_write_u32(struct tb_writer *writer, uint32_t v)
{
    uint8_t *at = take(writer, 4);
    if (at)
        tb_store_u32(at, v);
}

void tb_write_u64(struct tb_writer *writer, uint64_t v)
{
    uint8_t *at = take(writer, 8);
    if (at)
        tb_store_u64(at, v);
}

void tb_write_bytes(struct tb_writer *writer, struct tb_bytes bytes)
{
    uint8_t *at = take(writer, bytes.n);
    if (at && bytes.n > 0)
        memcpy(at, bytes.data, bytes.n);
}

void tb_write_string16(struct tb_writer *writer, struct tb_bytes bytes)
{
    if (bytes.n > UINT16_MAX) {
        writer->failed = true;
        return;
    }
    tb_write_u16(writer, (uint16_t)bytes.n);
    tb_write_bytes(writer, bytes);
}
