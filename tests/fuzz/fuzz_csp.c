/*
 * A content security policy as a manifest may have it. What is written is one header of one policy;
 * read again it is a policy whose lists the first reading did not widen: whoever allowed nothing
 * still does.
 */
#include "base/result.h"
#include "frontend/csp.h"

#define NONCE "abcdefghijklmnopqrstuvwx"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int write_policy(struct tb_bytes policy, const struct tb_csp_host *host,
                        struct tb_buffer *out)
{
    static struct tb_csp_document document;
    document.scripts.n = document.styles.n = 2;
    return tb_csp_write(policy, NONCE, &document, host, out);
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

/* A policy that can be written can be with what a host adds, which is in it whatever the policy is.
 */
static void check_host(struct tb_bytes policy)
{
    static const struct tb_csp_host host = {"xwvutsrqponmlkjihgfedcba", "http://h/w", "ws://h/l"};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    tb_buffer_init(&out, TB_CSP_MAX);
    int r = write_policy(policy, &host, &out);
    tb_assert(r == TB_OK || r == TB_TOO_LARGE);
    if (r == TB_OK)
        tb_assert(
            memmem(tb_buffer_bytes(&out).data, tb_buffer_n(&out), host.nonce, strlen(host.nonce)));
}

/* It goes through the reader as it is: nothing but nonces and hashes is added a second time. */
static void check_again(struct tb_bytes text)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer again;
    tb_buffer_init(&again, TB_CSP_MAX);
    int r = write_policy(text, NULL, &again);
    tb_assert(r == TB_OK || r == TB_TOO_LARGE);
    if (r == TB_OK)
        tb_assert(tb_buffer_n(&again) >= text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_bytes policy = tb_bytes_of(data, n);
    tb_buffer_init(&out, TB_CSP_MAX);
    if (write_policy(policy, NULL, &out) != TB_OK)
        return 0;
    check_text(policy, tb_buffer_bytes(&out));
    check_again(tb_buffer_bytes(&out));
    check_host(policy);
    return 0;
}
