#include "hook/budget.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "proto/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MIB ((uint64_t)1024 * 1024)

/* The address space ends so far beyond the budget. Its end is for one huge step that is made
 * between two looks; what the engine reserves and does not use has room before it. */
#define SLACK (256 * MIB)

enum { LOOK_EVERY_US = 2000, STACK_SIZE = 64 * 1024 };

/* All that the look uses is made before: it comes in the middle of anything. */
static struct {
    int statm_fd;
    int link_fd;
    uint64_t page;
    uint64_t resident_most; /* bytes */
    uint32_t memory_mib;
    volatile sig_atomic_t running;
    uint64_t deadline_ns; /* of the process's CPU clock */
    uint64_t id;
    int answered;
    char late[96];  /* what is said of time */
    char large[96]; /* … and of memory */
    struct tb_buffer last;
} watch = {.statm_fd = -1, .link_fd = -1};

static uint64_t cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * TB_S_NS + (uint64_t)used.tv_nsec;
}

/* `size resident …`, in pages. What cannot be read counts as too much. */
static void read_sizes(uint64_t *ret_size, uint64_t *ret_resident)
{
    char text[128] = "";
    char *end;
    ssize_t n = pread(watch.statm_fd, text, sizeof text - 1, 0);
    *ret_size = n > 0 ? strtoull(text, &end, 10) * watch.page : UINT64_MAX;
    *ret_resident = n > 0 ? strtoull(end, NULL, 10) * watch.page : UINT64_MAX;
}

tb_noreturn static void end(const char *why, int status)
{
    if (watch.answered && watch.link_fd >= 0 &&
        tb_hook_refusal_write(&watch.last, watch.id, tb_bytes_of_string(why)) == TB_OK)
        (void)!tb_fd_send(watch.link_fd, tb_buffer_bytes(&watch.last), -1, MSG_DONTWAIT);
    bool checks = watch.link_fd < 0; /* a text, whose errors are told on stderr */
    if (checks)
        (void)!write(STDERR_FILENO, HOOK_CHECK_HEAD, sizeof HOOK_CHECK_HEAD - 1);
    (void)!write(STDERR_FILENO, why, strlen(why));
    (void)!write(STDERR_FILENO, "\n", 1);
    _exit(checks ? HOOK_EXIT_FILES : status);
}

static void look(int signal)
{
    uint64_t size;
    uint64_t resident;
    int error = errno;
    (void)signal;
    if (!watch.running)
        return;
    if (cpu_ns() > watch.deadline_ns)
        end(watch.late, HOOK_EXIT_TIME);
    read_sizes(&size, &resident);
    if (resident > watch.resident_most)
        end(watch.large, HOOK_EXIT_MEMORY);
    errno = error;
}

/* On a stack of its own: a recursion may have used up the other one. The timer runs for good: it
 * counts CPU time, of which a process that waits uses none. */
static int install(void)
{
    static uint8_t memory[STACK_SIZE];
    const stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
    const struct sigaction action = {.sa_handler = look, .sa_flags = SA_ONSTACK | SA_RESTART};
    const struct itimerval every = {{0, LOOK_EVERY_US}, {0, LOOK_EVERY_US}};
    if (sigaltstack(&stack, NULL) < 0 || sigaction(SIGPROF, &action, NULL) < 0 ||
        setitimer(ITIMER_PROF, &every, NULL) < 0)
        return -errno;
    return 0;
}

int hook_budget_open(void)
{
    watch.page = (uint64_t)sysconf(_SC_PAGESIZE);
    watch.statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (watch.statm_fd < 0)
        return -errno;
    int r = install();
    return r < 0 ? r : watch.statm_fd;
}

void hook_budget_set(int link_fd, uint32_t memory_mib)
{
    uint64_t size;
    uint64_t resident;
    watch.link_fd = link_fd;
    watch.memory_mib = memory_mib;
    tb_buffer_init(&watch.last, TB_FRAME_MAX);
    (void)!tb_buffer_reserve(&watch.last, 2 * TB_ERROR_MESSAGE_MAX);
    (void)snprintf(watch.large, sizeof watch.large,
                   "the hook used more than %u MiB of memory: it is ended", memory_mib);
    read_sizes(&size, &resident);
    watch.resident_most = resident + memory_mib * MIB;
    size += memory_mib * MIB + SLACK;
    const struct rlimit most = {size, size};
    (void)setrlimit(RLIMIT_AS, &most);
}

void hook_budget_begin(uint32_t time_ms, int answered, uint64_t id)
{
    watch.id = id;
    watch.answered = answered;
    watch.deadline_ns = cpu_ns() + time_ms * TB_MS_NS;
    (void)snprintf(watch.late, sizeof watch.late,
                   "the hook used more than %u ms of CPU time for one message: it is ended",
                   time_ms);
    watch.running = 1;
}

void hook_budget_end(void)
{
    watch.running = 0;
}
