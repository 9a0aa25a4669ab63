/*
 * Says what our regular expressions match, for a comparison with another engine. Input: u32 number
 * of texts, the expression, the texts, each with its u32 length, again and again. Output: one line
 * each: `error` and why, or a digit for each text, 1 for a match.
 */
#include "base/result.h"
#include "base/wire.h"
#include "policy/compiler/filter/regex.h"
#include "proto/limits.h"

#include <stdio.h>
#include <stdlib.h>

static bool read_u32(uint32_t *ret_v)
{
    uint8_t bytes[4];
    if (fread(bytes, 1, sizeof bytes, stdin) != sizeof bytes)
        return false;
    *ret_v = tb_load_u32(bytes);
    return true;
}

static struct tb_bytes read_text(struct tb_arena *arena)
{
    uint32_t n;
    tb_assert(read_u32(&n) && n < 1024 * 1024);
    uint8_t *text = tb_arena_get(arena, n + 1u, 1);
    tb_assert(fread(text, 1, n, stdin) == n);
    return tb_bytes_of(text, n);
}

/* By way of the msgpack, as the broker has it. */
static struct tb_dfa dfa_of(struct tb_unpacker *unpacker, struct tb_buffer *buffer,
                            const struct tb_regex *regex)
{
    struct tb_packer packer;
    const msgpack_object *object;
    struct tb_dfa dfa;
    tb_buffer_consume(buffer, tb_buffer_n(buffer));
    tb_packer_init(&packer, buffer);
    tb_regex_pack(&packer, regex);
    tb_assert(!packer.failed &&
              tb_unpack(unpacker, &tb_scan_grant, tb_buffer_bytes(buffer), &object) == TB_OK);
    tb_assert(tb_dfa_read(object, &dfa) == TB_OK);
    return dfa;
}

static void match_all(struct tb_arena *arena, struct tb_unpacker *unpacker,
                      struct tb_buffer *buffer, uint32_t n)
{
    struct tb_regex regex;
    struct tb_dfa dfa = {0};
    const char *wrong = tb_regex_compile(arena, read_text(arena), &regex);
    if (wrong)
        printf("error %s", wrong);
    else
        dfa = dfa_of(unpacker, buffer, &regex);
    for (uint32_t i = 0; i < n; i++) {
        struct tb_filter_cost cost = tb_filter_cost_new();
        struct tb_bytes text = read_text(arena);
        if (!wrong)
            putchar(tb_dfa_matches(&dfa, text, &cost) ? '1' : '0');
    }
    putchar('\n');
}

int main(void)
{
    struct tb_unpacker unpacker;
    struct tb_buffer buffer;
    uint32_t n;
    tb_buffer_init(&buffer, TB_GRANT_MAX);
    tb_assert(tb_unpacker_init(&unpacker, &tb_scan_grant) == 0);
    while (read_u32(&n)) {
        tb_cleanup(tb_arena_deinit) struct tb_arena arena = {0};
        match_all(&arena, &unpacker, &buffer, n);
    }
    tb_unpacker_deinit(&unpacker);
    tb_buffer_deinit(&buffer);
    return 0;
}
