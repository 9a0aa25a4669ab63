/*
 * scribe: the one process that writes the audit log. It is started with
 *   fd 3  the link on which the broker sends records,
 *   fd 4  the app's settings,
 *   fd 5  a socket on which it sends the supervisor the log, open for reading, once: the plugin
 *         that follows the log is given this file and no path,
 *   fd 6  where the layers of its sandbox are reported,
 * and ends when the broker's end of the link closes. Exit status 0, or 1 when records were lost:
 * the broker then denies calls.
 */
#include "base/fd.h"
#include "policy/settings.h"
#include "sandbox/start.h"
#include "scribe/scribe.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { LINK_FD = 3, SETTINGS_FD = 4, READER_FD = 5, REPORT_FD = 6, EXIT_PART = 4 };

static int fail(const char *what, int r)
{
    const char *why = r < 0 ? strerror(-r) : "not in the format";
    fprintf(stderr, "trollbridge-scribe: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

static void lower_priority(void)
{
    /* A batch process does not preempt the broker that wakes it. Without it the log is the same. */
    const struct sched_param none = {0};
    (void)sched_setscheduler(0, SCHED_BATCH, &none);
}

static int path_of(const struct tb_settings *settings, char ret_path[static PATH_MAX])
{
    struct tb_bytes file = settings->audit_file;
    if (file.n == 0 || file.n >= PATH_MAX || memchr(file.data, 0, file.n))
        return TB_MALFORMED;
    memcpy(ret_path, file.data, file.n);
    ret_path[file.n] = 0;
    return TB_OK;
}

static int start(struct tb_scribe **ret_scribe)
{
    char path[PATH_MAX];
    tb_cleanup(tb_settings_deinit) struct tb_settings settings = {0};
    int r = tb_settings_read(SETTINGS_FD, &settings);
    if (r == TB_OK)
        r = path_of(&settings, path);
    if (r == TB_OK)
        r = tb_scribe_new(LINK_FD, path, settings.app, ret_scribe);
    return r;
}

static int send_reader(int log)
{
    const uint8_t byte = 0;
    int socket = READER_FD;
    tb_fd readable = tb_fd_reopen(log, O_RDONLY);
    ssize_t n = readable < 0 ? readable : tb_fd_send(socket, tb_bytes_of(&byte, 1), readable, 0);
    tb_fd_close(&socket);
    return n < 0 ? (int)n : TB_OK;
}

int main(int argc, char **argv)
{
    struct tb_scribe *scribe = NULL;
    /* A file size limit shall be an error of write, not a kill that leaves a torn line. */
    (void)signal(SIGXFSZ, SIG_IGN);
    if (sodium_init() < 0)
        return fail("sodium", -1);
    lower_priority();
    int r = start(&scribe);
    if (r == TB_OK)
        r = send_reader(scribe->log.fd);
    if (r != TB_OK)
        return fail("cannot open the audit log", r);

    /* Nothing below opens anything. */
    const int keep[] = {LINK_FD, scribe->log.fd};
    const struct tb_start sandbox = {
        .role = &tb_role_scribe,
        .namespaces = argc > 1 ? argv[1] : "",
        .require = argc > 2 ? argv[2] : "",
        .keep = keep,
        .n_keep = TB_ARRAY_LEN(keep),
        .report_fd = REPORT_FD,
    };
    if (tb_start(&sandbox) != TB_OK)
        return EXIT_PART;
    r = tb_scribe_run(scribe);
    tb_scribe_free(scribe);
    return r == TB_OK ? EXIT_SUCCESS : fail("cannot write the audit log", r);
}
