/*
 * As race.c, for what changes folders: while somebody swaps folders and links under them, copying,
 * making, renaming and removing must never touch what the scope withholds. `out` is outside it,
 * `d/private` is denied in it; both hold a file `x` that says "leak" and has to go on saying so,
 * where it is. The obvious way, a look at the path and then the same path again, must be seen to
 * do harm with the same attack.
 */
#include "base/clock.h"
#include "plugins/fs/change.h"
#include "tests/fs/attack.h"
#include "tests/unit/fs_space.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>

struct trial {
    const char *name;
    void (*turn)(void);
    void (*reset)(void); /* before each try */
    bool (*ours)(void);  /* whether it was done */
    bool (*naive)(void);
    bool (*harm)(void);
    bool hopeless; /* what the denied folder is exchanged with is seen under its name too */
};

struct counts {
    uint64_t done;
    uint64_t refused;
    uint64_t harm;
};

static struct fs_space *space;
static int denied_folder; /* whatever its name is */

/* ---- what is there ---- */

static bool says(const char *name, const char *content)
{
    char found[16] = "";
    tb_fd fd = open(in(name), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && read(fd, found, sizeof found - 1) > 0 && strcmp(found, content) == 0;
}

static bool is_there(const char *name)
{
    struct stat status;
    return lstat(in(name), &status) == 0;
}

static void make_with_file(const char *name, const char *file, const char *content)
{
    CHECK_INT(mkdir(in(name), 0700), 0);
    space_file(in(file), content);
}

/* Two folders inside, one denied, one outside, and a link that leads there. */
static void prepare(void)
{
    make_folder();
    CHECK_INT(mkdir(in("d"), 0700), 0);
    make_with_file("d/fine", "d/fine/x", "fine");
    make_with_file("d/pub", "d/pub/x", "fine");
    make_with_file("d/private", "d/private/x", "leak");
    denied_folder = open(in("d/private"), O_PATH | O_DIRECTORY | O_CLOEXEC);
    CHECK(denied_folder >= 0);
    make_with_file("out", "out/x", "leak");
    CHECK_INT(symlink(in("out"), in("swap")), 0);
}

static void turn_link(void)
{
    CHECK_INT(exchange("d/pub", "swap"), 0);
}

/* Not while the folder is under another name: then there is nothing to exchange it with. */
static void turn_denied(void)
{
    (void)!exchange("d/private", "d/pub");
}

static void reset_nothing(void)
{
}

static bool outside_is_harmed(void)
{
    bool harmed = !says("out/x", "leak") || is_there("out/new");
    if (harmed) {
        (void)rmdir(in("out/new"));
        space_file(in("out/x"), "leak");
    }
    return harmed;
}

/* ---- targets, and the obvious check ---- */

static struct fs_target target_of(const char *name, struct fs_path *path)
{
    CHECK(!fs_path_read(tb_bytes_of_string(in(name)), tb_bytes_of(NULL, 0), path));
    return (struct fs_target){.space = space, .path = path};
}

static bool looks_fine(const char *parent)
{
    char real[PATH_MAX];
    if (!realpath(in(parent), real))
        return false;
    const char *denied = in("d/private");
    const char *allowed = in("d");
    return strncmp(real, allowed, strlen(allowed)) == 0 &&
           strncmp(real, denied, strlen(denied)) != 0;
}

/* ---- copying over d/pub/x, where pub becomes a link ---- */

static bool copy_ours(void)
{
    struct fs_path paths[2];
    struct fs_failure failure;
    const struct fs_target from = target_of("d/fine/x", &paths[0]);
    const struct fs_target to = target_of("d/pub/x", &paths[1]);
    tb_cleanup(fs_copy_end) struct fs_copying copying = {.from = -1, .to = -1};
    return fs_copy_begin(&from, &to, &copying, &failure) && fs_copy_go_on(&copying) == TB_OK;
}

static bool copy_naive(void)
{
    if (!looks_fine("d/pub"))
        return false;
    tb_fd to = open(in("d/pub/x"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return to >= 0 && tb_fd_write_all(to, tb_bytes_of_string("fine")) == 0;
}

/* ---- making d/pub/new ---- */

static void reset_new(void)
{
    (void)rmdir(in("d/pub/new"));
    (void)rmdir(in("swap/new"));
    (void)rmdir(in("out/new"));
}

static bool make_ours(void)
{
    struct fs_path path;
    struct fs_failure failure;
    const struct fs_target target = target_of("d/pub/new", &path);
    return fs_make(&target, 0700, true, &failure);
}

static bool make_naive(void)
{
    return looks_fine("d/pub") && mkdir(in("d/pub/new"), 0700) == 0;
}

/* ---- renaming what is in d/pub, there and back ---- */

static bool move_ours(const char *old_name, const char *new_name)
{
    struct fs_path paths[2];
    struct fs_failure failure;
    const struct fs_target from = target_of(old_name, &paths[0]);
    const struct fs_target to = target_of(new_name, &paths[1]);
    return fs_move(&from, &to, &failure);
}

static bool move_naive(const char *old_name, const char *new_name)
{
    return looks_fine("d/pub") && rename(in(old_name), in(new_name)) == 0;
}

static bool move_file_ours(void)
{
    return is_there("d/fine/y") ? move_ours("d/fine/y", "d/pub/x")
                                : move_ours("d/pub/x", "d/fine/y");
}

static bool move_file_naive(void)
{
    return is_there("d/fine/y") ? move_naive("d/fine/y", "d/pub/x")
                                : move_naive("d/pub/x", "d/fine/y");
}

/* ---- renaming d/pub, which becomes the denied folder ---- */

static void reset_moved(void)
{
    if (is_there("d/moved"))
        CHECK_INT(rename(in("d/moved"), in("d/pub")), 0);
}

static bool move_folder_ours(void)
{
    return move_ours("d/pub", "d/moved");
}

static bool move_folder_naive(void)
{
    return !says("d/pub/x", "leak") && rename(in("d/pub"), in("d/moved")) == 0;
}

static bool denied_has_moved(void)
{
    return says("d/moved/x", "leak");
}

/* ---- removing d/tree, in which a folder becomes a link, or the denied one ---- */

/* The link, or the folder that took its place. */
static void remove_swap(void)
{
    if (unlink(in("swap")) == 0)
        return;
    (void)unlink(in("swap/x"));
    (void)rmdir(in("swap"));
}

/* While the folder is missing nothing can be exchanged with it. */
static void reset_tree(bool (*put)(void))
{
    if (is_there("d/tree/sub"))
        return;
    remove_swap();
    (void)mkdir(in("d/tree"), 0700);
    make_with_file("new", "new/x", "fine");
    CHECK(put());
}

static bool put_link(void)
{
    return symlink(in("out"), in("swap")) == 0 && rename(in("new"), in("d/tree/sub")) == 0;
}

static void reset_linked_tree(void)
{
    reset_tree(put_link);
}

static bool put_folder(void)
{
    return rename(in("new"), in("d/tree/sub")) == 0;
}

static void reset_denied_tree(void)
{
    reset_tree(put_folder);
}

static void turn_tree_link(void)
{
    (void)!exchange("d/tree/sub", "swap");
}

static void turn_tree_denied(void)
{
    (void)!exchange("d/tree/sub", "d/private");
}

static bool remove_ours(void)
{
    struct fs_path path;
    struct fs_failure failure;
    const struct fs_target target = target_of("d/tree", &path);
    return fs_take_away(&target, true, &failure);
}

/* A look at what it is, and then by its name whatever that is now. */
static bool remove_naive(void)
{
    struct stat status;
    if (lstat(in("d/tree/sub"), &status) < 0 || !S_ISDIR(status.st_mode) ||
        says("d/tree/sub/x", "leak"))
        return false;
    return unlink(in("d/tree/sub/x")) == 0 && rmdir(in("d/tree/sub")) == 0 &&
           rmdir(in("d/tree")) == 0;
}

static bool denied_is_harmed(void)
{
    struct stat status;
    return fstatat(denied_folder, "x", &status, 0) < 0;
}

/* ---- the harness ---- */

/* What nobody attacks goes on. */
static void control(void)
{
    CHECK(move_ours("d/fine/x", "d/fine/z"));
    CHECK(move_ours("d/fine/z", "d/fine/x"));
}

static void run_for(const struct trial *trial, bool (*act)(void), uint64_t seconds,
                    uint64_t harm_enough, struct counts *ret_counts)
{
    struct counts counts = {0};
    uint64_t end = tb_clock_ns() + seconds * TB_S_NS;
    uint64_t turns = attack_turns();
    while ((tb_clock_ns() < end || attack_turns() - turns < SWAPS_MIN) &&
           counts.harm < harm_enough) {
        trial->reset();
        act() ? counts.done++ : counts.refused++;
        counts.harm += trial->harm();
        control();
    }
    *ret_counts = counts;
}

static void show(const char *name, const char *how, const struct counts *counts)
{
    printf("%-24s %-6s harm %llu, done %llu, refused %llu\n", name, how,
           (unsigned long long)counts->harm, (unsigned long long)counts->done,
           (unsigned long long)counts->refused);
    fflush(stdout);
}

static void run(const struct trial *trial)
{
    struct counts ours;
    struct counts naive;
    prepare();
    const char *const allow[] = {in("d/**"), NULL};
    const char *const deny[] = {in("d/private/**"), NULL};
    space = space_new(allow, deny);
    pid_t attacker = attack_start(trial->turn);
    run_for(trial, trial->ours, SAFE_S, UINT64_MAX, &ours);
    show(trial->name, "ours", &ours);
    run_for(trial, trial->naive, NAIVE_S, 1, &naive);
    show(trial->name, "naive", &naive);
    attack_stop(attacker);
    fs_space_free(space);
    tb_fd_close(&denied_folder);
    remove_folder();
    CHECK_INT(ours.harm, 0);
    CHECK(ours.done > 0 || (trial->hopeless && ours.refused > 0));
    CHECK(naive.harm > 0);
}

static void copying_through_a_link(void)
{
    run(&(struct trial){"copy, link", turn_link, reset_nothing, copy_ours, copy_naive,
                        outside_is_harmed, false});
}

static void making_through_a_link(void)
{
    run(&(struct trial){"mkdir, link", turn_link, reset_new, make_ours, make_naive,
                        outside_is_harmed, false});
}

static void renaming_through_a_link(void)
{
    run(&(struct trial){"rename, link", turn_link, reset_nothing, move_file_ours, move_file_naive,
                        outside_is_harmed, false});
}

static void renaming_the_denied_folder(void)
{
    run(&(struct trial){"rename, denied", turn_denied, reset_moved, move_folder_ours,
                        move_folder_naive, denied_has_moved, true});
}

static void removing_through_a_link(void)
{
    run(&(struct trial){"remove, link", turn_tree_link, reset_linked_tree, remove_ours,
                        remove_naive, outside_is_harmed, false});
}

static void removing_the_denied_folder(void)
{
    run(&(struct trial){"remove, denied", turn_tree_denied, reset_denied_tree, remove_ours,
                        remove_naive, denied_is_harmed, true});
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(copying_through_a_link),  TEST(making_through_a_link),
        TEST(renaming_through_a_link), TEST(renaming_the_denied_folder),
        TEST(removing_through_a_link), TEST(removing_the_denied_folder),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
