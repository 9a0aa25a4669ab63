/* Rules as a grant holds them, and the args that they are run on. Whatever comes out as rewritten
 * is what a plugin's reader takes; and a rule that denies without a condition denies. */
#include "policy/filter/rules.h"
#include "tests/fuzz/filter_input.h"
#include "tests/fuzz/fuzz.h"

enum { RULES_MAX = 64 };

/* In the message to the plugin args are one level down. */
static const struct tb_scan_limits args_of_call = {
    TB_MSGPACK_DEPTH - 1, TB_MSGPACK_NODES - TB_NODES_ADDED, TB_MSGPACK_KEY};

static void check_rewritten(struct tb_buffer *out)
{
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker;
    const msgpack_object *args;
    tb_assert(tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
    tb_assert(tb_unpack(&unpacker, &args_of_call, tb_buffer_bytes(out), &args) == TB_OK);
    tb_assert(args->type == MSGPACK_OBJECT_MAP);
}

static bool denies_always(const struct tb_filter_rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (rules[i].then == TB_THEN_DENY && rules[i].n_conditions == 0)
            return true;
    return false;
}

static void run(const struct tb_filter_rule *rules, size_t n, const msgpack_object *args)
{
    struct tb_filter_verdict verdict;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    uint32_t indexes[RULES_MAX];
    for (uint32_t i = 0; i < n; i++)
        indexes[i] = i;
    tb_buffer_init(&out, TB_FRAME_MAX);
    tb_assert(tb_filter_apply(rules, indexes, n, args, &out, &verdict) == TB_OK);
    tb_assert((tb_buffer_n(&out) > 0) == (verdict.verdict == TB_REWRITE));
    tb_assert((verdict.verdict == TB_ALLOW) == (verdict.rule == NULL));
    tb_assert(verdict.verdict == TB_DENY || !denies_always(rules, n));
    if (verdict.verdict == TB_REWRITE)
        check_rewritten(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tb_cleanup(filter_input_deinit) struct filter_input input = {0};
    struct tb_filter_rule rules[RULES_MAX];
    if (!filter_input_read(&input, data, size) || input.args->type != MSGPACK_OBJECT_MAP ||
        input.filter->type != MSGPACK_OBJECT_ARRAY || input.filter->via.array.size > RULES_MAX)
        return 0;
    uint32_t n = input.filter->via.array.size;
    for (uint32_t i = 0; i < n; i++) {
        int r = tb_filter_rule_read(&input.filter->via.array.ptr[i], &input.grant.zone, &rules[i]);
        tb_assert(r == TB_OK || r == TB_MALFORMED);
        if (r != TB_OK)
            return 0;
    }
    run(rules, n, input.args);
    return 0;
}
