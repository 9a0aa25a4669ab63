/*
 * A content security policy as a manifest may have it. What is written is one header of one policy;
 * read again it is a policy whose lists the first reading did not widen: whoever allowed nothing
 * still does.
 */
#include "base/result.h"
#include "frontend/csp.h"

#define NONCE "abcdefghijklmnopqrstuvwx"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int write_policy(struct tb_bytes policy, struct tb_buffer *out)
{
    static struct tb_csp_document document;
    document.scripts.n = document.styles.n = 2;
    return tb_csp_write(policy, NONCE, &document, out);
}

/* One line of one policy; a list that allows nothing was given nothing. */
static void check_text(struct tb_bytes policy, struct tb_bytes text)
{
    static const char widened[] = "; script-src 'none' 'nonce-" NONCE;
    tb_assert(text.n > 0 && !memchr(text.data, ',', text.n) && !memchr(text.data, '\n', text.n) &&
              !memchr(text.data, '\r', text.n));
    if (policy.n == 0 || !memmem(policy.data, policy.n, NONCE, strlen(NONCE)))
        tb_assert(!memmem(text.data, text.n, widened, sizeof widened - 1));
}

/* It goes through the reader as it is: nothing but nonces and hashes is added a second time. */
static void check_again(struct tb_bytes text)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer again;
    tb_buffer_init(&again, TB_CSP_MAX);
    int r = write_policy(text, &again);
    tb_assert(r == TB_OK || r == TB_TOO_LARGE);
    if (r == TB_OK)
        tb_assert(tb_buffer_n(&again) >= text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_bytes policy = tb_bytes_of(data, n);
    tb_buffer_init(&out, TB_CSP_MAX);
    if (write_policy(policy, &out) != TB_OK)
        return 0;
    check_text(policy, tb_buffer_bytes(&out));
    check_again(tb_buffer_bytes(&out));
    return 0;
}
