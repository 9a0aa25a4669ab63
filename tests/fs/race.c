/*
 * Somebody renames folders and plants links under a scope as fast as the kernel lets them, while
 * files are read through the plugin's own way of opening. What it reads must never be what the
 * scope withholds. The same harness then runs the obvious way, realpath and a look at the prefix,
 * which must be seen to leak: otherwise the attack was none and the test would prove nothing.
 */
#include "base/clock.h"
#include "tests/fs/attack.h"
#include "tests/unit/fs_space.h"

#include <limits.h>

struct counts {
    uint64_t leaks;
    uint64_t reads; /* of what is allowed */
    uint64_t refusals;
};

struct attack {
    const char *name;
    void (*prepare)(void);
    void (*turn)(void); /* one renaming, and for the next turn back */
};

/* ---- the attacks; d/pub/x is what is read ---- */

/* A folder and a link to a folder outside. */
static void prepare_link(void)
{
    CHECK_INT(mkdir(in("d/pub"), 0700), 0);
    space_file(in("d/pub/x"), "fine");
    CHECK_INT(mkdir(in("out"), 0700), 0);
    space_file(in("out/x"), "leak");
    CHECK_INT(symlink(in("out"), in("swap")), 0);
}

static void turn_link(void)
{
    CHECK_INT(exchange("d/pub", "swap"), 0);
}

/* The denied folder under an allowed name, and back. */
static void prepare_renamed(void)
{
    CHECK_INT(mkdir(in("d/private"), 0700), 0);
    space_file(in("d/private/x"), "leak");
}

static void turn_renamed(void)
{
    CHECK_INT(rename(in("d/private"), in("d/pub")), 0);
    CHECK_INT(rename(in("d/pub"), in("d/private")), 0);
}

/* The denied folder and an allowed one. */
static void prepare_exchanged(void)
{
    prepare_renamed();
    CHECK_INT(mkdir(in("d/pub"), 0700), 0);
    space_file(in("d/pub/x"), "fine");
}

static void turn_exchanged(void)
{
    CHECK_INT(exchange("d/private", "d/pub"), 0);
}

/* The file itself and a link to one outside. */
static void prepare_leaf(void)
{
    CHECK_INT(mkdir(in("d/pub"), 0700), 0);
    space_file(in("d/pub/x"), "fine");
    space_file(in("out"), "leak");
    CHECK_INT(symlink(in("out"), in("swap")), 0);
}

static void turn_leaf(void)
{
    CHECK_INT(exchange("d/pub/x", "swap"), 0);
}

/* ---- the two ways of opening ---- */

static struct fs_space *space;

static int open_safely(const char *name)
{
    struct fs_failure failure;
    return space_open(space, in(name), TRY_READ, &failure);
}

static int open_naively(const char *name)
{
    char real[PATH_MAX];
    if (!realpath(in(name), real))
        return -1;
    const char *allowed = in("d/");
    const char *denied = in("d/private/");
    if (strncmp(real, allowed, strlen(allowed)) != 0 || strncmp(real, denied, strlen(denied)) == 0)
        return -1;
    return open(in(name), O_RDONLY | O_CLOEXEC);
}

static void read_one(int (*open_one)(const char *), const char *name, struct counts *counts)
{
    char content[16] = "";
    tb_fd fd = open_one(name);
    if (fd < 0)
        counts->refusals++;
    else if (read(fd, content, sizeof content - 1) > 0)
        strcmp(content, "leak") == 0 ? counts->leaks++ : counts->reads++;
}

static void read_for(int (*open_one)(const char *), uint64_t seconds, uint64_t leaks_enough,
                     struct counts *ret_counts)
{
    struct counts counts = {0};
    uint64_t end = tb_clock_ns() + seconds * TB_S_NS;
    uint64_t turns = attack_turns();
    while ((tb_clock_ns() < end || attack_turns() - turns < SWAPS_MIN) &&
           counts.leaks < leaks_enough) {
        for (int i = 0; i < 64; i++)
            read_one(open_one, "d/pub/x", &counts);
        read_one(open_one, "d/fine/x", &counts);
    }
    *ret_counts = counts;
}

/* ---- the harness ---- */

static void show(const char *attack, const char *how, const struct counts *counts)
{
    printf("%-20s %-6s leaks %llu, reads %llu, refusals %llu\n", attack, how,
           (unsigned long long)counts->leaks, (unsigned long long)counts->reads,
           (unsigned long long)counts->refusals);
}

static void run(const struct attack *attack)
{
    struct counts safe;
    struct counts naive;
    make_folder();
    CHECK_INT(mkdir(in("d"), 0700), 0);
    CHECK_INT(mkdir(in("d/fine"), 0700), 0);
    space_file(in("d/fine/x"), "fine");
    attack->prepare();
    const char *const allow[] = {in("d/**"), NULL};
    const char *const deny[] = {in("d/private/**"), NULL};
    space = space_new(allow, deny);
    pid_t attacker = attack_start(attack->turn);
    read_for(open_safely, SAFE_S, UINT64_MAX, &safe);
    show(attack->name, "ours", &safe);
    read_for(open_naively, NAIVE_S, 1, &naive);
    show(attack->name, "naive", &naive);
    attack_stop(attacker);
    fs_space_free(space);
    remove_folder();
    CHECK_INT(safe.leaks, 0);
    CHECK(safe.reads > 0 && safe.refusals > 0);
    CHECK(naive.leaks > 0);
}

static void a_folder_and_a_link(void)
{
    run(&(struct attack){"folder and link", prepare_link, turn_link});
}

static void a_file_and_a_link(void)
{
    run(&(struct attack){"file and link", prepare_leaf, turn_leaf});
}

static void a_denied_folder_renamed(void)
{
    run(&(struct attack){"denied, renamed", prepare_renamed, turn_renamed});
}

static void a_denied_folder_exchanged(void)
{
    run(&(struct attack){"denied, exchanged", prepare_exchanged, turn_exchanged});
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_folder_and_a_link),
        TEST(a_file_and_a_link),
        TEST(a_denied_folder_renamed),
        TEST(a_denied_folder_exchanged),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
