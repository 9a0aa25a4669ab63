/* Rules and schemas from the text of a manifest to what they say of arguments, by way of the
 * msgpack that a grant holds. */
#pragma once

#include "base/result.h"
#include "policy/compiler/data/value_pack.h"
#include "policy/compiler/filter/filter.h"
#include "proto/limits.h"
#include "tests/unit/test.h"

enum { BENCH_RULES_MAX = 300, BENCH_TEXT_MAX = 4096 };

struct filter_bench {
    struct tb_arena arena;
    struct tb_report report;
    struct tb_vars vars;
    struct tb_buffer compiled;
    struct tb_unpacker grant; /* what the rules and the schema live in */
    struct tb_unpacker call;  /* what args live in */
    struct tb_buffer call_text;
    struct tb_filter_rule rules[BENCH_RULES_MAX];
    uint32_t indexes[BENCH_RULES_MAX];
    size_t n_rules;
    struct tb_rule_source sources[BENCH_RULES_MAX];
    struct tb_filter_schema schema;
    struct tb_filter_verdict verdict;
    char said[BENCH_TEXT_MAX];
};

static inline struct filter_bench *bench_new(void)
{
    struct filter_bench *bench = calloc(1, sizeof *bench);
    CHECK(bench);
    bench->report = (struct tb_report){.arena = &bench->arena, .silent = true};
    struct tb_user user = {.home = tb_bytes_of_string("/home/u")};
    struct tb_user complete = tb_user_complete(&bench->arena, &user);
    bench->vars = tb_vars_of(&bench->arena, &complete, (struct tb_bytes){0},
                             tb_bytes_of_string("com.x.y"), tb_bytes_of_string("/app"));
    tb_buffer_init(&bench->compiled, TB_GRANT_MAX);
    tb_buffer_init(&bench->call_text, TB_GRANT_MAX);
    CHECK(tb_unpacker_init(&bench->grant, &tb_scan_grant) == 0);
    CHECK(tb_unpacker_init(&bench->call, &tb_scan_grant) == 0);
    return bench;
}

static inline void bench_free(struct filter_bench *bench)
{
    tb_unpacker_deinit(&bench->grant);
    tb_unpacker_deinit(&bench->call);
    tb_buffer_deinit(&bench->compiled);
    tb_buffer_deinit(&bench->call_text);
    tb_arena_deinit(&bench->arena);
    free(bench);
}

static inline const struct tb_value *bench_toml(struct filter_bench *bench, const char *toml)
{
    const struct tb_value *root =
        tb_value_read(&bench->report, TB_FORMAT_TOML, "trollbridge.toml", tb_bytes_of_string(toml));
    CHECK(root);
    return root;
}

/* Every table of the file's one list. False: one of them is wrong; the report has it. */
static inline bool bench_compile_rules(struct filter_bench *bench, const char *toml)
{
    struct tb_packer packer;
    const struct tb_value *list = bench_toml(bench, toml)->child;
    CHECK(list && list->type == TB_VALUE_LIST && list->n <= BENCH_RULES_MAX);
    bench->n_rules = 0;
    tb_buffer_consume(&bench->compiled, tb_buffer_n(&bench->compiled));
    tb_packer_init(&packer, &bench->compiled);
    tb_pack_array(&packer, list->n);
    bool ok = true;
    for (const struct tb_value *table = list->child; table; table = table->next) {
        struct tb_rule_source *source = &bench->sources[bench->n_rules++];
        ok = tb_rule_compile(&bench->report, &bench->vars, table, source) && ok;
        CHECK(!ok || tb_buffer_append(&bench->compiled, source->compiled));
    }
    CHECK(ok == (bench->report.n_errors == 0));
    return ok;
}

static inline void bench_rules(struct filter_bench *bench, const char *toml)
{
    const msgpack_object *array;
    bool ok = bench_compile_rules(bench, toml);
    for (size_t i = 0; i < bench->report.n_findings; i++)
        fprintf(stderr, "%s\n", bench->report.findings[i].message);
    CHECK(ok);
    CHECK_INT(tb_unpack(&bench->grant, &tb_scan_grant, tb_buffer_bytes(&bench->compiled), &array),
              TB_OK);
    CHECK(array->type == MSGPACK_OBJECT_ARRAY && array->via.array.size == bench->n_rules);
    for (uint32_t i = 0; i < bench->n_rules; i++) {
        bench->indexes[i] = i;
        CHECK_INT(
            tb_filter_rule_read(&array->via.array.ptr[i], &bench->grant.zone, &bench->rules[i]),
            TB_OK);
    }
}

