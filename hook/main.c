/*
 * hook: runs an app's isolation.js for one view.
 *
 *   hook NAMESPACES REQUIRE
 *       fd 3  the link to the broker
 *       fd 4  where the layers of its sandbox are reported
 *   hook --check FILE NAMESPACES REQUIRE
 *       fd 3  a text, which FILE is the name of: what is wrong with it is said on stderr
 *
 * The engine comes up before the sandbox, and before a byte of the app's text is read: it opens the
 * source of random numbers, and looks at its stack. It has no thread but this one, as the layers of
 * the sandbox bind the thread that enters them.
 *
 * Exit status: 0 the link has ended, or nothing is wrong with the text; 1 the broker is not itself;
 * 3 something is wrong with the text; 4 no sandbox; 5 and 6 time or memory of a message used up.
 */
#include "base/fd.h"
#include "base/result.h"
#include "hook/budget.h"
#include "hook/serve.h"
#include "sandbox/start.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINK_FD = 3, REPORT_FD = 4, OWN_MAX = 8, EXIT_USAGE = 2, EXIT_PART = 4 };

/* An interpreter alone, with libc's malloc: no memory that is written and run, no threads, nothing
 * that two threads could share. A small machine is what it takes this one for: it collects its
 * garbage before a budget is used up. The environment is otherwise empty. */
static void set_options(void)
{
    static const char *const options[][2] = {
        {"JSC_useJIT", "0"},
        {"JSC_useWasm", "0"},
        {"JSC_useConcurrentGC", "0"},
        {"JSC_numberOfGCMarkers", "1"},
        {"JSC_useSharedArrayBuffer", "0"},
        {"JSC_forceRAMSize", "33554432"},
        {"Malloc", "1"},
        {"TZ", "UTC"},
    };
    (void)clearenv();
    for (size_t i = 0; i < TB_ARRAY_LEN(options); i++)
        (void)setenv(options[i][0], options[i][1], 1);
}

/* What the engine and the budget have opened lies above what the process was started with. */
static size_t find_own(int first, int keep[static OWN_MAX])
{
    size_t n = 0;
    for (int fd = first; fd < first + OWN_MAX; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            keep[n++] = fd;
    return n;
}

/* Layers that bind a thread would not bind one that an engine of another version has made. */
static bool is_one_thread(void)
{
    DIR *tasks = opendir("/proc/self/task");
    size_t n = 0;
    if (!tasks)
        return false;
    for (const struct dirent *entry; (entry = readdir(tasks));)
        n += entry->d_name[0] != '.';
    (void)closedir(tasks);
    if (n != 1)
        dprintf(STDERR_FILENO, "trollbridge: hook: this JavaScriptCore makes threads of its own, "
                               "which the sandbox would not hold\n");
    return n == 1;
}

static int enter(bool serves, const char *namespaces, const char *require)
{
    int keep[1 + OWN_MAX] = {LINK_FD};
    const struct tb_start start = {
        .role = &tb_role_hook,
        .namespaces = namespaces,
        .require = require,
        .keep = keep,
        .n_keep = 1 + find_own(serves ? REPORT_FD + 1 : LINK_FD + 1, keep + 1),
        .report_fd = serves ? REPORT_FD : -1,
    };
    return tb_start(&start);
}

int main(int argc, char **argv)
{
    static struct hook_engine engine;
    const char *file = argc == 5 && strcmp(argv[1], "--check") == 0 ? argv[2] : NULL;
    if (argc != (file ? 5 : 3))
        return EXIT_USAGE;
    set_options();
    if (hook_engine_init(&engine) != TB_OK || !is_one_thread() || hook_budget_open() < 0 ||
        enter(!file, argv[argc - 2], argv[argc - 1]) != TB_OK)
        _exit(EXIT_PART);
    /* The engine's own ending would have much to do that nobody needs. */
    _exit(file ? hook_check(&engine, LINK_FD, file) : hook_serve(&engine, LINK_FD));
}
