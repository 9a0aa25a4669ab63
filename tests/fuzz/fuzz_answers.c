/* The file of remembered answers: with its digest as it came, and with the right one, so that what
 * is behind it is reached. What is accepted keeps to its limits and is written as it was. */
#include "base/fd.h"
#include "base/result.h"
#include "proto/answers.h"
#include "tests/fuzz/fuzz.h"

#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { DIGEST_SIZE = 32 };

static int read_bytes(struct tb_bytes bytes, struct tb_answers *ret_answers)
{
    tb_fd fd = tb_fd_memory("answers");
    tb_assert(fd >= 0 && tb_fd_write_all(fd, bytes) == 0);
    return tb_answers_read(fd, ret_answers);
}

static void check(struct tb_bytes in)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    tb_cleanup(tb_bytes_free) uint8_t *again = NULL;
    size_t n;
    if (read_bytes(in, &answers) != TB_OK)
        return;
    tb_assert(answers.n <= TB_ANSWERS_MAX);
    for (size_t i = 0; i < answers.n; i++) {
        struct tb_remembered *entry = &answers.list[i];
        tb_assert(entry->answered == TB_ANSWER_ALWAYS || entry->answered == TB_ANSWER_NEVER);
        tb_assert(tb_answers_find(&answers, entry->key) == entry);
    }
    tb_assert(tb_answers_write(&answers, &again, &n) == 0);
    tb_assert(tb_bytes_equal(in, tb_bytes_of(again, n)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tb_cleanup(tb_bytes_free) uint8_t *copy = malloc(size + 1);
    check(tb_bytes_of(data, size));
    if (!copy || size < DIGEST_SIZE)
        return 0;
    memcpy(copy, data, size);
    crypto_generichash(copy + size - DIGEST_SIZE, DIGEST_SIZE, copy, size - DIGEST_SIZE, NULL, 0);
    check(tb_bytes_of(copy, size));
    return 0;
}
