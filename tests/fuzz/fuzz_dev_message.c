/* What a page says, whatever it is; and the same as lines of standard error, of which a message to
 * the page is made. */
#include "base/result.h"
#include "dev/errors.h"
#include "dev/message.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>

static struct dev_errors errors;

static void pass_over(void *data, struct tb_bytes untrusted_line)
{
    (void)data, (void)untrusted_line;
}

static void check_heard(struct tb_bytes text)
{
    struct dev_heard heard;
    int r = dev_message_read(text, &heard);
    tb_assert(r == TB_OK || r == TB_MALFORMED || (r == TB_TOO_LARGE && text.n > DEV_HEARD_MAX));
    tb_assert(r != TB_OK || heard.type == DEV_HEARD_PANEL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct tb_buffer out;
    check_heard(tb_bytes_of(data, n));
    dev_errors_init(&errors, pass_over, NULL);
    dev_errors_add(&errors, tb_bytes_of(data, n));
    dev_errors_end(&errors);
    tb_buffer_init(&out, 2 * DEV_JSON_MAX);
    tb_assert(dev_message_errors(&out, errors.list, errors.n_list, errors.n_more) == 0);
    struct tb_bytes text = tb_buffer_bytes(&out);
    json_t *root = json_loadb((const char *)text.data, text.n, JSON_REJECT_DUPLICATES, NULL);
    size_t n_list = json_array_size(json_object_get(root, "list"));
    tb_assert(text.n <= DEV_JSON_MAX && root);
    tb_assert(n_list >= (errors.n_list > 0) && n_list <= errors.n_list + 1);
    json_decref(root);
    tb_buffer_deinit(&out);
    return 0;
}
