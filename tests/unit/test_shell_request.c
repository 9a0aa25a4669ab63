/* What the shell plugin makes of an entry of its scope, and of what a page asks for. */
#include "base/result.h"
#include "plugins/shell/request.h"
#include "tests/unit/sdk_link.h"
#include "tests/unit/shell_entry.h"

static struct tb_unpacker entry_unpacker;
static struct tb_buffer entry_text;
static struct shell_program program;
static struct shell_scope scope;
static struct shell_picked picks;
static struct shell_request request;
static bool was_read;

/* ---- the entry ---- */

static int read_entry(const char *left_out, const char *wrong)
{
    struct tb_packer packer;
    const msgpack_object *root;
    tb_buffer_init(&entry_text, TB_FRAME_MAX);
    tb_packer_init(&packer, &entry_text);
    shell_entry_pack(&packer, left_out, wrong);
    CHECK_INT(tb_unpacker_init(&entry_unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_unpack(&entry_unpacker, &tb_scan_peer, tb_buffer_bytes(&entry_text), &root), 0);
    return shell_program_read(tb_value_of(root), &program);
}

static void drop_entry(void)
{
    tb_unpacker_deinit(&entry_unpacker);
    tb_buffer_deinit(&entry_text);
}

static void an_entry_is_read(void)
{
    CHECK_INT(read_entry(NULL, NULL), TB_OK);
    CHECK(tb_bytes_are(program.name, "echo") && program.n_args == 3 && !program.any_args);
    CHECK(program.n_fixed_env == 1 && program.n_env == 2 && !program.has_interpreter);
    CHECK_STR(program.cwd, "/");
    CHECK(program.picks == SHELL_PICKS_READ);
    CHECK_INT(program.processes, 4);
    CHECK_INT(program.memory, 4 << 20);
    CHECK(shell_program_check(&program) == NULL);
    shell_program_deinit(&program);
    drop_entry();
}

static void every_key_has_to_be_there_and_of_its_kind(void)
{
    static const char *const keys[] = {"name",    "sidecar", "path",      "real",      "identity",
                                       "args",    "env",     "env_allow", "cwd",       "cwd_allow",
                                       "picks",   "read",    "write",     "exec",      "children",
                                       "network", "jit",     "stdin",     "processes", "memory_mib",
                                       "cpu_s",   "time_s",  "output_mib"};
    for (size_t i = 0; i < TB_ARRAY_LEN(keys); i++) {
        CHECK_INT(read_entry(keys[i], NULL), TB_MALFORMED);
        drop_entry();
        CHECK_INT(read_entry(NULL, keys[i]), TB_MALFORMED);
        drop_entry();
    }
}

static void another_file_is_not_the_policys(void)
{
    CHECK_INT(read_entry(NULL, NULL), TB_OK);
    for (size_t i = 0; i < TB_ARRAY_LEN(program.file.identity); i++) {
        program.file.identity[i]++;
        CHECK(shell_program_check(&program) != NULL);
        program.file.identity[i]--;
    }
    program.file.is_script = true;
    CHECK(shell_program_check(&program) != NULL);
    program.has_interpreter = true;
    CHECK(shell_program_check(&program) != NULL);
    shell_program_deinit(&program);
    drop_entry();
}

/* ---- what a page asks for ---- */

static const char *const *asked_args; /* NULL at the end */
static const char *asked_env[2];      /* a name and its value, or NULL */
static const char *asked_cwd;
static const char *asked_encoding;

static void pack_options(struct tb_packer *packer)
{
    tb_pack_map(packer,
                (size_t)(asked_env[0] != NULL) + (asked_cwd != NULL) + (asked_encoding != NULL));
    if (asked_env[0]) {
        tb_pack_key(packer, "env");
        tb_pack_map(packer, 1);
        tb_pack_key_text(packer, asked_env[0], asked_env[1]);
    }
    if (asked_cwd)
        tb_pack_key_text(packer, "cwd", asked_cwd);
    if (asked_encoding)
        tb_pack_key_text(packer, "encoding", asked_encoding);
}

static void pack_asked(struct tb_packer *packer)
{
    size_t n = 0;
    while (asked_args[n])
        n++;
    tb_pack_map(packer, 3);
    tb_pack_key_text(packer, "program", "echo");
    tb_pack_key(packer, "args");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        tb_pack_text(packer, asked_args[i]);
    tb_pack_key(packer, "options");
    pack_options(packer);
}

static void handle(struct tb_call *call)
{
    was_read = shell_request_read(call, &scope, &picks, &request);
    if (was_read)
        tb_reply_nil(call);
}

static bool ask(const char *const *args)
{
    asked_args = args;
    sdk_args = pack_asked;
    struct sdk_frame frame = sdk_call(handle, SDK_NO_RAW);
    CHECK(was_read == !sdk_has(frame, "error"));
    return was_read;
}

static void begin(void)
{
    CHECK_INT(read_entry(NULL, NULL), TB_OK);
    scope = (struct shell_scope){.programs = &program, .n = 1};
    sdk_start(0, 0);
}

static void end(void)
{
    sdk_stop();
    shell_program_deinit(&program);
    drop_entry();
}

static const char *const good[] = {"-n", "abc", "-1", NULL};

static void arguments(void)
{
    static const char *const bad[][5] = {
        {NULL},
        {"-n", NULL},
        {"-n", "abc", "-1", "x", NULL},
        {"-e", "abc", "-1", NULL},
        {"-n", "abc1", "-1", NULL},
        {"-n", "abc\n", "-1", NULL},
        {"-n", "-abc", "-1", NULL},
        {"-n", "", "-1", NULL},
        {"-n", "abc", "--1", NULL},
        {"-n", "abc", "-12", NULL},
        {"-n", "abc", "1", NULL},
        {"-n", "a\x7f", "-1", NULL},
        {"-n", "a\xc2\x85", "-1", NULL},
    };
    begin();
    CHECK(ask(good));
    CHECK_STR(request.argv[0], "/bin/echo");
    CHECK_STR(request.argv[2], "abc");
    CHECK(!request.argv[4]);
    shell_request_deinit(&request);
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++)
        CHECK(!ask(bad[i]));
    end();
}

