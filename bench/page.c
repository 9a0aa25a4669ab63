#include "bench/page.h"

#include "base/clock.h"
#include "base/fd.h"
#include "bench/folder.h"
#include "bench/row.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = {BENCH_PAGE_FETCH, BENCH_PAGE, BENCH_PAGE_MESSAGE};

static int spawn(const struct bench_setup *setup, const char *folder, int out, pid_t *ret_pid)
{
    char rounds[16];
    char round_ns[24];
    char since_ns[24];
    (void)snprintf(rounds, sizeof rounds, "%u", setup->rounds);
    (void)snprintf(round_ns, sizeof round_ns, "%" PRIu64, setup->round_ns);
    (void)snprintf(since_ns, sizeof since_ns, "%" PRIu64, tb_clock_ns());
    const char *argv[] = {"page", setup->echo, rounds, round_ns, since_ns, folder, NULL};
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -ENOMEM;
    int r = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (r == 0)
        r = posix_spawn(ret_pid, setup->page, &actions, NULL, (char *const *)(uintptr_t)argv,
                        environ);
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

static bool read_rows(const json_t *list, struct bench_page *page)
{
    size_t n = json_array_size(list);
    for (size_t i = 0; i < n && i < BENCH_PAGE_ROWS; i++)
        if (!bench_row_read(json_array_get(list, i), names, TB_ARRAY_LEN(names),
                            &page->rows[page->n_rows++]))
            return false;
    return n == BENCH_PAGE_ROWS;
}

static bool read_page(const json_t *json, struct bench_page *ret_page)
{
    struct bench_page page = {
        .start_ms = json_number_value(json_object_get(json, "start_ms")),
        .reload_ms = json_number_value(json_object_get(json, "reload_ms")),
        .script_bytes = json_number_value(json_object_get(json, "script_bytes")),
        .script_gzip_bytes = json_number_value(json_object_get(json, "script_gzip_bytes")),
    };
    if (!read_rows(json_object_get(json, "rows"), &page))
        return false;
    *ret_page = page;
    return true;
}

static bool ended_well(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void remove_folder(char (*folder)[PATH_MAX])
{
    bench_folder_remove(*folder);
}

static void drop(json_t **json)
{
    json_decref(*json);
}

const char *bench_page_measure(const struct bench_setup *setup, struct bench_page *ret_page)
{
    int pipe_fds[2];
    pid_t pid;
    tb_cleanup(remove_folder) char folder[PATH_MAX];
    if (bench_folder_make(folder) < 0)
        return "no folder for the page's program could be made";
    if (pipe2(pipe_fds, O_CLOEXEC) < 0)
        return "no pipe to the page's program could be had";
    tb_fd in = pipe_fds[0];
    tb_fd out = pipe_fds[1];
    if (spawn(setup, folder, out, &pid) < 0)
        return "the page's program could not be started";
    tb_fd_close(&out);
    /* WebKit's processes hold this end too, and outlive the program that has started them: only
     * the end of the file says that nobody writes to the folder any more. */
    tb_cleanup(drop) json_t *json = json_loadfd(in, JSON_REJECT_DUPLICATES, NULL);
    if (!ended_well(pid) || !read_page(json, ret_page))
        return "the page's program could not measure";
    return NULL;
}
