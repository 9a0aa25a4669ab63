#include "plugins/enclave/args.h"

static bool refuse_fingerprint(struct tb_call *call, const char *name)
{
    tb_reply_error(call, TB_CODE_INVALID_ARGS, 0,
                   "%s: expected the 40 hex digits of a fingerprint; shorter ids are not taken, "
                   "since others can make a key that has the same",
                   name);
    return false;
}

bool enclave_arg_fingerprint(struct tb_call *call, const char *name, enum tb_need need,
                             struct tb_fingerprint *ret_fingerprint, bool *ret_given)
{
    struct tb_bytes text = {0};
    if (!tb_arg_str(call, call->args, name, need, &text))
        return false;
    *ret_given = text.data != NULL;
    if (!*ret_given || tb_fingerprint_read(text, ret_fingerprint))
        return true;
    return refuse_fingerprint(call, name);
}

bool enclave_arg_fingerprints(struct tb_call *call, const char *name, size_t most,
                              struct tb_fingerprint *ret_list, size_t *ret_n)
{
    enum { MOST = 64 };
    struct tb_bytes texts[MOST];
    tb_assert(most <= MOST);
    if (!tb_arg_strs(call, call->args, name, TB_REQUIRED, most, texts, ret_n))
        return false;
    if (*ret_n == 0) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "%s: expected at least one fingerprint",
                       name);
        return false;
    }
    for (size_t i = 0; i < *ret_n; i++)
        if (!tb_fingerprint_read(texts[i], &ret_list[i]))
            return refuse_fingerprint(call, name);
    return true;
}

bool enclave_arg_hash(struct tb_call *call, const char *name, uint8_t ret_hash[static TB_HASH_SIZE])
{
    struct tb_bytes hash;
    if (!tb_arg_bytes(call, call->args, name, TB_REQUIRED, &hash))
        return false;
    if (hash.n != TB_HASH_SIZE) {
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0,
                       "%s: expected the %d bytes of an Argon2id hash, got %zu", name, TB_HASH_SIZE,
                       hash.n);
        return false;
    }
    memcpy(ret_hash, hash.data, TB_HASH_SIZE);
    return true;
}