static void environment(void)
{
    static const char *const bad[][2] = {{"LANG", "c"},       {"LANG", ""},     {"LANG", "C\n"},
                                         {"HOME", "/"},       {"PATH", "/tmp"}, {"LANG=X", "C"},
                                         {"LD_PRELOAD", "X"}, {"", "C"}};
    begin();
    CHECK(ask(good));
    CHECK_STR(request.envp[0], "HOME=/nowhere");
    CHECK(!request.envp[1]);
    shell_request_deinit(&request);
    asked_env[0] = "LANG";
    asked_env[1] = "C";
    CHECK(ask(good));
    CHECK_STR(request.envp[1], "LANG=C");
    CHECK(!request.envp[2]);
    shell_request_deinit(&request);
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++) {
        asked_env[0] = bad[i][0];
        asked_env[1] = bad[i][1];
        CHECK(!ask(good));
    }
    end();
}

static void working_folder(void)
{
    static const char *const ok[] = {"/", "/usr", "/usr/share"};
    static const char *const bad[] = {
        "/etc",  "/usrx", "/usr/..", "/usr/.",          "/usr//share",
        "/usr/", "usr",   ".",       "/usr/share/\x01", "/usr/bin/true"};
    begin();
    for (size_t i = 0; i < TB_ARRAY_LEN(ok); i++) {
        asked_cwd = ok[i];
        CHECK(ask(good) && request.cwd >= 0 && !request.at);
        shell_request_deinit(&request);
    }
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++) {
        asked_cwd = bad[i];
        CHECK(!ask(good));
    }
    end();
}

static void picked_folders(void)
{
    begin();
    picks.n = 3;
    picks.list[0] = (struct shell_pick){"/far/away", "/usr", true, true, false};
    picks.list[1] = (struct shell_pick){"/flat", "/usr", true, false, false};
    picks.list[2] = (struct shell_pick){"/far/away/share", "/usr/share", true, true, true};
    asked_cwd = "/far/away/bin";
    CHECK(ask(good) && request.at == &picks.list[0]);
    shell_request_deinit(&request);
    asked_cwd = "/far/away/share";
    CHECK(ask(good) && request.at == &picks.list[2]);
    shell_request_deinit(&request);
    asked_cwd = "/flat";
    CHECK(!ask(good));
    asked_cwd = "/flat/share";
    CHECK(!ask(good));
    asked_cwd = "/far/awayx";
    CHECK(!ask(good));
    asked_cwd = "/far/away";
    program.picks = SHELL_PICKS_NONE;
    CHECK(!ask(good));
    end();
}

static void what_is_denied(void)
{
    struct shell_scope none = {0};
    begin();
    scope = none;
    CHECK(!ask(good));
    scope = (struct shell_scope){.programs = &program, .n = 1};
    program.sidecar = true;
    CHECK(!ask(good));
    program.sidecar = false;
    asked_encoding = "klingon";
    CHECK(!ask(good));
    asked_encoding = "RAW";
    CHECK(ask(good) && request.encoding.kind == SHELL_RAW);
    shell_request_deinit(&request);
    end();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(an_entry_is_read),
        TEST(every_key_has_to_be_there_and_of_its_kind),
        TEST(another_file_is_not_the_policys),
        TEST(arguments),
        TEST(environment),
        TEST(working_folder),
        TEST(picked_folders),
        TEST(what_is_denied),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
