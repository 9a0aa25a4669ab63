/* policy.test.toml, as it is. What is taken has to come out as msgpack that its reader takes. */
#include "base/result.h"
#include "policy/compiler/cases/cases.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "tests/fuzz/fuzz.h"

static void check_answer(const struct tb_policy *policy, const struct tb_value *cases)
{
    static const struct tb_scan_limits limits = {TB_MSGPACK_DEPTH, 1 << 20, 65536};
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    const struct tb_compiled compiled = {.n_commands = 0};
    const msgpack_object *root;
    tb_buffer_init(&out, TB_CASES_OUT_MAX);
    tb_assert(tb_cases_write(policy, &compiled, cases, &out));
    tb_assert(tb_unpacker_init(&unpacker, &limits) == 0);
    tb_assert(tb_unpack(&unpacker, &limits, tb_buffer_bytes(&out), &root) == TB_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_arena arena = {0};
    struct tb_report report = {.arena = &arena, .silent = true};
    const struct tb_policy policy = {.arena = &arena, .report = &report};
    const struct tb_value *cases = tb_cases_of(&report, tb_bytes_of(data, size));
    tb_assert((cases != NULL) == (report.n_errors == 0));
    check_answer(&policy, cases);
    tb_arena_deinit(&arena);
    return 0;
}
