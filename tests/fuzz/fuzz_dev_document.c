/*
 * A document of the dev bridge, whatever a developer or a tool has written: our script stands where
 * nothing of it can have run, once, and the rest is there as it was.
 */
#include "base/result.h"
#include "dev/document.h"
#include "dev/insert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct dev_script script = {
    .label = "main", .socket = "ws://h/l", .worker = "http://h/w", .ticket = "0011"};

/* In front of the place is nothing that a browser would run. */
static void check_place(struct tb_bytes text)
{
    size_t place = dev_insert_place(text);
    tb_assert(place <= text.n);
    if (place > 0)
        tb_assert(text.data[place - 1] == '>' && memmem(text.data, place, "!", 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer csp;
    struct tb_bytes text = tb_bytes_of(data, n);
    tb_buffer_init(&out, DEV_DOCUMENT_MAX);
    tb_buffer_init(&csp, TB_CSP_MAX);
    check_place(text);
    const struct dev_document document = {
        .text = text, .policy = "", .script = &script, .tells_nonce = true};
    if (dev_document_write(&document, &out, &csp) != TB_OK)
        return 0;
    size_t place = dev_insert_place(text);
    struct tb_bytes whole = tb_buffer_bytes(&out);
    tb_assert(whole.n > n && memcmp(whole.data, text.data ? text.data : whole.data, place) == 0);
    tb_assert(tb_bytes_begin(tb_bytes_of(whole.data + place, whole.n - place), "<script nonce="));
    return 0;
}
