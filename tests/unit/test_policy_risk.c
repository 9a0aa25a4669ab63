#include "policy/compiler/risk.h"
#include "tests/unit/test.h"

static struct tb_bytes text(const char *string)
{
    return tb_bytes_of_string(string);
}

/* The allow list of a scope, as JSON. */
static struct tb_risk_reach reach_of(struct tb_arena *arena, const char *json)
{
    struct tb_report report = {.arena = arena, .silent = true};
    struct tb_risk_reach reach = {.scoped = false};
    const struct tb_manifest nothing = {.mode = TB_NARROW};
    const struct tb_value *list = tb_value_read(&report, TB_FORMAT_JSON, "scope", text(json));
    CHECK(list && list->type == TB_VALUE_LIST);
    for (const struct tb_value *entry = list->child; entry; entry = entry->next)
        tb_risk_reach_add(&nothing, &reach, entry);
    return reach;
}

static uint32_t points(const char *plugin, const char *command, const char *scope)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena arena = {0};
    struct tb_risk_reach reach = reach_of(&arena, scope);
    return tb_risk_of(tb_risk_row_of(text(plugin), text(command)), &reach, false, false).points;
}

static void broader_paths_are_worse(void)
{
    static const char *const scopes[] = {
        "[]",
        "[\"$APPDATA/**\"]",
        "[\"$TEMP/**\"]",
        "[{\"path\": \"$HOME/notes/*\"}]",
        "[\"$DOCUMENT/**\"]",
        "[\"$HOME/.ssh/*\"]",
        "[\"$HOME/**\"]",
        "[\"/**\"]",
    };
    for (size_t i = 1; i < TB_ARRAY_LEN(scopes); i++) {
        CHECK(points("fs", "read_file", scopes[i - 1]) < points("fs", "read_file", scopes[i]));
        CHECK(points("fs", "write_file", scopes[i - 1]) < points("fs", "write_file", scopes[i]));
        CHECK(points("fs", "read_file", scopes[i]) < points("fs", "remove", scopes[i]));
    }
    CHECK_INT(points("fs", "stat", "[\"/**\"]"), 0);
}

static void spellings_of_the_same_are_the_same(void)
{
    static const struct {
        const char *a;
        const char *b;
    } rows[] = {
        {"[\"/**\"]", "[\"**\"]"},
        {"[\"/**\"]", "[\"/*/x\"]"},
        {"[\"$HOME/**\"]", "[\"/home/**\"]"},
        {"[\"$HOME/**\"]", "[\"/home/*/**\"]"},
        {"[\"$HOME/**\"]", "[{\"path\": \"$HOME\"}]"},
        {"[\"$HOME/**\"]", "[\"$APPDATA\", \"$HOME/*\"]"},
        {"[\"$CONFIG/**\"]", "[\"$HOME/.config/**\"]"},
        {"[\"/srv/**\"]", "[\"$HOME/work/**\"]"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++)
        CHECK_INT(points("fs", "read_file", rows[i].a), points("fs", "read_file", rows[i].b));
}

static void any_host_is_worse_than_a_name(void)
{
    static const char *const any[] = {
        "https://*",       "http://*:*",      "*://*", "https://*.*",
        "https://*/api/*", "https://tauri.*", "*",
    };
    static const char *const named[] = {
        "https://example.com", "https://*.example.com/*", "http://localhost:*", "", "https://",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(any); i++)
        CHECK(tb_risk_any_host(text(any[i])));
    for (size_t i = 0; i < TB_ARRAY_LEN(named); i++)
        CHECK(!tb_risk_any_host(text(named[i])));
    CHECK(points("http", "fetch", "[]") < points("http", "fetch", "[\"https://a.com/*\"]"));
    CHECK(points("http", "fetch", "[\"https://a.com/*\"]") <
          points("http", "fetch", "[{\"url\": \"https://*\"}]"));
    /* Addresses are no paths: they open no file. */
    CHECK(points("opener", "open_path", "[{\"url\": \"mailto:*\"}]") <
          points("opener", "open_path", "[{\"path\": \"**\"}]"));
}

static void interpreters_are_worst(void)
{
    static const char *const scopes[] = {
        "[]",
        "[{\"name\": \"ls\", \"cmd\": \"ls\"}]",
        "[{\"name\": \"ls\", \"cmd\": \"ls\", \"args\": [{\"validator\": \".*\"}]}]",
        "[{\"name\": \"ls\", \"cmd\": \"ls\", \"args\": true}]",
        "[{\"name\": \"x\", \"cmd\": \"/usr/bin/python3.11\", \"args\": true}]",
    };
    for (size_t i = 1; i < TB_ARRAY_LEN(scopes); i++)
        CHECK(points("shell", "execute", scopes[i - 1]) < points("shell", "execute", scopes[i]));
    CHECK_INT(points("shell", "spawn", scopes[4]), 95);
    CHECK_INT(
        points("shell", "spawn", "[{\"cmd\": \"cmd.exe\", \"args\": [{\"validator\": \"x\"}]}]"),
        95);
}

static void every_command_has_a_reason(void)
{
    static const struct tb_risk_reach nothing = {.scoped = false};
    static const char *const names[][2] = {
        {"fs", "remove"},        {"core:window", "set_title"}, {"core:event", "emit_to"},
        {"updater", "install"},  {"nobody", "knows"},          {"", "greet"},
        {"http", "fetch_send"},  {"core:webview", "print"},    {"process", "exit"},
        {"window", "set_title"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++) {
        const struct tb_risk_row *row = tb_risk_row_of(text(names[i][0]), text(names[i][1]));
        const struct tb_risk risk = tb_risk_of(row, &nothing, true, true);
        CHECK(risk.reason && *risk.reason && risk.points <= 95);
    }
    CHECK_INT(points("core:window", "set_title", "[]"), 0);
    CHECK_STR(tb_risk_of(tb_risk_row_of(text("nobody"), text("x")), &nothing, true, false).reason,
              "not known to Trollbridge, and no scope limits it");
}

static uint32_t score(const char *const (*commands)[3], size_t n, struct tb_risk_context context)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena arena = {0};
    struct tb_risk_view view = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        const struct tb_risk_reach reach = reach_of(&arena, commands[i][2]);
        const struct tb_risk risk =
            tb_risk_of(tb_risk_row_of(text(commands[i][0]), text(commands[i][1])), &reach, false,
                       context.remote);
        tb_risk_view_add(&view, i, &risk);
    }
    tb_risk_view_end(&view, &context);
    for (size_t i = 1; i < view.n; i++)
        CHECK(view.items[i - 1].risk.points >= view.items[i].risk.points);
    return view.score;
}

