#include "bench/policy.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/place.h"
#include "base/wire.h"
#include "bench/folder.h"
#include "bench/many.h"
#include "bench/numbers.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    const char *name;
    struct bench_size size;
} sizes[BENCH_POLICIES] = {
    {"small", {10, 100}},
    {"medium", {100, 1000}},
    {"large", {1000, 10000}},
};

static const char manifest[] = "[app]\nid = \"trollbridge.bench\"\n";

/* Where the program finds its descriptors: above any that this process has. */
enum { SNAPSHOT_FD = 100, SECOND_FD, GRANT_FD };

struct places {
    char policy[PATH_MAX];
    char plugins[PATH_MAX];
    char libexec[PATH_MAX];
};

struct subject {
    char folder[PATH_MAX]; /* empty: none */
    double compile_ms[BENCH_POLICY_RUNS];
    double compile_mib[BENCH_POLICY_RUNS];
    double resolve_ms[BENCH_POLICY_RUNS];
};

struct subjects {
    struct subject list[BENCH_POLICIES];
};

static void remove_all(struct subjects *subjects)
{
    for (size_t i = 0; i < BENCH_POLICIES; i++)
        bench_folder_remove(subjects->list[i].folder);
}

static int make(struct subject *subject, const struct bench_size *size)
{
    int r = bench_folder_make(subject->folder);
    if (r == 0)
        r = bench_folder_write(subject->folder, "trollbridge.toml", "%s", manifest);
    if (r == 0)
        r = bench_folder_add(subject->folder, "capabilities");
    return r == 0 ? bench_many_write(subject->folder, size) : r;
}

struct used {
    double ms;
    double mib;
};

/* The program with these descriptors from SNAPSHOT_FD on. */
static _Noreturn void become(const char *program, char *const *argv, const int *fds, size_t n_fds)
{
    char *const environment[] = {NULL};
    for (size_t i = 0; i < n_fds; i++)
        if (dup2(fds[i], SNAPSHOT_FD + (int)i) < 0)
            _exit(127);
    (void)execve(program, argv, environment);
    _exit(127);
}

static bool run(const char *program, char *const *argv, const int *fds, size_t n_fds,
                struct used *ret_used)
{
    struct rusage usage;
    int status;
    uint64_t start_ns = tb_clock_ns();
    pid_t pid = fork();
    if (pid < 0)
        return false;
    if (pid == 0)
        become(program, argv, fds, n_fds);
    while (wait4(pid, &status, 0, &usage) < 0)
        if (errno != EINTR)
            return false;
    ret_used->ms = (double)(tb_clock_ns() - start_ns) / 1e6;
    ret_used->mib = (double)usage.ru_maxrss / 1024.0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool compile(const struct places *places, struct subject *subject, int snapshot, size_t at)
{
    struct used used;
    tb_fd settings = tb_fd_memory("settings");
    const int fds[] = {snapshot, settings};
    const char *const argv[] = {
        "policy",        "compile",   "--app",         subject->folder, "--plugins",
        places->plugins, "--libexec", places->libexec, "--var",         "HOME=/home/user",
        "--snapshot-fd", "100",       "--settings-fd", "101",           NULL};
    if (settings < 0 || !run(places->policy, (char *const *)argv, fds, TB_ARRAY_LEN(fds), &used))
        return false;
    subject->compile_ms[at] = used.ms;
    subject->compile_mib[at] = used.mib;
    return true;
}

static int request_file(const char *view)
{
    uint8_t bytes[256];
    struct tb_writer writer = tb_writer_init(bytes, sizeof bytes);
    tb_write_string16(&writer, tb_bytes_of_string(view));
    tb_write_string16(&writer, tb_bytes_of_string(view));
    tb_write_string16(&writer, tb_bytes_of_string("local"));
    int fd = tb_fd_memory("request");
    if (fd >= 0 &&
        (tb_fd_write_all(fd, tb_bytes_of(bytes, writer.n)) < 0 || lseek(fd, 0, SEEK_SET) != 0))
        tb_fd_close(&fd);
    return fd;
}

static bool resolve(const struct places *places, struct subject *subject, int snapshot, size_t at)
{
    struct used used;
    tb_fd request = request_file("w0");
    tb_fd grant = tb_fd_memory("grant");
    const int fds[] = {snapshot, request, grant};
    const char *const argv[] = {"policy", "resolve",    "--snapshot-fd", "100", "--request-fd",
                                "101",    "--grant-fd", "102",           NULL};
    if (request < 0 || grant < 0 ||
        !run(places->policy, (char *const *)argv, fds, TB_ARRAY_LEN(fds), &used))
        return false;
    subject->resolve_ms[at] = used.ms;
    return true;
}

static bool run_once(const struct places *places, struct subject *subject, size_t at)
{
    tb_fd snapshot = tb_fd_memory("snapshot");
    return snapshot >= 0 && compile(places, subject, snapshot, at) &&
           resolve(places, subject, snapshot, at);
}

static bool find_places(struct places *ret_places)
{
    if (tb_place_of("libexec/trollbridge/policy", ret_places->policy) != 0 ||
        tb_place_of("libexec/trollbridge", ret_places->libexec) != 0 ||
        tb_place_of("share/trollbridge/plugins", ret_places->plugins) != 0)
        return false;
    return true;
}

static struct bench_policy row_of(size_t i, struct subject *subject, size_t runs)
{
    return (struct bench_policy){
        .name = sizes[i].name,
        .capabilities = sizes[i].size.capabilities,
        .permissions = sizes[i].size.permissions,
        .compile_ms = bench_percentile(subject->compile_ms, runs, 0.5),
        .compile_mib = bench_percentile(subject->compile_mib, runs, 0.5),
        .resolve_ms = bench_percentile(subject->resolve_ms, runs, 0.5),
    };
}

const char *bench_policy_measure(unsigned runs, struct bench_policy ret_rows[static BENCH_POLICIES])
{
    struct places places;
    tb_cleanup(remove_all) struct subjects subjects = {0};
    size_t n = runs < BENCH_POLICY_RUNS ? runs : BENCH_POLICY_RUNS;
    if (!find_places(&places))
        return "the policy program, or the folder of the plugins, is not there";
    for (size_t i = 0; i < BENCH_POLICIES; i++)
        if (make(&subjects.list[i], &sizes[i].size) < 0)
            return "the benchmark's policies could not be written to the temporary folder";
    for (size_t at = 0; at < n; at++)
        for (size_t i = 0; i < BENCH_POLICIES; i++)
            if (!run_once(&places, &subjects.list[(at + i) % BENCH_POLICIES], at))
                return "a policy of the benchmark's own was not compiled or not resolved";
    for (size_t i = 0; i < BENCH_POLICIES; i++)
        ret_rows[i] = row_of(i, &subjects.list[i], n);
    return NULL;
}
