/*
 * A host that a test drives: `driver APP` reads commands from standard input, one a line, and
 * prints what comes of them as lines of JSON.
 *
 *     open VIEW [relay]               {"view", "opened": session} or {"view", "refused": code}
 *     call VIEW ID COMMAND JSON       {"view", "id", "value" | "bytes" | "error" | "lost", "came"}
 *     pump VIEW ID COMMAND JSON       the same, with a body that does not end
 *     hold VIEW ID, take VIEW ID      takes no more of what comes; takes it again
 *     cancel VIEW ID
 *     progress VIEW ID                {"view", "id", "came", "chunks", "last", "sent"}
 *     rounds VIEW N COMMAND JSON      {"view", "rounds": N, "begun", "cancelled"}
 *     soak VIEW N JOBS COMMAND JSON   {"view", "soaked": N, "failed", "first"}
 *     copy VIEW FROM TO               {"view", "copied": bytes}: a file, by calls of `fs`
 *     count VIEW                      {"view", "count": calls of the soak that are done}
 *     reopen VIEW N                   {"view", "reopened": N}
 *     reload                          {"reloaded": ID, "before", "after"} or with "code", "message"
 *     emit VIEW NAME JSON             {"emitted": result}: an event; VIEW `*` is every one
 *     answer ID WORD                  says what a person has answered to that prompt
 *     pick VIEW HOW PATH              {"picking": ID, "result"}, {"picked": ID, "code", "message"}
 *     finish TEXT, forget             {"finished": bool}: ends a call of `later` (served.h)
 *     stop, go                        the library is not dispatched; it is again
 *     shut VIEW, reset VIEW, quit
 *
 * Unasked: {"supervisor": pid} at the start, {"view", "closed": code}, {"view", "alert",
 * "message"},
 * {"ask": id, "view", "origin", "command", "args", "rule"}, {"asked_over": id},
 * {"bridge": "lost"}. Ends with its standard input.
 */
#include "tests/soak/pick.h"
#include "tests/soak/served.h"
#include "tests/soak/view.h"

#include "base/fd.h"
#include "base/result.h"
#include "cli/json.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VIEWS_MAX = 8, LINE_SIZE = 64 * 1024, WORDS_MAX = 6 };

struct driver {
    struct trollbridge *bridge;
    struct view views[VIEWS_MAX];
    size_t n_views;
    char input[LINE_SIZE];
    size_t n_input;
    bool bridge_lost;
    bool stopped;
    bool ending;
};

static struct view *view_of(struct driver *driver, const char *label)
{
    for (size_t i = 0; i < driver->n_views; i++)
        if (strcmp(driver->views[i].label, label) == 0)
            return &driver->views[i];
    tb_assert(driver->n_views < VIEWS_MAX);
    struct view *view = &driver->views[driver->n_views++];
    view->bridge = driver->bridge;
    view->link_fd = -1;
    (void)snprintf(view->label, sizeof view->label, "%s", label);
    return view;
}

static void on_opened(void *data, uint32_t id, const char *session, const uint8_t *bootstrap,
                      size_t n_bootstrap, const char *code, const char *message)
{
    struct driver *driver = data;
    for (size_t i = 0; i < driver->n_views; i++) {
        struct view *view = &driver->views[i];
        if (view->open_id != id)
            continue;
        if (session)
            view_opened(view, tb_bytes_of(bootstrap, n_bootstrap));
        else
            view_say(json_pack("{s:s, s:s, s:s}", "view", view->label, "refused", code, "message",
                               message));
    }
}

static void on_alert(void *data, const char *view, const char *event, const char *message)
{
    (void)data;
    view_say(json_pack("{s:s, s:s, s:s}", "view", view, "alert", event, "message", message));
}

static void on_reloaded(void *data, uint32_t id, const char *before, const char *after,
                        const char *code, const char *message)
{
    (void)data;
    if (before)
        view_say(
            json_pack("{s:i, s:s, s:s}", "reloaded", (int)id, "before", before, "after", after));
    else
        view_say(
            json_pack("{s:i, s:s, s:s}", "reloaded", (int)id, "code", code, "message", message));
}

static void on_ask(void *data, const struct trollbridge_ask *ask)
{
    (void)data;
    view_say(json_pack("{s:i, s:s, s:s, s:s, s:o, s:s, s:i, s:i}", "ask", (int)ask->id, "view",
                       ask->view, "origin", ask->origin, "command", ask->command, "args",
                       json_loads(ask->args_json, 0, NULL), "rule", ask->rule ? ask->rule : "",
                       "days", (int)ask->remember_days, "body", (int)ask->n_body));
}

static void on_secret(void *data, const struct trollbridge_secret *secret)
{
    (void)data;
    view_say(json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:b}", "secret", (int)secret->id, "view",
                       secret->view, "origin", secret->origin, "command", secret->command, "plugin",
                       secret->plugin, "what", secret->what, "new", secret->is_new));
}

