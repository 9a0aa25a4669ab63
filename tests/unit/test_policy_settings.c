#include "base/fd.h"
#include "base/result.h"
#include "policy/settings.h"
#include "tests/unit/test.h"

struct seed {
    uint64_t version;
    const char *resource;
    const char *violations;
    const char *mode;
    const char *file;
    const char *args;
    size_t n_require;
    const char *hook_file;
    const char *hook;
    const char *answers;
    const char *states;
};

static const struct seed good = {
    1, "/apps/notes",  "exit", "behind",         "/state/a.jsonl",    "none",
    2, "isolation.js", "text", "/state/answers", "/state/trollbridge"};

static void text(struct tb_packer *packer, const char *key, const char *value)
{
    tb_pack_key(packer, key);
    tb_pack_str(packer, tb_bytes_of_string(value));
}

static void pack(struct tb_packer *packer, const struct seed *seed)
{
    static const uint8_t digest[TB_DIGEST_SIZE] = {9};
    tb_pack_map(packer, 12);
    tb_pack_key(packer, "v");
    tb_pack_uint(packer, seed->version);
    text(packer, "app", "com.example.notes");
    tb_pack_key(packer, "digest");
    tb_pack_bin(packer, tb_bytes_of(digest, sizeof digest));
    text(packer, "resource", seed->resource);
    tb_pack_key(packer, "require");
    tb_pack_array(packer, seed->n_require);
    for (size_t i = 0; i < seed->n_require; i++)
        tb_pack_str(packer, tb_bytes_of_string("landlock"));
    text(packer, "violations", seed->violations);
    tb_pack_key(packer, "audit");
    tb_pack_map(packer, 3);
    text(packer, "mode", seed->mode);
    text(packer, "file", seed->file);
    text(packer, "args", seed->args);
    text(packer, "answers", seed->answers);
    text(packer, "states", seed->states);
    text(packer, "hook_file", seed->hook_file);
    tb_pack_key(packer, "hook");
    tb_pack_bin(packer, tb_bytes_of_string(seed->hook));
    tb_pack_key(packer, "facts");
    tb_pack_bin(packer, tb_bytes_of_string("facts"));
}

static int read_bytes(struct tb_bytes bytes, struct tb_settings *ret_settings)
{
    tb_fd fd = tb_fd_memory("settings");
    CHECK(fd >= 0);
    CHECK_INT(tb_fd_write_all(fd, bytes), 0);
    return tb_settings_read(fd, ret_settings);
}

static int read_seed(const struct seed *seed, struct tb_settings *ret_settings)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, TB_SETTINGS_MAX);
    tb_packer_init(&packer, &out);
    pack(&packer, seed);
    return read_bytes(tb_buffer_bytes(&out), ret_settings);
}

static void reads_settings(void)
{
    tb_cleanup(tb_settings_deinit) struct tb_settings settings = {0};
    CHECK_INT(read_seed(&good, &settings), TB_OK);
    CHECK(tb_bytes_are(settings.app, "com.example.notes"));
    CHECK(tb_bytes_are(settings.resource, "/apps/notes"));
    CHECK_INT(settings.n_require, 2);
    CHECK(tb_bytes_are(settings.require[1], "landlock"));
    CHECK_INT(settings.violations, TB_ON_VIOLATION_EXIT);
    CHECK_INT(settings.audit_mode, TB_AUDIT_BEHIND);
    CHECK_INT(settings.audit_args, TB_ARGS_NONE);
    CHECK(tb_bytes_are(settings.audit_file, "/state/a.jsonl"));
    CHECK(tb_bytes_are(settings.answers, "/state/answers"));
    CHECK(tb_bytes_are(settings.states, "/state/trollbridge"));
    CHECK(tb_bytes_are(settings.hook_file, "isolation.js"));
    CHECK(tb_bytes_are(settings.hook, "text"));
    CHECK(tb_bytes_are(settings.facts, "facts"));
}

static void refuses_what_is_wrong(void)
{
    struct seed seeds[12];
    for (size_t i = 0; i < TB_ARRAY_LEN(seeds); i++)
        seeds[i] = good;
    seeds[0].version = 2;
    seeds[1].resource = "apps";
    seeds[2].violations = "ignore";
    seeds[3].mode = "durable";
    seeds[4].file = "audit.jsonl";
    seeds[5].args = "some";
    seeds[6].n_require = TB_LAYERS_MAX + 1;
    seeds[7].resource = "";
    seeds[8].hook_file = "";
    seeds[9].hook = "";
    seeds[10].answers = "answers";
    seeds[11].states = "trollbridge";
    for (size_t i = 0; i < TB_ARRAY_LEN(seeds); i++) {
        struct tb_settings settings = {0};
        int r = read_seed(&seeds[i], &settings);
        CHECK(r == TB_MALFORMED || r == TB_TOO_LARGE);
        CHECK(settings.memory == NULL);
    }
}

/* Without a home there is nowhere to keep answers, and everything else works. */
static void answers_may_be_kept_nowhere(void)
{
    tb_cleanup(tb_settings_deinit) struct tb_settings settings = {0};
    struct seed seed = good;
    seed.answers = seed.states = "";
    CHECK_INT(read_seed(&seed, &settings), TB_OK);
    CHECK_INT(settings.answers.n, 0);
    CHECK_INT(settings.states.n, 0);
}

static void survives_every_mutation(void)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, TB_SETTINGS_MAX);
    tb_packer_init(&packer, &out);
    pack(&packer, &good);
    size_t n = tb_buffer_n(&out);
    uint8_t *bytes = out.data + out.start;
    for (size_t at = 0; at < n; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            tb_cleanup(tb_settings_deinit) struct tb_settings settings = {0};
            bytes[at] ^= (uint8_t)(1u << bit);
            int r = read_bytes(tb_bytes_of(bytes, n), &settings);
            CHECK(r >= 0 && (r == TB_OK) == (settings.memory != NULL));
            bytes[at] ^= (uint8_t)(1u << bit);
        }
        struct tb_settings settings;
        CHECK_INT(read_bytes(tb_bytes_of(bytes, at), &settings), TB_MALFORMED);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(reads_settings),
        TEST(refuses_what_is_wrong),
        TEST(answers_may_be_kept_nowhere),
        TEST(survives_every_mutation),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
