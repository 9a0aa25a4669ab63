/*
 * A page and the manifest's rules and schemas, both as the input says. Whatever rules the grant's
 * reader lets through and whatever args come: the broker's books balance, every call is answered
 * once or is at the plugin, and what the plugin gets is what the schema takes.
 */
#include "base/result.h"
#include "proto/plugin.h"
#include "proto/plugin_stream.h"
#include "tests/broker/bench.h"
#include "tests/fuzz/chance.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

#include <sodium.h>

enum { CALLS_MOST = 32, RULES_MOST = 8, DEPTH_MOST = 5 };

static struct bench bench;
static struct bench_filters filters;

/* ---- values ---- */

static const char *const names[] = {"a", "b", "path", "0", "1", "options", "/", ""};
static const char *const texts[] = {"",           "a",           "$RESOURCE",  "/data/a",
                                    "/data/../b", "data//./x",   "%2e%2e/x",   "\xc3\xa9",
                                    "e\xcc\x81",  "/data/a\x01", "a/../../..", "/DATA/A"};

static const char *name(struct input *input)
{
    return names[input_u8(input) % TB_ARRAY_LEN(names)];
}

static void pack_text(struct tb_packer *packer, const char *text)
{
    tb_pack_str(packer, tb_bytes_of_string(text));
}

static void pack_number(struct tb_packer *packer, struct input *input)
{
    static const double doubles[] = {0.0, -0.0, 1.5, 1e300, -1e300, 9007199254740993.0};
    uint8_t choice = input_u8(input);
    switch (choice % 4) {
    case 0:
        tb_pack_uint(packer, choice / 4);
        break;
    case 1:
        tb_pack_uint(packer, UINT64_MAX - choice);
        break;
    case 2:
        tb_pack_int(packer, INT64_MIN + choice);
        break;
    default:
        tb_pack_double(packer, doubles[choice / 4 % TB_ARRAY_LEN(doubles)]);
        break;
    }
}

static void pack_value(struct tb_packer *packer, struct input *input, unsigned depth);

/* Names rise, and so are distinct. */
static void pack_map(struct tb_packer *packer, struct input *input, unsigned depth)
{
    uint8_t which = input_u8(input);
    size_t n = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++)
        n += which >> i & 1;
    tb_pack_map(packer, n);
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++) {
        if ((which >> i & 1) == 0)
            continue;
        pack_text(packer, names[i]);
        pack_value(packer, input, depth + 1);
    }
}

static void pack_array(struct tb_packer *packer, struct input *input, unsigned depth)
{
    size_t n = input_u8(input) % 8;
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        pack_value(packer, input, depth + 1);
}

static void pack_value(struct tb_packer *packer, struct input *input, unsigned depth)
{
    uint8_t choice = input_u8(input);
    unsigned kind = choice % 8;
    if (depth > DEPTH_MOST && kind > 5)
        kind = 1;
    switch (kind) {
    case 0:
        tb_pack_nil(packer);
        break;
    case 1:
        pack_text(packer, texts[choice / 8 % TB_ARRAY_LEN(texts)]);
        break;
    case 2:
        tb_pack_str(packer, tb_bytes_of("\x7f~\0 a", choice / 8 % 6));
        break;
    case 3:
        tb_pack_bin(packer, input_bytes(input));
        break;
    case 4:
        tb_pack_bool(packer, choice & 8);
        break;
    case 5:
        pack_number(packer, input);
        break;
    case 6:
        pack_array(packer, input, depth);
        break;
    default:
        pack_map(packer, input, depth);
        break;
    }
}

/* ---- rules ---- */

static void pack_pointer(struct tb_packer *packer, struct input *input, unsigned least, bool any)
{
    unsigned n = least + input_u8(input) % 4;
    tb_pack_array(packer, n);
    for (unsigned i = 0; i < n; i++) {
        if (any && input_u8(input) % 4 == 0)
            tb_pack_nil(packer);
        else
            pack_text(packer, name(input));
    }
}

