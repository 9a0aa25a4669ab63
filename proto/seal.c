#include "proto/seal.h"

#include "base/result.h"
#include "base/wire.h"

#include <sodium.h>

const struct tb_handle tb_handle_zero;

enum { N_ADDRESS = TB_HANDLE_SIZE + 8 };
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == N_ADDRESS, "nonce is the address");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == TB_TAG_SIZE, "tag");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == TB_KEY_SIZE, "key");

static size_t n_clear_of(uint8_t flags)
{
    return N_ADDRESS + ((flags & TB_RAW_CLEAR) ? 4 : 0);
}

struct tb_address tb_sealed_address(const struct tb_frame *frame)
{
    struct tb_address address;
    tb_assert(frame->body.n >= N_ADDRESS);
    memcpy(address.handle.bytes, frame->body.data, TB_HANDLE_SIZE);
    address.counter = tb_load_u64(frame->body.data + TB_HANDLE_SIZE);
    return address;
}

int tb_seal_raw_at(const struct tb_frame *frame, size_t n_held, size_t *ret_at)
{
    size_t n_clear = n_clear_of(TB_RAW_CLEAR);
    if (!(frame->flags & TB_RAW_CLEAR) || n_held < n_clear)
        return TB_AGAIN;
    uint32_t untrusted_n = tb_load_u32(frame->body.data + N_ADDRESS);
    if (untrusted_n > n_held - n_clear)
        return TB_AGAIN;
    *ret_at = n_clear + untrusted_n;
    return TB_OK;
}

int tb_seal_open(const struct tb_frame *frame, const uint8_t key[static TB_KEY_SIZE],
                 struct tb_plaintext *ret_plaintext)
{
    size_t n_clear = n_clear_of(frame->flags);
    if (frame->body.n < n_clear)
        return TB_MALFORMED;
    size_t n_sealed = frame->body.n - n_clear;
    if (frame->flags & TB_RAW_CLEAR) {
        uint32_t untrusted_n = tb_load_u32(frame->body.data + N_ADDRESS);
        if (untrusted_n > n_sealed)
            return TB_MALFORMED;
        n_sealed = untrusted_n;
    }
    if (n_sealed < TB_TAG_SIZE)
        return TB_MALFORMED;

    /* Header and clear part are contiguous, so that they are the additional data as they stand. */
    tb_assert(frame->header + TB_HEADER_SIZE == frame->body.data);
    uint8_t *sealed = (uint8_t *)(uintptr_t)frame->body.data + n_clear;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, NULL, NULL, sealed, n_sealed,
                                                   frame->header, TB_HEADER_SIZE + n_clear,
                                                   frame->body.data, key) != 0)
        return TB_FORGED;

    struct tb_plaintext plaintext;
    int r = tb_plaintext_split(tb_bytes_of(sealed, n_sealed - TB_TAG_SIZE), &plaintext);
    if (r != TB_OK)
        return r;
    if (frame->flags & TB_RAW_CLEAR) {
        if (plaintext.raw.n != 0)
            return TB_MALFORMED;
        plaintext.raw = tb_bytes_of(sealed + n_sealed, frame->body.n - n_clear - n_sealed);
    }
    *ret_plaintext = plaintext;
    return TB_OK;
}

struct tb_seal tb_seal_begin(struct tb_buffer *out, enum tb_kind kind, uint8_t flags)
{
    struct tb_seal seal = {
        .out = out,
        .at = tb_buffer_n(out),
        .n_clear = n_clear_of(flags),
        .kind = kind,
        .flags = flags,
    };
    size_t n = TB_HEADER_SIZE + seal.n_clear + 4;
    if (tb_buffer_reserve(out, n))
        tb_buffer_commit(out, n);
    else
        seal.failed = true;
    return seal;
}

static int give_up(struct tb_seal *seal, int result)
{
    tb_buffer_truncate(seal->out, seal->at);
    return result;
}

int tb_seal_finish(struct tb_seal *seal, const uint8_t key[static TB_KEY_SIZE],
                   const struct tb_handle *handle, uint64_t counter, struct tb_bytes raw)
{
    struct tb_buffer *out = seal->out;
    bool clear = (seal->flags & TB_RAW_CLEAR) != 0;
    size_t head = seal->at + TB_HEADER_SIZE + seal->n_clear;
    if (seal->failed || tb_buffer_n(out) < head + 4)
        return give_up(seal, TB_FULL);
    size_t n_text = tb_buffer_n(out) - head - 4;
    size_t n_plain = 4 + n_text + (clear ? 0 : raw.n);
    size_t n_body = seal->n_clear + n_plain + TB_TAG_SIZE + (clear ? raw.n : 0);
    size_t most = seal->kind == TB_CHUNK ? TB_CHUNK_MAX : TB_FRAME_MAX;
    if (raw.n > most || n_body > most)
        return give_up(seal, TB_TOO_LARGE);

    /* What follows the text is raw and tag, in either order. */
    tb_assert(raw.data || raw.n == 0 || clear);
    size_t n_here = raw.data ? raw.n : 0;
    uint8_t *tail = tb_buffer_reserve(out, n_here + TB_TAG_SIZE);
    if (!tail)
        return give_up(seal, TB_FULL);
    if (n_here > 0)
        memcpy(tail + (clear ? TB_TAG_SIZE : 0), raw.data, n_here);
    tb_buffer_commit(out, n_here + TB_TAG_SIZE);

    uint8_t *header = out->data + out->start + seal->at;
    uint8_t *address = header + TB_HEADER_SIZE;
    uint8_t *plain = address + seal->n_clear;
    tb_frame_header(header, seal->kind, seal->flags, n_body);
    memcpy(address, handle->bytes, TB_HANDLE_SIZE);
    tb_store_u64(address + TB_HANDLE_SIZE, counter);
    if (clear)
        tb_store_u32(address + N_ADDRESS, (uint32_t)(n_plain + TB_TAG_SIZE));
    tb_store_u32(plain, (uint32_t)n_text);
    crypto_aead_xchacha20poly1305_ietf_encrypt(plain, NULL, plain, n_plain, header,
                                               TB_HEADER_SIZE + seal->n_clear, NULL, address, key);
    return TB_OK;
}
