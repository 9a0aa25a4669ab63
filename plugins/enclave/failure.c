#include "plugins/enclave/failure.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *word;
    enum tb_code code;
} reasons[ENCLAVE_N_REASONS] = {
    [ENCLAVE_OK] = {"ok", TB_CODE_IO},
    [ENCLAVE_LOCKED] = {"locked", TB_CODE_DENIED},
    [ENCLAVE_WRONG_PASSPHRASE] = {"wrong-passphrase", TB_CODE_DENIED},
    [ENCLAVE_WAIT] = {"wait", TB_CODE_DENIED},
    [ENCLAVE_DISMISSED] = {"dismissed", TB_CODE_DENIED},
    [ENCLAVE_NO_SUCH_KEY] = {"no-such-key", TB_CODE_NOT_FOUND},
    [ENCLAVE_NO_SECRET_KEY] = {"no-secret-key", TB_CODE_NOT_FOUND},
    [ENCLAVE_NO_SUCH_VALUE] = {"no-such-value", TB_CODE_NOT_FOUND},
    [ENCLAVE_NO_TICKET] = {"no-ticket", TB_CODE_NOT_FOUND},
    [ENCLAVE_NOT_OPENPGP] = {"not-openpgp", TB_CODE_INVALID_ARGS},
    [ENCLAVE_TRUNCATED] = {"truncated", TB_CODE_INVALID_ARGS},
    [ENCLAVE_CORRUPT] = {"corrupt", TB_CODE_INVALID_ARGS},
    [ENCLAVE_BAD_KEY] = {"bad-key", TB_CODE_INVALID_ARGS},
    [ENCLAVE_KEY_EXISTS] = {"key-exists", TB_CODE_INVALID_ARGS},
    [ENCLAVE_EXPIRED_KEY] = {"expired-key", TB_CODE_INVALID_ARGS},
    [ENCLAVE_REVOKED_KEY] = {"revoked-key", TB_CODE_INVALID_ARGS},
    [ENCLAVE_NOT_FOR_US] = {"not-for-us", TB_CODE_INVALID_ARGS},
    [ENCLAVE_UNSIGNED] = {"unsigned", TB_CODE_INVALID_ARGS},
    [ENCLAVE_UNSUPPORTED] = {"unsupported", TB_CODE_INVALID_ARGS},
    [ENCLAVE_CANNOT_ENCRYPT] = {"cannot-encrypt", TB_CODE_INVALID_ARGS},
    [ENCLAVE_CANNOT_SIGN] = {"cannot-sign", TB_CODE_INVALID_ARGS},
    [ENCLAVE_BAD_ARGUMENT] = {"bad-argument", TB_CODE_INVALID_ARGS},
    [ENCLAVE_TOO_LARGE] = {"too-large", TB_CODE_TOO_LARGE},
    [ENCLAVE_BOMB] = {"bomb", TB_CODE_TOO_LARGE},
    [ENCLAVE_KEYSTORE_DAMAGED] = {"keystore-damaged", TB_CODE_IO},
    [ENCLAVE_KEYSTORE_IO] = {"keystore-io", TB_CODE_IO},
    [ENCLAVE_NO_MEMORY] = {"no-memory", TB_CODE_IO},
    [ENCLAVE_SCOPE] = {"scope", TB_CODE_SCOPE},
};

const char *enclave_reason_word(enum enclave_reason reason)
{
    tb_assert(reason < ENCLAVE_N_REASONS);
    return reasons[reason].word;
}

enum tb_code enclave_reason_code(enum enclave_reason reason)
{
    tb_assert(reason < ENCLAVE_N_REASONS);
    return reasons[reason].code;
}

bool enclave_fail(struct enclave_failure *ret_failure, enum enclave_reason reason,
                  const char *format, ...)
{
    va_list values;
    va_start(values, format);
    ret_failure->reason = reason;
    (void)vsnprintf(ret_failure->text, sizeof ret_failure->text, format, values);
    va_end(values);
    return false;
}

void enclave_reply_failure(struct tb_call *call, const struct enclave_failure *failure)
{
    tb_reply_note(call, "%s: %s", enclave_reason_word(failure->reason), failure->text);
    tb_reply_error(call, enclave_reason_code(failure->reason), 0, "%s: %s",
                   enclave_reason_word(failure->reason), failure->text);
}

void enclave_stream_failure(struct tb_stream *stream, const struct enclave_failure *failure)
{
    tb_stream_note(stream, "%s: %s", enclave_reason_word(failure->reason), failure->text);
    (void)tb_stream_end_error(stream, enclave_reason_code(failure->reason), 0, "%s: %s",
                              enclave_reason_word(failure->reason), failure->text);
}