/* Texts without the byte of the input's choice; or, of the other kind, with it as the last one. */
static void pack_dfa(struct tb_packer *packer, struct input *input)
{
    uint8_t classes[256] = {0};
    static const uint8_t tables[2][12] = {{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
                                          {0, 0, 0, 0, 1, 0, 2, 0, 1, 0, 2, 0}};
    uint8_t kind = input_u8(input) % 2;
    classes[input_u8(input)] = 1;
    tb_pack_map(packer, 5);
    tb_pack_key(packer, "classes");
    tb_pack_bin(packer, tb_bytes_of(classes, sizeof classes));
    tb_pack_key_uint(packer, "n_classes", 2);
    tb_pack_key_uint(packer, "start", 1);
    tb_pack_key_uint(packer, "accept", 1 + kind);
    tb_pack_key(packer, "table");
    tb_pack_bin(packer, tb_bytes_of(tables[kind], kind ? 12 : 8));
}

static void pack_folders(struct tb_packer *packer, struct input *input)
{
    bool relative = input_u8(input) % 2;
    tb_pack_key(packer, "folders");
    tb_pack_array(packer, 1);
    tb_pack_map(packer, 2u + relative);
    tb_pack_key_text(packer, "path", "/data");
    if (relative)
        tb_pack_key_text(packer, "relative", "data");
    tb_pack_key(packer, "bases");
    tb_pack_array(packer, 0);
}

static void pack_condition(struct tb_packer *packer, struct input *input)
{
    static const char *const ops[] = {"equals", "one_of", "regex",  "length",
                                      "range",  "inside", "exists", "type"};
    unsigned op = input_u8(input) % TB_ARRAY_LEN(ops);
    tb_pack_map(packer, op == 6 ? 3 : 4);
    tb_pack_key_text(packer, "op", ops[op]);
    tb_pack_key_bool(packer, "not", input_u8(input) % 2);
    tb_pack_key(packer, "path");
    pack_pointer(packer, input, 0, true);
    if (op < 2 || op == 7)
        tb_pack_key(packer, "value");
    if (op == 0)
        pack_value(packer, input, 0);
    else if (op == 1)
        pack_array(packer, input, 0);
    else if (op == 7)
        tb_pack_uint(packer, input_u8(input));
    if (op == 2) {
        tb_pack_key(packer, "dfa");
        pack_dfa(packer, input);
    } else if (op == 3 || op == 4) {
        tb_pack_key(packer, input_u8(input) % 2 ? "min" : "max");
        pack_number(packer, input);
    } else if (op == 5) {
        pack_folders(packer, input);
    }
}

static void pack_edits(struct tb_packer *packer, struct input *input)
{
    tb_pack_key(packer, "set");
    tb_pack_array(packer, 1);
    tb_pack_array(packer, 2);
    pack_pointer(packer, input, 1, true);
    pack_value(packer, input, 0);
    tb_pack_key(packer, "drop");
    tb_pack_array(packer, 1);
    pack_pointer(packer, input, 1, true);
    tb_pack_key(packer, "clamp");
    tb_pack_array(packer, 1);
    tb_pack_array(packer, 3);
    pack_pointer(packer, input, 1, true);
    tb_pack_int(packer, -3);
    tb_pack_int(packer, 3);
}

static void pack_rule(struct tb_packer *packer, struct input *input, uint32_t line)
{
    static const char *const thens[] = {"rewrite", "deny", "alert", "ask"};
    unsigned then = input_u8(input) % TB_ARRAY_LEN(thens);
    unsigned n = input_u8(input) % 3;
    tb_pack_map(packer, then == 0 ? 7 : 4);
    tb_pack_key_text(packer, "file", "trollbridge.toml");
    tb_pack_key_uint(packer, "line", line);
    tb_pack_key_text(packer, "then", thens[then]);
    tb_pack_key(packer, "when");
    tb_pack_array(packer, n);
    for (unsigned i = 0; i < n; i++)
        pack_condition(packer, input);
    if (then == 0)
        pack_edits(packer, input);
}

/* ---- a schema ---- */

static void pack_field(struct tb_packer *packer, struct input *input, unsigned depth)
{
    static const uint32_t types[] = {1, 2, 4, 8, 16, 32, 64, 128, 255, 65, 34, 3};
    uint8_t choice = input_u8(input);
    bool items = depth < 3 && (choice & 64);
    bool pattern = choice & 128;
    tb_pack_map(packer, 3u + items + pattern);
    tb_pack_key_uint(packer, "types", types[input_u8(input) % TB_ARRAY_LEN(types)]);
    tb_pack_key_bool(packer, "required", choice & 1);
    tb_pack_key_bool(packer, "more", choice & 2);
    if (pattern) {
        tb_pack_key(packer, "pattern");
        pack_dfa(packer, input);
    }
    if (items) {
        tb_pack_key(packer, "items");
        pack_field(packer, input, depth + 1);
    }
}

static void pack_schema(struct tb_packer *packer, struct input *input)
{
    tb_pack_map(packer, 5);
    tb_pack_key_text(packer, "file", "trollbridge.toml");
    tb_pack_key_uint(packer, "line", 7);
    tb_pack_key(packer, "args");
    tb_pack_map(packer, 2);
    tb_pack_key(packer, "a");
    pack_field(packer, input, 0);
    tb_pack_key(packer, "path");
    pack_field(packer, input, 0);
    tb_pack_key_bool(packer, "more", input_u8(input) % 4 != 0);
    tb_pack_key_uint(packer, "raw_max", input_u8(input));
}

/* ---- the call ---- */

/* The plugin's own reading of what it was sent, judged once more. */
static void check_call(const msgpack_object *root)
{
    char where[TB_SCHEMA_WHERE_MAX];
    const struct tb_session *session = bench_session(&bench);
    const struct tb_filter_schema *schema = session ? session->commands[0].granted->schema : NULL;
    const msgpack_object *args = NULL;
    for (uint32_t i = 0; i < root->via.map.size; i++)
        if (tb_bytes_are(tb_object_bytes(&root->via.map.ptr[i].key), "args"))
            args = &root->via.map.ptr[i].val;
    tb_assert(args && args->type == MSGPACK_OBJECT_MAP);
    tb_assert(!schema || tb_filter_schema_check(schema, args, 0, where) == TB_OK);
}

static void check_plugin(void)
{
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    struct tb_plaintext plaintext;
    const msgpack_object *root;
    size_t size;
    tb_assert(tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
    while (tb_frame_parse(TB_SIDE_PLUGIN, tb_buffer_bytes(&bench.to_plugin), &frame, &size) ==
           TB_OK) {
        tb_assert(tb_plugin_unpack(&unpacker, frame.body, &plaintext, &root) == TB_OK);
        if (frame.kind == TB_PLUGIN_CALL)
            check_call(root);
        tb_buffer_consume(&bench.to_plugin, size);
    }
    tb_unpacker_deinit(&unpacker);
}

static void answer_all(void)
{
    struct tb_session *session = bench_session(&bench);
    for (uint32_t i = 0; session && i < TB_SESSION_CALLS; i++)
        if (session->calls.slots[i].used && session->calls.slots[i].at_plugin)
            bench_plugin_answer(&bench, session->calls.slots[i].number);
}

static void call(struct input *input)
{
    struct tb_handle handle;
    struct tb_buffer text;
    struct tb_packer packer;
    if (!bench_issued(&bench, BENCH_ECHO, &handle))
        return;
    tb_buffer_init(&text, TB_FRAME_MAX);
    tb_packer_init(&packer, &text);
    tb_pack_map(&packer, 1);
    tb_pack_key(&packer, "args");
    pack_map(&packer, input, 0);
    tb_assert(!packer.failed);
    bench_send_sealed(&bench, TB_CALL, 0, &handle, 0, tb_buffer_bytes(&text), (struct tb_bytes){0});
    tb_buffer_deinit(&text);
    bench_check(&bench);
    check_plugin();
    answer_all();
    bench_check(&bench);
}

static void make_filters(struct input *input, struct tb_buffer *rules, struct tb_buffer *schema)
{
    struct tb_packer packer;
    filters.n_rules = input_u8(input) % RULES_MOST;
    tb_packer_init(&packer, rules);
    for (uint32_t i = 0; i < filters.n_rules; i++)
        pack_rule(&packer, input, i + 1);
    tb_assert(!packer.failed);
    tb_packer_init(&packer, schema);
    if (input_u8(input) % 2)
        pack_schema(&packer, input);
    tb_assert(!packer.failed);
    filters.rules = tb_buffer_bytes(rules);
    filters.schema = tb_buffer_bytes(schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t secret[TB_KEY_SIZE] = {1, 2, 3};
    static const struct bench_policy policy = {
        .commands = 7, .memory_mib = 64, .filters = &filters};
    struct input input = {data, size};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer rules;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer schema;
    chance_reset();
    tb_buffer_init(&rules, TB_GRANT_MAX);
    tb_buffer_init(&schema, TB_GRANT_MAX);
    make_filters(&input, &rules, &schema);
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_COMMANDS);
    bench_hello(&bench, secret);
    bench_reload(&bench, &policy);
    for (int i = 0; i < CALLS_MOST && input.n > 0 && bench_session(&bench); i++)
        call(&input);
    bench_deinit(&bench);
    return 0;
}
