/* What a plugin keeps open by ids, and the command that closes it. */
#include "base/result.h"
#include "tests/unit/sdk_link.h"

enum { MOST = 300 };

static int things[2 * MOST];
static int n_ended;

static void count_end(void *thing)
{
    CHECK((int *)thing >= things && (int *)thing < things + 2 * MOST);
    n_ended++;
}

static struct tb_ids *new_table(void)
{
    struct tb_ids *ids = tb_ids_new(&session, MOST, count_end);
    CHECK(ids);
    n_ended = 0;
    return ids;
}

static void ids_are_random_and_find_their_things(void)
{
    uint64_t id[MOST];
    sdk_start(0, 0);
    struct tb_ids *ids = new_table();
    for (int i = 0; i < MOST; i++) {
        id[i] = tb_ids_add(ids, &things[i]);
        CHECK_INT(id[i] >> 32, 7); /* what INIT said */
        CHECK(i == 0 || id[i] != id[i - 1] + 1);
    }
    CHECK_INT(tb_ids_add(ids, &things[MOST]), 0); /* there are too many */
    for (int i = 0; i < MOST; i += 2)
        CHECK(tb_ids_remove(ids, id[i]) == &things[i]);
    for (int i = 0; i < MOST; i++)
        CHECK(tb_ids_find(ids, id[i]) == (i % 2 ? &things[i] : NULL));
    CHECK(!tb_ids_remove(ids, id[0]) && !tb_ids_find(ids, 0) && !tb_ids_remove(ids, 0));
    CHECK(tb_ids_add(ids, &things[0]) != 0);
    CHECK_INT(n_ended, 0);
    sdk_stop();
    CHECK_INT(n_ended, MOST / 2 + 1);
}

/* Against a plain list, over many turns: what is removed leaves no hole that hides another. */
static void a_table_is_a_table_after_many_changes(void)
{
    uint64_t id[MOST] = {0};
    unsigned seed = 1;
    sdk_start(0, 0);
    struct tb_ids *ids = new_table();
    for (int round = 0; round < 20000; round++) {
        seed = seed * 1103515245u + 12345u;
        unsigned i = seed / 65536u % MOST;
        if (id[i] != 0)
            CHECK(tb_ids_remove(ids, id[i]) == &things[i]);
        id[i] = id[i] != 0 ? 0 : tb_ids_add(ids, &things[i]);
    }
    for (int i = 0; i < MOST; i++)
        CHECK(id[i] == 0 || tb_ids_find(ids, id[i]) == &things[i]);
    sdk_stop();
}

static struct tb_ids *table;
static uint64_t wanted;

static void pack_rid(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key_uint(packer, "rid", wanted);
}

static void read_rid(struct tb_call *call)
{
    void *thing = NULL;
    if (!tb_arg_id(call, call->args, "rid", table, &thing))
        return;
    tb_pack_uint(tb_reply_value(call), (uint64_t)((int *)thing - things));
}

static void a_reader_knows_ids(void)
{
    sdk_start(0, 0);
    table = new_table();
    sdk_args = pack_rid;
    wanted = tb_ids_add(table, &things[3]);
    CHECK_INT(sdk_uint(sdk_call(read_rid, SDK_NO_RAW), "value"), 3);
    wanted ^= 1;
    CHECK(sdk_is_error(sdk_call(read_rid, SDK_NO_RAW), "not_found", "rid: there is no such id"));
    sdk_stop();
}

static struct sdk_frame close_wanted(void)
{
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_CLOSE, "args", 0, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    return sdk_take(TB_PLUGIN_REPLY);
}

static void the_page_closes_by_id(void)
{
    sdk_start(0, 0);
    struct tb_ids *first = new_table();
    struct tb_ids *second = new_table();
    sdk_args = pack_rid;
    wanted = tb_ids_add(first, &things[0]);
    uint64_t other = tb_ids_add(second, &things[1]);
    CHECK(sdk_has(close_wanted(), "value"));
    CHECK_INT(n_ended, 1);
    CHECK(sdk_is_error(close_wanted(), "not_found", "rid: there is no such id"));
    wanted = other;
    CHECK(sdk_has(close_wanted(), "value"));
    CHECK_INT(n_ended, 2);
    sdk_args = NULL;
    CHECK(sdk_is_error(close_wanted(), "invalid_args",
                       "rid: expected a whole number of 0 or more, got nothing"));
    sdk_stop();
    CHECK_INT(n_ended, 2);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(ids_are_random_and_find_their_things),
        TEST(a_table_is_a_table_after_many_changes),
        TEST(a_reader_knows_ids),
        TEST(the_page_closes_by_id),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
