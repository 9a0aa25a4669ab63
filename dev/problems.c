#include "dev/problems.h"

#include "base/fd.h"
#include "base/result.h"
#include "dev/dev.h"
#include "dev/talk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PIPE_BYTES = 1024 * 1024, /* what is said while nobody reads: the spawn waits for it */
    ROUND = 512,              /* reads in one turn */
};

static void on_line(void *data, struct tb_bytes untrusted_line)
{
    (void)data;
    dev_line_print(stderr, untrusted_line);
}

/* As much as the pipe held: plugins may go on writing as fast as this reads. */
static void drain(struct dev_problems *problems)
{
    for (int i = 0; i < ROUND; i++)
        if (dev_errors_read(&problems->errors, problems->pipe.fd) != TB_OK)
            return;
}

static void on_pipe(void *data, uint32_t events)
{
    (void)events;
    drain(data);
}

int dev_problems_init(struct dev *dev)
{
    struct dev_problems *problems = &dev->problems;
    int pair[2];
    if (pipe2(pair, O_CLOEXEC) < 0)
        return -errno;
    dev_errors_init(&problems->errors, on_line, NULL);
    problems->pipe = (struct dev_watch){.fd = pair[0], .ready = on_pipe, .data = problems};
    problems->writer = pair[1];
    (void)fcntl(pair[0], F_SETPIPE_SZ, PIPE_BYTES);
    if (fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0)
        return -errno;
    return dev_loop_add(&dev->loop, &problems->pipe, EPOLLIN);
}

void dev_problems_deinit(struct dev *dev)
{
    int fd = dev->problems.pipe.fd;
    if (fd >= 0)
        drain(&dev->problems);
    dev_loop_remove(&dev->loop, &dev->problems.pipe);
    tb_fd_close(&fd);
    tb_fd_close(&dev->problems.writer);
}

/* Where there is no descriptor left it stays as it is: said in the terminal alone. */
void dev_problems_divert(struct dev_problems *problems)
{
    int own = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (own < 0 || dup2(problems->writer, STDERR_FILENO) < 0) {
        tb_fd_close(&own);
        return;
    }
    problems->own = own;
}

void dev_problems_restore(struct dev_problems *problems)
{
    if (problems->own < 0)
        return;
    tb_assert(dup2(problems->own, STDERR_FILENO) == STDERR_FILENO);
    tb_fd_close(&problems->own);
}

int dev_problem(struct dev *dev, int status, const char *code, const char *format, ...)
{
    char *message = NULL;
    char *line = NULL;
    va_list list;
    va_start(list, format);
    int n = vasprintf(&message, format, list);
    va_end(list);
    if (n >= 0 && asprintf(&line, "trollbridge: %s: %s\n", code, message) >= 0)
        dev_errors_add(&dev->problems.errors, tb_bytes_of_string(line));
    free(line);
    free(message);
    return status;
}

void dev_problems_clear(struct dev_problems *problems)
{
    drain(problems);
    dev_errors_clear(&problems->errors);
}

void dev_problems_show(struct dev *dev, const char *otherwise)
{
    struct dev_problems *problems = &dev->problems;
    drain(problems);
    if (otherwise && problems->errors.n_list == 0)
        (void)dev_problem(dev, CLI_FILES, "app", "%s", otherwise);
    if (!otherwise)
        dev_errors_clear(&problems->errors);
    if (problems->errors.n_list > 0 || problems->shown)
        for (struct dev_page *page = dev->pages.first; page; page = page->next)
            dev_page_say_errors(page, &problems->errors);
    problems->shown = problems->errors.n_list > 0;
}

void dev_problems_show_to(struct dev *dev, struct dev_page *page)
{
    if (dev->problems.shown)
        dev_page_say_errors(page, &dev->problems.errors);
}
