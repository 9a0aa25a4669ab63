#include "tests/fs/attack.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[PATH_MAX];
static _Atomic uint64_t *n_turns;

const char *in(const char *name)
{
    static char paths[8][2 * PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 8];
    CHECK(snprintf(path, sizeof paths[0], "%s/%s", folder, name) > 0);
    return path;
}

int exchange(const char *a, const char *b)
{
    return renameat2(AT_FDCWD, in(a), AT_FDCWD, in(b), RENAME_EXCHANGE);
}

void make_folder(void)
{
    char name[] = "/tmp/trollbridge-race-XXXXXX";
    CHECK(mkdtemp(name));
    CHECK(snprintf(folder, sizeof folder, "%s", name) > 0);
    n_turns =
        mmap(NULL, sizeof *n_turns, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(n_turns != MAP_FAILED);
}

static int remove_one(const char *path, tb_unused const struct stat *status, tb_unused int type,
                      tb_unused struct FTW *where)
{
    return remove(path);
}

void remove_folder(void)
{
    CHECK_INT(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

pid_t attack_start(void (*turn)(void))
{
    pid_t attacker = fork();
    CHECK(attacker >= 0);
    if (attacker > 0)
        return attacker;
    pid_t parent = getppid();
    while (getppid() == parent) {
        turn();
        atomic_fetch_add(n_turns, 1);
    }
    _exit(0);
}

void attack_stop(pid_t attacker)
{
    CHECK_INT(kill(attacker, SIGKILL), 0);
    CHECK_INT(waitpid(attacker, NULL, 0), attacker);
}

uint64_t attack_turns(void)
{
    return atomic_load(n_turns);
}