static void on_asked_over(void *data, uint32_t id)
{
    (void)data;
    view_say(json_pack("{s:i}", "asked_over", (int)id));
}

/* ---- commands ---- */

static void do_open(struct driver *driver, char **words)
{
    struct view *view = view_of(driver, words[1]);
    view->relay = words[2] != NULL;
    view_open(view);
}

static void begin(struct driver *driver, char **words, bool pumps)
{
    json_t *args = json_loads(words[4], 0, NULL);
    tb_assert(args);
    call_begin(view_of(driver, words[1]), words[2], words[3], args, pumps);
    json_decref(args);
}

static void do_call(struct driver *driver, char **words)
{
    begin(driver, words, false);
}

static void do_pump(struct driver *driver, char **words)
{
    begin(driver, words, true);
}

static void do_hold(struct driver *driver, char **words)
{
    call_hold(view_of(driver, words[1]), words[2]);
}

static void do_take(struct driver *driver, char **words)
{
    call_take(view_of(driver, words[1]), words[2]);
}

static void do_cancel(struct driver *driver, char **words)
{
    call_cancel(view_of(driver, words[1]), words[2]);
}

static void do_progress(struct driver *driver, char **words)
{
    call_progress(view_of(driver, words[1]), words[2]);
}

static uint32_t number(const char *word)
{
    return (uint32_t)strtoul(word, NULL, 10);
}

static void do_soak(struct driver *driver, char **words)
{
    json_t *args = json_loads(words[5], 0, NULL);
    tb_assert(args);
    view_soak(view_of(driver, words[1]), number(words[2]), number(words[3]), words[4], args);
    json_decref(args);
}

static void do_rounds(struct driver *driver, char **words)
{
    json_t *args = json_loads(words[4], 0, NULL);
    tb_assert(args);
    rounds_begin(view_of(driver, words[1]), number(words[2]), words[3], args);
    json_decref(args);
}

static void do_copy(struct driver *driver, char **words)
{
    copy_begin(view_of(driver, words[1]), words[2], words[3]);
}

static void do_count(struct driver *driver, char **words)
{
    view_count(view_of(driver, words[1]));
}

static void do_reopen(struct driver *driver, char **words)
{
    view_reopen(view_of(driver, words[1]), number(words[2]));
}

static void do_shut(struct driver *driver, char **words)
{
    (void)trollbridge_shut(driver->bridge, words[1]);
}

static void do_reset(struct driver *driver, char **words)
{
    (void)trollbridge_reset(driver->bridge, words[1]);
}

static void do_reload(struct driver *driver, char **words)
{
    (void)words;
    (void)trollbridge_reload(driver->bridge, NULL);
}

static void do_emit(struct driver *driver, char **words)
{
    const char *view = strcmp(words[1], "*") == 0 ? NULL : words[1];
    json_t *payload = json_loads(words[3], JSON_DECODE_ANY, NULL);
    tb_assert(payload);
    cli_json_pack(trollbridge_event(driver->bridge, view, words[2]), payload);
    view_say(json_pack("{s:i}", "emitted", (int)trollbridge_emit(driver->bridge)));
    json_decref(payload);
}

static void do_answer(struct driver *driver, char **words)
{
    for (int i = 0; trollbridge_answer_name((enum trollbridge_answered)i); i++)
        if (strcmp(words[2], trollbridge_answer_name((enum trollbridge_answered)i)) == 0)
            (void)trollbridge_answer(driver->bridge, number(words[1]),
                                     (enum trollbridge_answered)i);
}

/* Without a passphrase: dismissed. */
static void do_type(struct driver *driver, char **words)
{
    (void)trollbridge_answer_secret(driver->bridge, number(words[1]), words[2],
                                    words[2] ? strlen(words[2]) : 0);
}

static void do_pick(struct driver *driver, char **words)
{
    pick_begin(view_of(driver, words[1]), words[2], words[3]);
}

static void do_finish(struct driver *driver, char **words)
{
    (void)driver;
    served_finish(words[1]);
}

static void do_forget(struct driver *driver, char **words)
{
    (void)driver, (void)words;
    served_forget();
}

static void do_stop(struct driver *driver, char **words)
{
    driver->stopped = strcmp(words[0], "stop") == 0;
}

static void do_quit(struct driver *driver, char **words)
{
    (void)words;
    driver->ending = true;
}