static const char *const commands[][3] = {
    {"core:event", "emit", "[]"},
    {"fs", "read_file", "[\"$HOME/**\"]"},
    {"http", "fetch", "[\"https://*\"]"},
    {"fs", "write_file", "[\"$APPDATA/**\"]"},
    {"shell", "execute", "[{\"name\": \"ls\", \"cmd\": \"ls\"}]"},
};

static void more_is_never_less(void)
{
    const struct tb_risk_context local = {.remote = false};
    const struct tb_risk_context every = {.every_window = true};
    const struct tb_risk_context remote = {.remote = true};
    const struct tb_risk_context any = {.remote = true, .any_origin = true};
    CHECK_INT(score(commands, 0, any), 0);
    CHECK(score(commands, 1, local) < score(commands, 2, local));
    CHECK(score(commands, 1, local) < score(commands, 1, remote));
    CHECK(score(commands, 1, remote) < score(commands, 1, any));
    CHECK(score(commands, 2, local) < score(commands, 2, every));
    for (size_t n = 1; n <= TB_ARRAY_LEN(commands); n++) {
        CHECK(score(commands, n - 1, local) <= score(commands, n, local));
        CHECK(score(commands, n, local) <= score(commands, n, every));
        CHECK(score(commands, n, local) <= score(commands, n, remote));
        CHECK(score(commands, n, remote) <= score(commands, n, any));
        CHECK(score(commands, n, any) <= 100);
    }
}

/* Two that are worse together than apart. */
static void chains_are_found(void)
{
    const struct tb_risk_context local = {.remote = false};
    uint32_t reads = 100 - score(&commands[1], 1, local);
    uint32_t sends = 100 - score(&commands[2], 1, local);
    CHECK(100 - score(&commands[1], 2, local) < reads * sends / 100 - 10);
    uint32_t writes = 100 - score(&commands[3], 1, local);
    uint32_t runs = 100 - score(&commands[4], 1, local);
    CHECK(100 - score(&commands[3], 2, local) < writes * runs / 100 - 10);
}

static void a_sandbox_adds_its_reasons(void)
{
    struct tb_risk risks[TB_RISK_SANDBOX_MAX];
    const struct tb_value program = {.type = TB_VALUE_LIST, .n = 1};
    const struct tb_sandbox nothing = {0};
    const struct tb_sandbox some = {.network = true, .audit = true};
    const struct tb_sandbox all = {.exec = &program, .network = true, .jit = true, .audit = true};
    CHECK_INT(tb_risk_of_sandbox(&nothing, false, false, risks), 0);
    CHECK_INT(tb_risk_of_sandbox(&some, false, false, risks), 2);
    CHECK_INT(tb_risk_of_sandbox(&all, true, false, risks), 5);
    uint32_t local = risks[0].points;
    CHECK(local > 0 && risks[0].effects == TB_RISK_RUNS && risks[1].effects == TB_RISK_SENDS);
    CHECK_INT(tb_risk_of_sandbox(&all, true, true, risks), 5);
    CHECK_INT(risks[0].points, 2 * local);
}

/* A reason that many commands have counts once. */
static void the_same_reason_counts_once(void)
{
    static const char *const same[][3] = {
        {"fs", "read_file", "[\"$HOME/**\"]"},
        {"fs", "read_dir", "[\"$HOME/**\"]"},
        {"fs", "open", "[\"$HOME/**\"]"},
    };
    const struct tb_risk_context local = {.remote = false};
    CHECK_INT(score(same, 1, local), score(same, 3, local));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(broader_paths_are_worse),
        TEST(spellings_of_the_same_are_the_same),
        TEST(any_host_is_worse_than_a_name),
        TEST(interpreters_are_worst),
        TEST(every_command_has_a_reason),
        TEST(more_is_never_less),
        TEST(chains_are_found),
        TEST(a_sandbox_adds_its_reasons),
        TEST(the_same_reason_counts_once),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