/* The `schema` of the file. */
static inline bool bench_compile_schema(struct filter_bench *bench, const char *toml)
{
    struct tb_bytes compiled;
    const struct tb_value *map = bench_toml(bench, toml)->child;
    CHECK(map && tb_bytes_are(map->key, "schema"));
    bool ok = tb_schema_compile(&bench->report, map, &compiled);
    CHECK(ok == (bench->report.n_errors == 0));
    if (!ok)
        return false;
    tb_buffer_consume(&bench->compiled, tb_buffer_n(&bench->compiled));
    CHECK(tb_buffer_append(&bench->compiled, compiled));
    return true;
}

static inline void bench_schema(struct filter_bench *bench, const char *toml)
{
    const msgpack_object *map;
    bool ok = bench_compile_schema(bench, toml);
    for (size_t i = 0; i < bench->report.n_findings; i++)
        fprintf(stderr, "%s\n", bench->report.findings[i].message);
    CHECK(ok);
    CHECK_INT(tb_unpack(&bench->grant, &tb_scan_grant, tb_buffer_bytes(&bench->compiled), &map),
              TB_OK);
    CHECK_INT(tb_filter_schema_read(map, &bench->grant.zone, &bench->schema), TB_OK);
}

/* What the only finding of that kind says; NULL if there is none, or there are several. */
static inline const char *bench_finding(const struct filter_bench *bench, bool error)
{
    const char *message = NULL;
    for (size_t i = 0; i < bench->report.n_findings; i++) {
        if (bench->report.findings[i].error != error)
            continue;
        if (message)
            return NULL;
        message = bench->report.findings[i].message;
    }
    return message;
}

/* Args from msgpack. */
static inline const msgpack_object *bench_unpack(struct filter_bench *bench)
{
    const msgpack_object *args;
    CHECK_INT(tb_unpack(&bench->call, &tb_scan_grant, tb_buffer_bytes(&bench->call_text), &args),
              TB_OK);
    return args;
}

static inline const msgpack_object *bench_args(struct filter_bench *bench, const char *json)
{
    struct tb_packer packer;
    const struct tb_value *value =
        tb_value_read(&bench->report, TB_FORMAT_JSON, "args.json", tb_bytes_of_string(json));
    CHECK(value);
    tb_buffer_consume(&bench->call_text, tb_buffer_n(&bench->call_text));
    tb_packer_init(&packer, &bench->call_text);
    tb_value_pack(&packer, value);
    return bench_unpack(bench);
}

/* The rewritten args as text. */
static inline void bench_show(struct filter_bench *bench, struct tb_buffer *out)
{
    struct tb_unpacker unpacker;
    const msgpack_object *args;
    CHECK(tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
    CHECK_INT(tb_unpack(&unpacker, &tb_scan_peer, tb_buffer_bytes(out), &args), TB_OK);
    size_t n = strlen(bench->said);
    msgpack_object_print_buffer(bench->said + n, sizeof bench->said - n, *args);
    tb_unpacker_deinit(&unpacker);
}

static inline void bench_say(struct filter_bench *bench, const char *text)
{
    size_t n = strlen(bench->said);
    (void)snprintf(bench->said + n, sizeof bench->said - n, "%s", text);
}

/* "allow", "rewrite ARGS" or "deny REASON"; before it "alert " for each, and behind it " ask". */
static inline const char *bench_apply(struct filter_bench *bench, const msgpack_object *args)
{
    struct tb_filter_verdict *verdict = &bench->verdict;
    struct tb_buffer out;
    tb_buffer_init(&out, TB_FRAME_MAX);
    CHECK_INT(tb_filter_apply(bench->rules, bench->indexes, bench->n_rules, args, &out, verdict),
              TB_OK);
    CHECK((tb_buffer_n(&out) > 0) == (verdict->verdict == TB_REWRITE));
    CHECK(!verdict->too_large || verdict->verdict == TB_DENY);
    bench->said[0] = 0;
    for (size_t i = 0; i < verdict->n_alerts; i++)
        bench_say(bench, "alert ");
    if (verdict->verdict == TB_REWRITE) {
        bench_say(bench, "rewrite ");
        bench_show(bench, &out);
    } else if (verdict->verdict == TB_ALLOW) {
        bench_say(bench, "allow");
    } else {
        bench_say(bench, verdict->too_large ? "too large" : "deny ");
        if (!verdict->too_large)
            bench_say(bench, tb_arena_string(&bench->arena, verdict->reason));
    }
    if (verdict->ask)
        bench_say(bench, " ask");
    tb_buffer_deinit(&out);
    return bench->said;
}

static inline const char *bench_run(struct filter_bench *bench, const char *json)
{
    return bench_apply(bench, bench_args(bench, json));
}

/* "ok", or what the check says. */
static inline const char *bench_check(struct filter_bench *bench, const char *json, uint64_t n_raw)
{
    int r = tb_filter_schema_check(&bench->schema, bench_args(bench, json), n_raw, bench->said);
    CHECK(r == TB_OK || r == TB_DENIED || r == TB_TOO_LARGE);
    return r == TB_OK ? "ok" : bench->said;
}