static const struct {
    const char *name;
    size_t n_words;
    void (*run)(struct driver *driver, char **words);
} commands[] = {
    {"open", 2, do_open},     {"call", 5, do_call},         {"soak", 6, do_soak},
    {"reopen", 3, do_reopen}, {"shut", 2, do_shut},         {"reset", 2, do_reset},
    {"count", 2, do_count},   {"quit", 1, do_quit},         {"reload", 1, do_reload},
    {"pump", 5, do_pump},     {"hold", 3, do_hold},         {"take", 3, do_take},
    {"cancel", 3, do_cancel}, {"progress", 3, do_progress}, {"rounds", 5, do_rounds},
    {"copy", 4, do_copy},     {"emit", 4, do_emit},         {"finish", 2, do_finish},
    {"forget", 1, do_forget}, {"answer", 3, do_answer},     {"stop", 1, do_stop},
    {"go", 1, do_stop},       {"type", 2, do_type},         {"pick", 4, do_pick},
};

/* The last word of a command may hold spaces. */
static size_t split(char *line, size_t n_most, char **words)
{
    size_t n = 0;
    while (line && *line && n < n_most) {
        words[n++] = line;
        line = strchr(line, ' ');
        if (line && n < n_most)
            *line++ = 0;
    }
    return n;
}

static void run_line(struct driver *driver, char *line)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(commands); i++) {
        size_t n_name = strlen(commands[i].name);
        if (strncmp(line, commands[i].name, n_name) != 0 || (line[n_name] && line[n_name] != ' '))
            continue;
        char *words[WORDS_MAX + 1] = {NULL};
        bool more = commands[i].run == do_open || commands[i].run == do_type;
        size_t n_most = more ? 3 : commands[i].n_words;
        tb_assert(split(line, n_most, words) >= commands[i].n_words);
        commands[i].run(driver, words);
        return;
    }
    view_say(json_pack("{s:s}", "unknown", line));
}

static void read_input(struct driver *driver)
{
    ssize_t n = read(STDIN_FILENO, driver->input + driver->n_input, LINE_SIZE - driver->n_input);
    if (n <= 0) {
        driver->ending = true;
        return;
    }
    driver->n_input += (size_t)n;
    char *end;
    while (!driver->ending && (end = memchr(driver->input, '\n', driver->n_input))) {
        *end = 0;
        run_line(driver, driver->input);
        driver->n_input -= (size_t)(end + 1 - driver->input);
        memmove(driver->input, end + 1, driver->n_input);
    }
    tb_assert(driver->n_input < LINE_SIZE);
}

/* ---- */

static void turn_views(struct driver *driver)
{
    for (size_t i = 0; i < driver->n_views; i++)
        view_turn(&driver->views[i]);
}

static void turn_bridge(struct driver *driver)
{
    if (driver->bridge_lost || trollbridge_dispatch(driver->bridge) == TROLLBRIDGE_OK)
        return;
    driver->bridge_lost = true;
    view_say(json_pack("{s:s}", "bridge", "lost"));
}

static void turn(struct driver *driver)
{
    struct pollfd polls[2 + VIEWS_MAX] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = driver->bridge_lost || driver->stopped ? -1 : trollbridge_fd(driver->bridge),
         .events = POLLIN},
    };
    for (size_t i = 0; i < VIEWS_MAX; i++) {
        struct tb_endpoint *endpoint = i < driver->n_views ? driver->views[i].endpoint : NULL;
        bool blocked = endpoint && tb_endpoint_flush(endpoint) == TB_AGAIN;
        polls[2 + i] = (struct pollfd){
            .fd = endpoint ? tb_endpoint_fd(endpoint) : -1,
            .events = (short)(POLLIN | (blocked ? POLLOUT : 0)),
        };
    }
    if (poll(polls, TB_ARRAY_LEN(polls), -1) < 0 && errno != EINTR)
        driver->ending = true;
    if (polls[0].revents != 0)
        read_input(driver);
    if (polls[1].revents != 0)
        turn_bridge(driver);
    turn_views(driver);
}

int main(int argc, char **argv)
{
    static struct driver driver;
    if (argc != 2)
        return 2;
    const struct trollbridge_options options = {
        .app = argv[1],
        .plugins = served_plugins,
        .n_plugins = SERVED_PLUGINS,
        .opened = on_opened,
        .alert = on_alert,
        .reloaded = on_reloaded,
        .ask = on_ask,
        .secret = on_secret,
        .asked_over = on_asked_over,
        .picked = pick_done,
        .data = &driver,
    };
    enum trollbridge_result result = trollbridge_spawn(&options, &driver.bridge);
    if (result != TROLLBRIDGE_OK)
        return result == TROLLBRIDGE_FILES ? 3 : 4;
    view_say(json_pack("{s:i}", "supervisor", trollbridge_pid(driver.bridge)));
    while (!driver.ending)
        turn(&driver);
    for (size_t i = 0; i < driver.n_views; i++)
        view_deinit(&driver.views[i]);
    trollbridge_close(driver.bridge);
    return 0;
}
