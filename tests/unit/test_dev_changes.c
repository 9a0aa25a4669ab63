/* What the dev program sees of an app's folder that somebody works in. */
#include "base/fd.h"
#include "dev/changes.h"
#include "dev/quiet.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>

static char app[] = "/tmp/trollbridge-changes-XXXXXX";
static struct dev_changes *changes;
static uint64_t now_ns = 1000 * TB_S_NS; /* ours alone */

static const char *at(const char *path)
{
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *one = paths[next++ % 4];
    (void)snprintf(one, PATH_MAX, "%s/%s", app, path);
    return one;
}

static void folder(const char *path)
{
    CHECK_INT(mkdir(at(path), 0700), 0);
}

static void file(const char *path, const char *text)
{
    tb_fd fd = open(at(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0);
    CHECK_INT(tb_fd_write_all(fd, tb_bytes_of_string(text)), 0);
}

static void move(const char *from, const char *to)
{
    CHECK_INT(rename(at(from), at(to)), 0);
}

static void gone(const char *path)
{
    CHECK_INT(remove(at(path)), 0);
}

static void watch(const struct dev_changes_limits *limits)
{
    CHECK_INT(dev_changes_new(app, "dist", limits, &changes), 0);
}

static int take_away(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

static void end(void)
{
    dev_changes_free(changes);
    (void)nftw(app, take_away, 16, FTW_DEPTH | FTW_PHYS);
}

/* An app as most are. */
static void begin(void)
{
    CHECK(mkdtemp(app) && atexit(end) == 0);
    folder("dist");
    folder("dist/deep");
    folder("capabilities");
    folder("data");
    file("dist/index.html", "x");
    file("capabilities/main.json", "{}");
    file("trollbridge.toml", "[hook]\nfile = \"filter.js\"\n[plugins.p]\npermissions = \"p\"\n");
    watch(NULL);
}

/* What has changed since it was asked last, once all of it is quiet. */
static unsigned changed(void)
{
    CHECK_INT(dev_changes_read(changes, now_ns), 0);
    now_ns += TB_S_NS;
    return dev_changes_take(changes, now_ns);
}

/* ---- what counts ---- */

static void nothing_has_changed_at_first(void)
{
    begin();
    CHECK(dev_changes_lack(changes) == NULL);
    CHECK_INT(changed(), 0);
    CHECK(dev_changes_due_ns(changes) == TB_NEVER);
}

static void each_part_has_its_kind(void)
{
    begin();
    file("dist/index.html", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("dist/deep/a.js", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("capabilities/main.json", "{ }");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
    file("trollbridge.toml", "[app]\n");
    CHECK_INT(changed(), DEV_CHANGE_APP);
    file("filter.js", "y");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
    file("isolation.js", "y");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
    gone("isolation.js");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
    file("dist/index.html", "z");
    file("capabilities/main.json", "{  }");
    CHECK_INT(changed(), DEV_CHANGE_FILES | DEV_CHANGE_POLICY);
}

static void what_an_app_writes_beside_them_does_not(void)
{
    begin();
    file("data/notes.txt", "y");
    folder("data/dist");
    file("data/dist/index.html", "y");
    file("data/trollbridge.toml", "y");
    file("audit.jsonl", "y");
    folder("cache");
    file("cache/x.js", "y");
    folder("src");
    file("src/main.js", "y");
    CHECK_INT(changed(), 0);
}

static void what_is_no_policy_in_its_folders_does_not(void)
{
    begin();
    file("capabilities/README.md", "y");
    file("capabilities/main.json.bak", "y");
    CHECK_INT(changed(), 0);
    file("capabilities/other.toml", "y");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
    gone("capabilities/other.toml");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
}

static void a_plugin_is_what_its_folder_says(void)
{
    begin();
    folder("p");
    CHECK_INT(changed(), 0);
    file("p/plugin.toml", "y");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
    file("p/program", "y");
    folder("p/cache");
    file("p/cache/x.toml", "y");
    CHECK_INT(changed(), 0);
    folder("p/permissions");
    file("p/permissions/default.toml", "y");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
}

static void folders_of_other_programs_are_never_entered(void)
{
    begin();
    folder("dist/node_modules");
    file("dist/node_modules/x.js", "y");
    folder("dist/.git");
    file("dist/.git/index", "y");
    CHECK_INT(changed(), 0);
    gone("dist/node_modules/x.js");
    gone("dist/node_modules");
    CHECK_INT(changed(), 0);
}

/* ---- editors ---- */

static void names_that_are_temporary_do_not_count(void)
{
    begin();
    file("dist/.index.html.swp", "y");
    file("dist/4913", "");
    gone("dist/4913");
    file("dist/index.html~", "y");
    CHECK_INT(symlink("me@here.1", at("dist/.#index.html")), 0);
    file("capabilities/.main.json.swp", "y");
    file("capabilities/main.json~", "y");
    file("trollbridge.toml~", "y");
    CHECK_INT(changed(), 0);
}

static void a_file_that_is_written_anew_in_any_way_does(void)
{
    begin();
    file("capabilities/main.json.new", "{}"); /* renamed over */
    CHECK_INT(changed(), 0);
    move("capabilities/main.json.new", "capabilities/main.json");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
    move("dist/index.html", "dist/index.html~"); /* moved aside, and made again */
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("dist/index.html", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    gone("trollbridge.toml"); /* deleted, and made again */
    file("trollbridge.toml", "y");
    CHECK_INT(changed(), DEV_CHANGE_APP);
    CHECK_INT(link(at("dist/index.html"), at("dist/other.html")), 0);
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    CHECK_INT(symlink("index.html", at("dist/third.html")), 0);
    CHECK_INT(changed(), DEV_CHANGE_FILES);
}

static void a_file_that_stays_open_does(void)
{
    begin();
    tb_fd fd = open(at("dist/index.html"), O_WRONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_INT(changed(), 0);
    CHECK_INT(write(fd, "y", 1), 1);
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    char byte;
    tb_fd other = open(at("dist/index.html"), O_RDONLY | O_CLOEXEC);
    CHECK_INT(read(other, &byte, 1), 1);
    CHECK_INT(changed(), 0);
}

/* ---- folders that come and go ---- */

static void what_was_put_into_a_new_folder_counts(void)
{
    begin();
    folder("dist/empty");
    CHECK_INT(changed(), 0);
    folder("dist/new");
    folder("dist/new/er");
    file("dist/new/er/a.js", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("dist/new/er/a.js", "z");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("dist/empty/b.js", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    folder("permissions");
    folder("permissions/deep");
    file("permissions/deep/a.toml", "y");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
}

static void a_folder_that_is_moved_is_followed(void)
{
    begin();
    folder("dist/deep/est");
    file("dist/deep/est/a.js", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    move("dist/deep", "dist/moved");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("dist/moved/est/a.js", "z");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    move("dist/moved", "data/moved");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("data/moved/est/a.js", "y");
    CHECK_INT(changed(), 0);
    move("data/moved", "dist/node_modules");
    file("dist/node_modules/est/a.js", "y");
    CHECK_INT(changed(), 0);
}

/* Read only when all of it has happened: what is found by then is another folder already. */
static void folders_that_change_places_at_once_are_followed(void)
{
    begin();
    for (int i = 0; i < 3; i++) {
        folder("dist/x");
        folder("dist/x/y");
        move("dist/x", "dist/z");
        move("dist/z/y", "dist/y");
        CHECK_INT(changed(), DEV_CHANGE_FILES);
        file("dist/y/a.js", "y");
        CHECK_INT(changed(), DEV_CHANGE_FILES);
        file("dist/z/a.js", "y");
        CHECK_INT(changed(), DEV_CHANGE_FILES);
        gone("dist/z/a.js");
        gone("dist/y/a.js");
        gone("dist/z");
        gone("dist/y");
        CHECK_INT(changed(), DEV_CHANGE_FILES);
    }
}

static void the_frontend_may_be_made_anew(void)
{
    begin();
    gone("dist/index.html");
    gone("dist/deep");
    gone("dist");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    folder("dist");
    CHECK_INT(changed(), 0);
    file("dist/index.html", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    folder("next");
    file("next/index.html", "z");
    move("dist", "old");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    move("next", "dist");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("old/index.html", "y");
    CHECK_INT(changed(), 0);
    file("dist/index.html", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
}

static void a_frontend_that_lies_deep_may_come_later(void)
{
    begin();
    dev_changes_aim(changes, "web/build/out");
    file("dist/index.html", "y");
    folder("web");
    file("web/x.js", "y");
    CHECK_INT(changed(), 0);
    folder("web/build");
    folder("web/build/other");
    file("web/build/other/x.js", "y");
    CHECK_INT(changed(), 0);
    folder("web/build/out");
    file("web/build/out/x.js", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    move("web", "elsewhere");
    CHECK_INT(changed(), DEV_CHANGE_FILES | DEV_CHANGE_FILES);
    move("elsewhere", "web");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("web/build/out/x.js", "z");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
}

static void aiming_reads_the_manifest_anew(void)
{
    begin();
    file("trollbridge.toml", "[hook]\nfile = \"other.js\"\n");
    CHECK_INT(changed(), DEV_CHANGE_APP);
    dev_changes_aim(changes, "dist");
    file("filter.js", "y");
    folder("p");
    file("p/plugin.toml", "y");
    CHECK_INT(changed(), 0);
    file("other.js", "y");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
}

static void aiming_forgets_nothing_that_has_happened(void)
{
    begin();
    file("dist/index.html", "y");
    dev_changes_aim(changes, "elsewhere");
    struct pollfd ready = {.fd = dev_changes_fd(changes), .events = POLLIN};
    CHECK_INT(poll(&ready, 1, 0), 1);
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    CHECK_INT(changed(), 0);
}

static void an_app_without_a_frontend_has_its_policy(void)
{
    begin();
    dev_changes_aim(changes, "");
    file("dist/index.html", "y");
    file("data/x", "y");
    CHECK_INT(changed(), 0);
    file("capabilities/main.json", "{ }");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
}

/* ---- what cannot be watched ---- */

static void links_are_not_followed(void)
{
    begin();
    CHECK_INT(symlink("../data", at("dist/data")), 0);
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("data/x", "y");
    CHECK_INT(changed(), 0);
    CHECK(dev_changes_lack(changes) == NULL);
    CHECK_INT(symlink("dist", at("link")), 0);
    dev_changes_aim(changes, "link");
    CHECK(dev_changes_lack(changes) && strstr(dev_changes_lack(changes), "link is a link"));
    file("dist/index.html", "y");
    CHECK_INT(changed(), 0);
    file("capabilities/main.json", "{ }");
    CHECK_INT(changed(), DEV_CHANGE_POLICY);
}

static void more_folders_than_are_watched_are_told(void)
{
    begin();
    dev_changes_free(changes);
    watch(&(struct dev_changes_limits){.folders = 4});
    CHECK(dev_changes_lack(changes) == NULL); /* the app's, dist, deep, capabilities */
    folder("dist/more");
    file("dist/more/a.js", "y");
    CHECK_INT(changed(), 0);
    CHECK(strstr(dev_changes_lack(changes), "dist/more and more cannot be watched: 4 folders"));
    file("dist/index.html", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    gone("dist/more/a.js");
    gone("dist/more");
    dev_changes_aim(changes, "dist");
    CHECK(dev_changes_lack(changes) == NULL);
}

static void folders_that_lie_too_deep_are_told(void)
{
    begin();
    dev_changes_free(changes);
    watch(&(struct dev_changes_limits){.depth = 1});
    CHECK(dev_changes_lack(changes) == NULL);
    folder("dist/deep/er");
    dev_changes_aim(changes, "dist");
    CHECK(strstr(dev_changes_lack(changes), "dist/deep/er lies more than 1 folders deep"));
    file("dist/deep/a.js", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
    file("dist/deep/er/a.js", "y");
    CHECK_INT(changed(), 0);
}

static void what_is_not_seen_is_said_once(void)
{
    char frontend[600];
    begin();
    CHECK(dev_changes_take_lack(changes) == NULL);
    CHECK_INT(symlink("dist", at("link")), 0);
    dev_changes_aim(changes, "link");
    CHECK(strstr(dev_changes_take_lack(changes), "link is a link"));
    CHECK(dev_changes_take_lack(changes) == NULL);
    dev_changes_aim(changes, "link");
    CHECK(dev_changes_take_lack(changes) == NULL && dev_changes_lack(changes));
    dev_changes_aim(changes, "dist");
    CHECK(dev_changes_take_lack(changes) == NULL && dev_changes_lack(changes) == NULL);
    dev_changes_aim(changes, "link");
    CHECK(dev_changes_take_lack(changes) != NULL);
    (void)snprintf(frontend, sizeof frontend, "%0500d", 0);
    dev_changes_aim(changes, frontend);
    CHECK(strstr(dev_changes_take_lack(changes), "is too long a path"));
}

static void an_app_that_is_gone_is_told(void)
{
    struct dev_changes *none;
    char other[PATH_MAX];
    begin();
    (void)snprintf(other, sizeof other, "%s.moved", app);
    CHECK_INT(rename(app, other), 0);
    CHECK_INT(changed(), DEV_CHANGE_APP);
    CHECK(strstr(dev_changes_lack(changes), "not at its place"));
    CHECK_INT(dev_changes_new(app, "dist", NULL, &none), -ENOENT);
    CHECK_INT(rename(other, app), 0);
    gone("trollbridge.toml");
    CHECK_INT(changed(), DEV_CHANGE_APP);
}

/* More than the kernel keeps: what was lost may have been anything. */
static void what_was_lost_may_be_anything(void)
{
    begin();
    long most = 0;
    FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    CHECK(limit && fscanf(limit, "%ld", &most) == 1 && fclose(limit) == 0);
    file("data/a", "y");
    folder("dist/x");
    /* Each differs from the one before it, or the kernel would keep one for all. */
    for (long i = 0; i <= most / 2 + 1; i++) {
        move(i % 2 ? "b" : "data/a", i % 2 ? "data/a" : "b");
        move("dist/x", "dist/y");
        move("dist/y", "dist/x");
    }
    folder("dist/late");
    CHECK_INT(dev_changes_read(changes, now_ns), 0);
    while (dev_changes_read(changes, now_ns) == 0) {
        struct pollfd more = {.fd = dev_changes_fd(changes), .events = POLLIN};
        if (poll(&more, 1, 0) == 0)
            break;
    }
    CHECK_INT(changed(), DEV_CHANGE_ALL);
    CHECK(dev_changes_lack(changes) == NULL);
    file("dist/late/a.js", "y");
    CHECK_INT(changed(), DEV_CHANGE_FILES);
}

/* ---- when it is told ---- */

static void a_change_is_told_once_it_is_quiet(void)
{
    struct dev_quiet quiet = {0};
    CHECK(dev_quiet_due_ns(&quiet) == TB_NEVER);
    dev_quiet_add(&quiet, 0, 5);
    CHECK(dev_quiet_due_ns(&quiet) == TB_NEVER);
    dev_quiet_add(&quiet, DEV_CHANGE_FILES, 1000);
    CHECK_INT(dev_quiet_due_ns(&quiet), 1000 + 60 * TB_MS_NS);
    dev_quiet_add(&quiet, DEV_CHANGE_POLICY, 1000 + 50 * TB_MS_NS);
    CHECK_INT(dev_quiet_due_ns(&quiet), 1000 + 110 * TB_MS_NS);
    CHECK_INT(dev_quiet_take(&quiet, 1000 + 110 * TB_MS_NS - 1), 0);
    CHECK_INT(dev_quiet_take(&quiet, 1000 + 110 * TB_MS_NS), DEV_CHANGE_FILES | DEV_CHANGE_POLICY);
    CHECK_INT(dev_quiet_take(&quiet, UINT64_MAX - 1), 0);
}

static void it_is_not_put_off_for_ever(void)
{
    struct dev_quiet quiet = {0};
    for (uint64_t ms = 0; ms < 490; ms += 10) {
        dev_quiet_add(&quiet, DEV_CHANGE_FILES, ms * TB_MS_NS);
        CHECK_INT(dev_quiet_take(&quiet, ms * TB_MS_NS), 0);
    }
    CHECK_INT(dev_quiet_due_ns(&quiet), 500 * TB_MS_NS);
    CHECK_INT(dev_quiet_take(&quiet, 500 * TB_MS_NS), DEV_CHANGE_FILES);
}

static void the_caller_has_the_clock(void)
{
    begin();
    struct pollfd ready = {.fd = dev_changes_fd(changes), .events = POLLIN};
    CHECK_INT(poll(&ready, 1, 0), 0);
    file("dist/index.html", "y");
    CHECK_INT(poll(&ready, 1, 0), 1);
    CHECK_INT(dev_changes_read(changes, now_ns), 0);
    CHECK_INT(poll(&ready, 1, 0), 0);
    CHECK_INT(dev_changes_due_ns(changes), now_ns + 60 * TB_MS_NS);
    CHECK_INT(dev_changes_take(changes, now_ns), 0);
    CHECK_INT(dev_changes_take(changes, now_ns + 60 * TB_MS_NS), DEV_CHANGE_FILES);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(nothing_has_changed_at_first),
        TEST(each_part_has_its_kind),
        TEST(what_an_app_writes_beside_them_does_not),
        TEST(what_is_no_policy_in_its_folders_does_not),
        TEST(a_plugin_is_what_its_folder_says),
        TEST(folders_of_other_programs_are_never_entered),
        TEST(names_that_are_temporary_do_not_count),
        TEST(a_file_that_is_written_anew_in_any_way_does),
        TEST(a_file_that_stays_open_does),
        TEST(what_was_put_into_a_new_folder_counts),
        TEST(a_folder_that_is_moved_is_followed),
        TEST(folders_that_change_places_at_once_are_followed),
        TEST(the_frontend_may_be_made_anew),
        TEST(a_frontend_that_lies_deep_may_come_later),
        TEST(aiming_reads_the_manifest_anew),
        TEST(aiming_forgets_nothing_that_has_happened),
        TEST(an_app_without_a_frontend_has_its_policy),
        TEST(links_are_not_followed),
        TEST(more_folders_than_are_watched_are_told),
        TEST(folders_that_lie_too_deep_are_told),
        TEST(what_is_not_seen_is_said_once),
        TEST(an_app_that_is_gone_is_told),
        TEST(what_was_lost_may_be_anything),
        TEST(a_change_is_told_once_it_is_quiet),
        TEST(it_is_not_put_off_for_ever),
        TEST(the_caller_has_the_clock),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
