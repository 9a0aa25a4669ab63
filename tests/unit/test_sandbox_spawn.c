#include "sandbox/spawn.h"

#include "base/fd.h"
#include "sandbox/namespaces.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static const char shell[] = "/bin/sh";

/* Runs a shell line with the write end of a pipe as descriptor 3; returns what it wrote there. */
static void output_of(const char *line, uint32_t namespaces, char ret_text[static 512])
{
    char *const argv[] = {(char *)(uintptr_t)shell, (char *)(uintptr_t) "-c",
                          (char *)(uintptr_t)line, NULL};
    int ends[2];
    CHECK(pipe(ends) == 0); /* inheritable, to see that it is not inherited */
    struct tb_spawn spawn = {.program = shell,
                             .exec_fd = -1,
                             .argv = argv,
                             .fds = &ends[1],
                             .n_fds = 1,
                             .namespaces = namespaces};
    pid_t pid;
    tb_fd pidfd = -1;
    CHECK_INT(tb_spawn(&spawn, &pid, &pidfd), 0);
    CHECK(fcntl(pidfd, F_GETFD) & FD_CLOEXEC);
    close(ends[1]);
    size_t n = 0;
    ssize_t got;
    while ((got = read(ends[0], ret_text + n, 511 - n)) > 0)
        n += (size_t)got;
    ret_text[n] = 0;
    close(ends[0]);
    CHECK(waitpid(pid, NULL, 0) == pid);
}

static void for_each_level(const char *line, const char *expected)
{
    char text[512];
    output_of(line, 0, text);
    CHECK_STR(text, expected);
    output_of(line, tb_namespaces_probe(), text);
    CHECK_STR(text, expected);
}

static void only_its_own_descriptors(void)
{
    for_each_level("for f in 3 4 5 6 7 8 9; do { : >&$f; } 2>&- && echo $f; done >&3", "3\n");
}

static void no_environment(void)
{
    setenv("TB_TEST_INHERITED", "1", 1);
    for_each_level("echo ${TB_TEST_INHERITED-none} >&3", "none\n");
}

static void standard_descriptors_are_null(void)
{
    for_each_level("read x; echo $? >&3; echo lost", "1\n");
}

static void signals_are_at_their_defaults(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0 && signal(SIGINT, SIG_IGN) != SIG_ERR);
    for_each_level("while read k v; do case $k in SigBlk:|SigIgn:) echo $v;; esac; done "
                   "</proc/self/status >&3",
                   "0000000000000000\n0000000000000000\n");
}

static void namespaces_are_its_own(void)
{
    char text[512];
    uint32_t namespaces = tb_namespaces_probe();
    output_of("echo $$ >&3", namespaces, text);
    bool first = strcmp(text, "1\n") == 0;
    CHECK_INT(first, (namespaces & TB_LAYER_BIT(TB_LAYER_PID)) != 0);
}

/* With the parent's descriptors where the child's are to be. */
static void descriptors_may_overlap(void)
{
    char *const argv[] = {(char *)(uintptr_t)shell, (char *)(uintptr_t) "-c",
                          (char *)(uintptr_t) "echo a >&3; echo b >&4", NULL};
    int ends[2];
    CHECK(pipe(ends) == 0);
    CHECK(dup2(ends[1], 20) == 20 && dup2(ends[0], 21) == 21);
    int null = open("/dev/null", O_WRONLY);
    CHECK(dup2(null, 3) == 3 && dup2(20, 4) == 4);
    const int fds[] = {4, 3}; /* 4 becomes 3, and 3 becomes 4 */
    struct tb_spawn spawn = {.program = shell, .exec_fd = -1, .argv = argv, .fds = fds, .n_fds = 2};
    pid_t pid;
    tb_fd pidfd = -1;
    CHECK_INT(tb_spawn(&spawn, &pid, &pidfd), 0);
    CHECK(waitpid(pid, NULL, 0) == pid);
    char text[16] = "";
    CHECK_INT(read(21, text, sizeof text), 2);
    CHECK_STR(text, "a\n");
}

static void failures_are_reported(void)
{
    char *const argv[] = {(char *)(uintptr_t) "x", NULL};
    struct tb_spawn spawn = {.program = "/nonexistent/program", .exec_fd = -1, .argv = argv};
    pid_t pid = 77;
    int pidfd = -7;
    CHECK_INT(tb_spawn(&spawn, &pid, &pidfd), -ENOENT);
    spawn.program = "/etc/passwd";
    CHECK_INT(tb_spawn(&spawn, &pid, &pidfd), -EACCES);
    int wrong = 999;
    spawn.fds = &wrong;
    spawn.n_fds = 1;
    CHECK_INT(tb_spawn(&spawn, &pid, &pidfd), -EBADF);
    CHECK(pid == 77 && pidfd == -7);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD); /* nothing is left behind */
}

static void program_by_descriptor(void)
{
    char *const argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
                          (char *)(uintptr_t) "exit 7", NULL};
    tb_fd file = open(shell, O_PATH | O_CLOEXEC);
    struct tb_spawn spawn = {.exec_fd = file, .argv = argv};
    pid_t pid;
    tb_fd pidfd = -1;
    int status = 0;
    CHECK_INT(tb_spawn(&spawn, &pid, &pidfd), 0);
    CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7);
}

/* From a parent that is not dumpable, as the supervisor is. */
static void works_from_a_closed_parent(void)
{
    char text[512];
    uint32_t namespaces = tb_namespaces_probe();
    CHECK(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
    output_of("echo up >&3", namespaces, text);
    CHECK_STR(text, "up\n");
}

/* The parent ends; the child's end of a pipe that only the child still holds must close. */
static void ends_with_its_parent(uint32_t namespaces)
{
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    pid_t parent = fork();
    if (parent == 0) {
        char *const argv[] = {(char *)(uintptr_t)shell, (char *)(uintptr_t) "-c",
                              (char *)(uintptr_t) "echo x >&3; while :; do :; done", NULL};
        struct tb_spawn spawn = {.program = shell,
                                 .exec_fd = -1,
                                 .argv = argv,
                                 .fds = &ends[1],
                                 .n_fds = 1,
                                 .namespaces = namespaces};
        pid_t pid;
        int pidfd;
        char byte;
        CHECK_INT(tb_spawn(&spawn, &pid, &pidfd), 0);
        CHECK(read(ends[0], &byte, 1) == 1);
        _exit(0);
    }
    close(ends[1]);
    CHECK(waitpid(parent, NULL, 0) == parent);
    char rest[8];
    while (read(ends[0], rest, sizeof rest) > 0)
        ;
    close(ends[0]);
}

static void child_ends_with_its_parent(void)
{
    ends_with_its_parent(0);
    ends_with_its_parent(tb_namespaces_probe());
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(only_its_own_descriptors),      TEST(no_environment),
        TEST(standard_descriptors_are_null), TEST(signals_are_at_their_defaults),
        TEST(namespaces_are_its_own),        TEST(descriptors_may_overlap),
        TEST(failures_are_reported),         TEST(program_by_descriptor),
        TEST(works_from_a_closed_parent),    TEST(child_ends_with_its_parent),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
