/*
 * trollbridge-run: an app in windows of its own. `trollbridge run` starts it, and has read the
 * command line: `run APP VIEW EVAL SCREENSHOT ANSWER DEVTOOLS`, each but the first "" where it was
 * not given.
 */
#include "run/run.h"

#include <glib-unix.h>
#include <gtk/gtk.h>
#include <stdio.h>
#include <unistd.h>

enum { N_ARGUMENTS = 7 };

static gboolean on_signal(void *data)
{
    struct run *run = data;
    if (run->view)
        run_fail(run, RUN_FAILED, "cancelled", "a signal came before this was done");
    else
        run_end(run, RUN_DONE);
    return G_SOURCE_CONTINUE;
}

/* `closed` is how every document ends. A crash is told by whoever waits for the page. */
static void on_alert(void *data, const char *view, const char *event, const char *message)
{
    struct run *run = data;
    if (strcmp(event, "lost") == 0)
        run_fail(run, RUN_LOST, "lost", "%s", message);
    else if (strcmp(event, "closed") != 0 && !run->ended)
        run_tell(event, "%s%s%s", view, *view ? ": " : "", message);
}

static void on_ask(void *data, const struct trollbridge_ask *ask)
{
    const struct run *run = data;
    enum trollbridge_answered answered = TROLLBRIDGE_NEVER;
    while (answered > TROLLBRIDGE_DISMISSED &&
           strcmp(run->options->answer, trollbridge_answer_name(answered)) != 0)
        answered--;
    (void)trollbridge_answer(trollbridge_webkit_bridge(run->tw), ask->id, answered);
}

/* Who gives answers with the command is not there to type. */
static void on_secret(void *data, const struct trollbridge_secret *secret)
{
    const struct run *run = data;
    run_tell("dismissed", "%s asks for a passphrase, which nobody types with --answer",
             secret->command);
    (void)trollbridge_answer_secret(trollbridge_webkit_bridge(run->tw), secret->id, NULL, 0);
}

static int status_of(const GError *error)
{
    switch (error->code) {
    case TROLLBRIDGE_WEBKIT_FILES:
        return RUN_FILES;
    case TROLLBRIDGE_WEBKIT_INVALID:
        return RUN_USAGE;
    default:
        return RUN_PART;
    }
}

static gboolean start(struct run *run)
{
    g_autoptr(GError) error = NULL;
    const struct trollbridge_webkit_options options = {
        .app = run->options->app,
        .devtools = run->options->devtools,
        .alert = on_alert,
        .ask = run->options->answer ? on_ask : NULL,
        .secret = run->options->answer ? on_secret : NULL,
        .data = run,
    };
    run->tw = trollbridge_webkit_new(&options, &error);
    if (!run->tw) {
        int status = status_of(error);
        run_fail(run, status, status == RUN_FILES ? "files" : "part", "%s", error->message);
        return FALSE;
    }
    return TRUE;
}

/* The desktop knows the app by its id, people by its name. */
static void name_program(const struct trollbridge_app *app)
{
    g_set_prgname(app->id);
    g_set_application_name(*app->name ? app->name : app->id);
}

static gboolean has_frontend(struct run *run, const struct trollbridge_app *app)
{
    if (*app->frontend)
        return TRUE;
    run_fail(run, RUN_FILES, "manifest",
             "the app has no frontend: write `frontend = \"dist\"` in [app] (trollbridge.toml)");
    return FALSE;
}

/* Who uses one has a server running, and wonders why nothing is asked of it. */
static void tell_dev_url(const struct trollbridge_app *app)
{
    if (*app->dev_url)
        run_tell("dev_url",
                 "%s is not opened, but by `trollbridge dev`: the windows show the files in %s, as "
                 "they were built last",
                 app->dev_url, app->frontend);
}

static void show(struct run *run)
{
    const struct trollbridge_app *app = trollbridge_app(trollbridge_webkit_bridge(run->tw));
    name_program(app);
    if (!has_frontend(run, app))
        return;
    tell_dev_url(app);
    if (run_open_windows(run) && !run->ended)
        gtk_main();
}

/* What could not be printed was not done. */
static int print_result(const struct run *run)
{
    if (run->status != RUN_DONE || !run->result)
        return run->status;
    if (puts(run->result) >= 0 && fflush(stdout) == 0)
        return RUN_DONE;
    run_tell("io", "standard output: cannot be written");
    return RUN_FAILED;
}

/* Before anything is started for it: the picture is the last thing that is done. */
static gboolean can_write(const struct run_options *options)
{
    const char *file = options->screenshot;
    if (!file)
        return TRUE;
    g_autofree char *folder = g_path_get_dirname(file);
    gboolean is_there = access(file, F_OK) == 0;
    if (access(is_there ? file : folder, W_OK) == 0 && !g_file_test(file, G_FILE_TEST_IS_DIR))
        return TRUE;
    if (is_there)
        run_tell("io", "%s: this is no file that can be written: name another", file);
    else
        run_tell("io", "%s: %s is no folder that can be written to: make it, or name another", file,
                 folder);
    return FALSE;
}

static int run_app(const struct run_options *options)
{
    struct run run = {.options = options, .status = RUN_DONE};
    guint signals[] = {g_unix_signal_add(SIGINT, on_signal, &run),
                       g_unix_signal_add(SIGTERM, on_signal, &run),
                       g_unix_signal_add(SIGHUP, on_signal, &run)};
    if (start(&run))
        show(&run);
    run.ended = TRUE;
    trollbridge_webkit_free(run.tw);
    for (size_t i = 0; i < TB_ARRAY_LEN(signals); i++)
        g_source_remove(signals[i]);
    int status = print_result(&run);
    g_free(run.script);
    g_free(run.result);
    g_free(run.thrown);
    return status;
}

static const char *argument(const char *text)
{
    return *text ? text : NULL;
}

int main(int argc, char **argv)
{
    if (argc != N_ARGUMENTS) {
        run_tell("usage", "this program is started by `trollbridge run`");
        return RUN_USAGE;
    }
    const struct run_options options = {
        .app = argv[1],
        .view = argument(argv[2]),
        .eval = argument(argv[3]),
        .screenshot = argument(argv[4]),
        .answer = argument(argv[5]),
        .devtools = *argv[6] != 0,
    };
    if (!gtk_init_check(NULL, NULL)) {
        run_tell("display", "no display can be opened: set DISPLAY or WAYLAND_DISPLAY");
        return RUN_PART;
    }
    return can_write(&options) ? run_app(&options) : RUN_FAILED;
}
