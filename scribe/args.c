#include "scribe/args.h"

#include "proto/json.h"

#include <sodium.h>

static bool put_full(struct tb_text *text, struct tb_unpacker *unpacker, struct tb_bytes args)
{
    const msgpack_object *root;
    if (tb_unpack(unpacker, &tb_scan_peer, args, &root) != TB_OK ||
        root->type != MSGPACK_OBJECT_MAP)
        return false;
    struct tb_text part = tb_text_init(text->p + text->n, text->cap - text->n);
    tb_text_value(&part, root);
    if (!part.full)
        text->n += part.n;
    return !part.full;
}

static void put_digest(struct tb_text *text, const uint8_t digest[static TB_DIGEST_SIZE])
{
    tb_text_puts(text, "\"blake2b:");
    tb_text_hex(text, digest, TB_DIGEST_SIZE);
    tb_text_puts(text, "\"");
}

void tb_args_put(struct tb_text *text, struct tb_unpacker *unpacker, const struct tb_record *record)
{
    uint8_t digest[TB_DIGEST_SIZE];
    if (record->args_kind == TB_ARGS_NONE)
        return tb_text_puts(text, "\"\"");
    if (record->args_kind == TB_ARGS_HASHED)
        return put_digest(text, record->args.data);
    if (record->args_kind == TB_ARGS_FULL && put_full(text, unpacker, record->args))
        return;
    crypto_generichash(digest, sizeof digest, record->args.data, record->args.n, NULL, 0);
    put_digest(text, digest);
}
