#include "bench/tree.h"

#include "base/clock.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static FILE *open_proc(pid_t pid, const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return fopen(path, "re");
}

static pid_t parent_of(pid_t pid)
{
    char line[512];
    tb_cleanup(close_file) FILE *file = open_proc(pid, "stat");
    if (!file || !fgets(line, sizeof line, file))
        return -1;
    /* The name may hold anything; what follows its last bracket is `STATE PARENT …`. */
    const char *end = strrchr(line, ')');
    return end && strlen(end) > 4 ? (pid_t)strtol(end + 4, NULL, 10) : -1;
}

static bool holds(const pid_t *pids, size_t n, pid_t pid)
{
    for (size_t i = 0; i < n; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

static void close_folder(DIR **folder)
{
    if (*folder)
        closedir(*folder);
}

/* Adds the children of what is there already; returns the new count. */
static size_t add_children(pid_t *pids, size_t n, size_t cap)
{
    tb_cleanup(close_folder) DIR *folder = opendir("/proc");
    const struct dirent *entry;
    while (folder && n < cap && (entry = readdir(folder)) != NULL) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0 && !holds(pids, n, pid) && holds(pids, n, parent_of(pid)))
            pids[n++] = pid;
    }
    return n;
}

size_t tree_find(pid_t top, pid_t *ret_pids, size_t cap)
{
    size_t n = 1;
    ret_pids[0] = top;
    for (size_t before = 0; before != n;) {
        before = n;
        n = add_children(ret_pids, n, cap);
    }
    return n;
}

uint64_t tree_cpu_ns(const pid_t *pids, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        clockid_t clock;
        struct timespec used;
        if (clock_getcpuclockid(pids[i], &clock) == 0 && clock_gettime(clock, &used) == 0)
            sum += (uint64_t)used.tv_sec * TB_S_NS + (uint64_t)used.tv_nsec;
    }
    return sum;
}

int64_t tree_pss_kib(pid_t pid)
{
    char line[256];
    int64_t kib;
    tb_cleanup(close_file) FILE *file = open_proc(pid, "smaps_rollup");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Pss: %" SCNd64, &kib) == 1)
            return kib;
    return -1;
}

void tree_name(pid_t pid, char ret_name[static 17])
{
    tb_cleanup(close_file) FILE *file = open_proc(pid, "comm");
    ret_name[0] = 0;
    if (file && fgets(ret_name, 17, file))
        ret_name[strcspn(ret_name, "\n")] = 0;
}
