/*
 * The folder of a plugin's own: what is in it, who gets it, and what the launcher refuses to take
 * for it. Each refusal is proven against the same attempt without the sandbox.
 */
#include "base/fd.h"
#include "tests/sandbox/confined.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define APP "state/trollbridge/com.example.test"

static const char *confine_path;
static const char *probe_path;

static void for_each_level(void (*run)(struct confined *confined))
{
    confined_for_each_level(confine_path, probe_path, run);
}

static const char *path_of(const struct confined *confined, const char *name)
{
    static char path[2 * PATH_SIZE];
    CHECK(snprintf(path, sizeof path, "%s/%s", confined->base, name) < (int)sizeof path);
    return path;
}

static void make_folders(const struct confined *confined, const char *const *names, mode_t mode)
{
    for (size_t i = 0; names[i]; i++) {
        CHECK(mkdir(path_of(confined, names[i]), 0700) == 0 || errno == EEXIST);
        CHECK_INT(chmod(path_of(confined, names[i]), mode), 0);
    }
}

static void make_file(const struct confined *confined, const char *name)
{
    tb_fd file = open(path_of(confined, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(file >= 0 && write(file, "text", 4) == 4);
}

/* What other plugins, the broker and other apps keep. */
static void make_neighbours(const struct confined *confined)
{
    static const char *const folders[] = {"state",
                                          "state/trollbridge",
                                          APP,
                                          APP "/plugins",
                                          APP "/plugins/other",
                                          "state/trollbridge/com.example.other",
                                          "state/trollbridge/com.example.other/plugins",
                                          "state/trollbridge/com.example.other/plugins/probe",
                                          NULL};
    make_folders(confined, folders, 0700);
    make_file(confined, APP "/answers");
    make_file(confined, APP "/plugins/other/secret");
    make_file(confined, "state/trollbridge/com.example.other/plugins/probe/secret");
}

static mode_t mode_of(const struct confined *confined, const char *name)
{
    struct stat status;
    CHECK_INT(lstat(path_of(confined, name), &status), 0);
    CHECK(S_ISDIR(status.st_mode));
    return status.st_mode & 07777;
}

static void own(struct confined *confined)
{
    confined->state = true;
    confined_expect(confined, "write", "@/" STATE_FOLDER "/new", true);
    confined_expect(confined, "read", "@/" STATE_FOLDER "/new", true);
    confined_expect(confined, "truncate", "@/" STATE_FOLDER "/new", true);
    confined_expect(confined, "list", "@/" STATE_FOLDER, true);
    confined_expect(confined, "mkdir", "@/" STATE_FOLDER "/folder", true);
    confined_expect(confined, "remove", "@/" STATE_FOLDER "/new", true);
    CHECK_INT(mode_of(confined, STATE_FOLDER), 0700);
    CHECK_INT(mode_of(confined, APP "/plugins"), 0700);
    CHECK_INT(mode_of(confined, "state"), 0700);
    confined_refused(confined, "link", "@/" STATE_FOLDER "/link");
}

static void own_folder_is_made_and_can_be_used(void)
{
    for_each_level(own);
}

static void nothing_else(struct confined *confined)
{
    confined->state = true;
    make_neighbours(confined);
    confined_expect(confined, "write", "@/" STATE_FOLDER "/new", true);
    confined_refused(confined, "list", "@/state/trollbridge");
    confined_refused(confined, "list", "@/" APP);
    confined_refused(confined, "list", "@/" APP "/plugins");
    confined_refused(confined, "list", "@/" APP "/plugins/other");
    confined_refused(confined, "read", "@/" APP "/answers");
    confined_refused(confined, "write", "@/" APP "/answers");
    confined_refused(confined, "write", "@/" APP "/new");
    confined_refused(confined, "write", "@/" APP "/plugins/new");
    confined_refused(confined, "read", "@/" APP "/plugins/other/secret");
    confined_refused(confined, "read",
                     "@/state/trollbridge/com.example.other/plugins/probe/secret");
    confined_refused(confined, "read", "@/other/file");
    confined_refused(confined, "write", "@/other/file");
}

static void nothing_else_of_the_state_folder_is_there(void)
{
    for_each_level(nothing_else);
}

/* A hull that holds everything, by its scopes or by its sandbox: these folders are still covered.
 * Landlock cannot take a folder out of one that it allows, so that this is the mount namespace's.
 */
static void others(struct confined *confined)
{
    if (!(confined->namespaces & TB_LAYER_BIT(TB_LAYER_MOUNT)))
        return;
    make_neighbours(confined);
    confined->wide = true;
    confined_expect(confined, "read", "@/other/file", true);
    confined_refused(confined, "list", "@/state/trollbridge");
    confined_refused(confined, "read", "@/" APP "/answers");
    confined_refused(confined, "read", "@/" APP "/plugins/other/secret");
    confined_refused(confined, "write", "@/state/trollbridge/com.example.other/new");
    confined->state = true;
    confined_expect(confined, "read", "@/other/file", true);
    confined_expect(confined, "write", "@/" STATE_FOLDER "/new", true);
    confined_expect(confined, "read", "@/" STATE_FOLDER "/new", true);
    confined_refused(confined, "read", "@/" APP "/answers");
    confined_refused(confined, "write", "@/" APP "/new");
    confined_refused(confined, "read", "@/" APP "/plugins/other/secret");
    confined_refused(confined, "read",
                     "@/state/trollbridge/com.example.other/plugins/probe/secret");
}

static void a_hull_of_everything_holds_none_of_them(void)
{
    for_each_level(others);
}

/* The first plugin that keeps something may come after one whose hull holds the place. */
static void late(struct confined *confined)
{
    confined->wide = true;
    confined_expect(confined, "read", "@/other/file", true);
    CHECK_INT(mode_of(confined, "state/trollbridge"), 0700);
}

static void the_place_is_there_to_be_covered(void)
{
    for_each_level(late);
}

/* Where XDG_STATE_HOME is a link, it leads where the user wants it. */
static void linked_home(struct confined *confined)
{
    CHECK_INT(mkdir(path_of(confined, "elsewhere"), 0700), 0);
    CHECK_INT(symlink("elsewhere", path_of(confined, "state")), 0);
    confined->state = true;
    confined_expect(confined, "write", "@/" STATE_FOLDER "/new", true);
    CHECK_INT(mode_of(confined, "elsewhere/trollbridge/com.example.test/plugins/probe"), 0700);
    confined->wide = true;
    confined_expect(confined, "write", "@/" STATE_FOLDER "/new", true);
    make_file(confined, APP "/answers");
    if (!(confined->namespaces & TB_LAYER_BIT(TB_LAYER_MOUNT)))
        return;
    confined_refused(confined, "read", "@/" APP "/answers");
    confined_refused(confined, "read", "@/elsewhere/trollbridge/com.example.test/answers");
    confined->state = false;
    confined_refused(confined, "list", "@/elsewhere/trollbridge");
}

static void a_link_above_is_the_users(void)
{
    for_each_level(linked_home);
}

static void refuses_to_start(struct confined *confined)
{
    confined->state = true;
    CHECK_INT(confined_try(confined, "write", "@/write/new"), CONFINED_NO_REPORT);
    CHECK_INT(access(path_of(confined, "write/new"), F_OK), -1);
}

static void links(struct confined *confined)
{
    static const char *const planted[] = {"state/trollbridge", APP, APP "/plugins", STATE_FOLDER};
    CHECK_INT(mkdir(path_of(confined, "state"), 0700), 0);
    for (size_t i = 0; i < TB_ARRAY_LEN(planted); i++) {
        char target[PATH_SIZE];
        CHECK(snprintf(target, sizeof target, "%s/other", confined->base) < PATH_SIZE);
        CHECK_INT(symlink(target, path_of(confined, planted[i])), 0);
        refuses_to_start(confined);
        CHECK_INT(unlink(path_of(confined, planted[i])), 0);
        CHECK_INT(mkdir(path_of(confined, planted[i]), 0700), 0);
    }
    confined_expect(confined, "write", "@/" STATE_FOLDER "/new", true);
}

static void links_below_are_refused(void)
{
    for_each_level(links);
}

static void writable(struct confined *confined)
{
    static const char *const folders[] = {"state/trollbridge", APP, APP "/plugins", STATE_FOLDER};
    static const mode_t modes[] = {0770, 0707, 0722};
    confined->state = true;
    confined_expect(confined, "write", "@/" STATE_FOLDER "/new", true);
    for (size_t i = 0; i < TB_ARRAY_LEN(folders); i++) {
        for (size_t k = 0; k < TB_ARRAY_LEN(modes); k++) {
            CHECK_INT(chmod(path_of(confined, folders[i]), modes[k]), 0);
            refuses_to_start(confined);
        }
        CHECK_INT(chmod(path_of(confined, folders[i]), 0755), 0);
    }
    confined_expect(confined, "write", "@/" STATE_FOLDER "/new", true);
    CHECK_INT(mode_of(confined, STATE_FOLDER), 0700);
}

static void folders_that_others_can_write_are_refused(void)
{
    for_each_level(writable);
}

/* Only root can make a folder of somebody else's; for others there is one that always is. */
static void somebody_elses(struct confined *confined)
{
    confined->state = true;
    confined_expect(confined, "write", "@/" STATE_FOLDER "/new", true);
    if (geteuid() == 0) {
        CHECK_INT(chown(path_of(confined, STATE_FOLDER), 65533, 65533), 0);
    } else {
        char moved[PATH_SIZE];
        CHECK(snprintf(moved, sizeof moved, "%s/moved", confined->base) < PATH_SIZE);
        CHECK_INT(rename(path_of(confined, "state/trollbridge"), moved), 0);
        CHECK_INT(symlink("/usr", path_of(confined, "state/trollbridge")), 0);
    }
    refuses_to_start(confined);
}

static void folders_of_somebody_else_are_refused(void)
{
    for_each_level(somebody_elses);
}

static void unwritable(struct confined *confined)
{
    make_file(confined, "state");
    refuses_to_start(confined);
}

static void a_place_where_nothing_can_be_made_is_refused(void)
{
    for_each_level(unwritable);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(own_folder_is_made_and_can_be_used),
        TEST(nothing_else_of_the_state_folder_is_there),
        TEST(a_hull_of_everything_holds_none_of_them),
        TEST(the_place_is_there_to_be_covered),
        TEST(a_link_above_is_the_users),
        TEST(links_below_are_refused),
        TEST(folders_that_others_can_write_are_refused),
        TEST(folders_of_somebody_else_are_refused),
        TEST(a_place_where_nothing_can_be_made_is_refused),
    };
    CHECK(argc >= 3);
    confine_path = argv[1];
    probe_path = argv[2];
    return test_main(argc - 2, argv + 2, tests, TB_ARRAY_LEN(tests));
}
