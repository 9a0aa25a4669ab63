#include "tests/unit/fs_space.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/un.h>

/* ---- what a page writes ---- */

static const char *reads_as(const char *text, size_t n, const char *base)
{
    static struct fs_path path;
    const char *wrong = fs_path_read(tb_bytes_of(text, n), tb_bytes_of_string(base), &path);
    if (!wrong) {
        CHECK(path.n == strlen(path.text));
        return path.text;
    }
    return wrong;
}
#define READS_AS(text, expected) CHECK_STR(reads_as(text, sizeof(text) - 1, "/base"), expected)

static void paths_are_normalised(void)
{
    READS_AS("/a/b", "/a/b");
    READS_AS("//a/.//b/./", "/a/b");
    READS_AS("/", "/");
    READS_AS("///./", "/");
    READS_AS("a", "/base/a");
    READS_AS("./a/", "/base/a");
    READS_AS(".", "/base");
    READS_AS("...", "/base/...");
    READS_AS("a:b", "/base/a:b");
    READS_AS("./ab:c", "/base/ab:c");
    READS_AS("/%41", "/%41");
    CHECK_STR(reads_as("a", 1, ""), "a relative path has nothing to be relative to");
    CHECK_STR(reads_as("", 0, ""), "empty");
}

static void urls_are_decoded_once(void)
{
    READS_AS("file:///a/b", "/a/b");
    READS_AS("file://localhost/a", "/a");
    READS_AS("file:///a%20b%C3%A9", "/a bé");
    READS_AS("file:///a%2541", "/a%41");
    READS_AS("file:///a%2Fb", "/a/b");
    READS_AS("file:///%2e%2E/b", "`..` is not accepted");
    READS_AS("file:///a?b", "not a file URL that names a local file");
    READS_AS("file:///a#b", "not a file URL that names a local file");
    READS_AS("file:///a%4", "not a file URL that names a local file");
    READS_AS("file:///a%4g", "not a file URL that names a local file");
    READS_AS("file://host/a", "not a file URL that names a local file");
    READS_AS("file://", "not a file URL that names a local file");
    READS_AS("file:a", "only file URLs and paths are accepted");
    READS_AS("http://a/b", "only file URLs and paths are accepted");
    READS_AS("data:x", "only file URLs and paths are accepted");
}

static void bad_paths_are_refused(void)
{
    READS_AS("/a/../b", "`..` is not accepted");
    READS_AS("..", "`..` is not accepted");
    READS_AS("/a\0b", "has a control character");
    READS_AS("/a\x1b[0m", "has a control character");
    READS_AS("/a\x7f", "has a control character");
    READS_AS("file:///%00", "has a control character");
    READS_AS("file:///%ff", "not valid UTF-8");
    READS_AS("file:///%c0%ae%c0%ae/", "not valid UTF-8");
}

static void long_paths_are_refused(void)
{
    static char text[3 * FS_PATH_MAX + 2];
    memset(text, 'a', sizeof text);
    text[0] = '/';
    CHECK_INT(strlen(reads_as(text, FS_PATH_MAX, "")), FS_PATH_MAX);
    CHECK_STR(reads_as(text, FS_PATH_MAX + 1, ""), "longer than 4096 bytes");
    CHECK_STR(reads_as(text + 1, FS_PATH_MAX - 5, "/base"), "longer than 4096 bytes");
    CHECK_STR(reads_as(text, sizeof text, ""), "longer than 4096 bytes");
    for (size_t i = 0; i < 256; i++)
        memcpy(text + 2 * i, "/a", 2);
    CHECK_INT(strlen(reads_as(text, 2 * 255, "")), 2 * 255);
    CHECK_STR(reads_as(text, 2 * 256, ""), "too many folders deep");
}

/* ---- what is opened ---- */

static char folder[PATH_MAX];

static const char *in(const char *name)
{
    static char paths[8][2 * PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 8];
    CHECK(snprintf(path, sizeof paths[0], "%s/%s", folder, name) > 0);
    return path;
}

/* /d: hello, sub/deep, private/key, secret, .dot; outside: a file beside /d. */
static void make_folder(void)
{
    char name[] = "/tmp/trollbridge-test-XXXXXX";
    CHECK(mkdtemp(name));
    CHECK(snprintf(folder, sizeof folder, "%s", name) > 0);
    CHECK_INT(mkdir(in("d"), 0700), 0);
    CHECK_INT(mkdir(in("d/sub"), 0700), 0);
    CHECK_INT(mkdir(in("d/private"), 0700), 0);
    CHECK_INT(mkdir(in("d/private/in"), 0700), 0);
    space_file(in("d/hello"), "hello");
    space_file(in("d/sub/deep"), "deep");
    space_file(in("d/private/key"), "key");
    space_file(in("d/private/in/key"), "key");
    space_file(in("d/secret"), "secret");
    space_file(in("d/.dot"), "dot");
    space_file(in("outside"), "outside");
}

static int remove_one(const char *path, tb_unused const struct stat *status, tb_unused int type,
                      tb_unused struct FTW *where)
{
    return remove(path);
}

static void remove_folder(void)
{
    CHECK_INT(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* /d and all below is allowed; /d/private/ and the file /d/secret are denied. */
static struct fs_space *usual_space(void)
{
    const char *const allow[] = {in("d/**"), NULL};
    const char *const deny[] = {in("d/private/**"), in("d/secret"), NULL};
    return space_new(allow, deny);
}

static bool opens(struct fs_space *space, const char *name, enum space_try intent)
{
    struct fs_failure failure = {0};
    tb_fd fd = space_open(space, in(name), intent, &failure);
    return fd >= 0;
}

static void fails(struct fs_space *space, const char *name, enum space_try intent,
                  enum tb_code code, int number)
{
    struct fs_failure failure = {0};
    tb_fd fd = space_open(space, in(name), intent, &failure);
    CHECK_INT(fd, -1);
    CHECK_INT(failure.code, code);
    CHECK_INT(failure.number, number);
    CHECK(!strstr(failure.message, folder));
}

static void opens_what_is_allowed(void)
{
    make_folder();
    struct fs_space *space = usual_space();
    CHECK(opens(space, "d/hello", TRY_READ));
    CHECK(opens(space, "d/hello", TRY_WRITE));
    CHECK(opens(space, "d/hello", TRY_LOOK));
    CHECK(opens(space, "d/sub/deep", TRY_READ));
    CHECK(opens(space, "d/sub", TRY_LIST));
    CHECK(opens(space, "d/private", TRY_LOOK)); /* the folder, not what is in it */
    fails(space, "d/none", TRY_READ, TB_CODE_NOT_FOUND, ENOENT);
    fails(space, "d/none/none", TRY_READ, TB_CODE_NOT_FOUND, ENOENT);
    fails(space, "d/hello/x", TRY_READ, TB_CODE_IO, ENOTDIR);
    fails(space, "d/sub", TRY_READ, TB_CODE_IO, EISDIR);
    fails(space, "d/hello", TRY_LIST, TB_CODE_IO, ENOTDIR);
    fs_space_free(space);
    remove_folder();
}

static void refuses_what_is_not(void)
{
    static const char *const names[] = {
        "outside", "d",           "d/private/key", "d/private/in/key",
        "d/.dot",  "d/secret",    "d/secret/x",    "d/private/none",
        "dd",      "d/private/.x"};
    make_folder();
    struct fs_space *space = usual_space();
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++)
        fails(space, names[i], TRY_LOOK, TB_CODE_SCOPE, 0);
    fails(space, "d/private", TRY_LIST, TB_CODE_SCOPE, 0);
    fs_space_free(space);
    remove_folder();
}

static void an_empty_scope_allows_nothing(void)
{
    make_folder();
    const char *const none[] = {NULL};
    const char *const all[] = {"/**", NULL};
    const char *const no_pattern[] = {"d/[", NULL};
    struct fs_space *space = space_new(none, none);
    fails(space, "d/hello", TRY_READ, TB_CODE_SCOPE, 0);
    fs_space_free(space);
    /* What cannot be understood allows nothing where it allows, and denies all where it denies. */
    space = space_new(no_pattern, none);
    fails(space, "d/hello", TRY_READ, TB_CODE_SCOPE, 0);
    fs_space_free(space);
    space = space_new(all, no_pattern);
    fails(space, "d/hello", TRY_READ, TB_CODE_SCOPE, 0);
    fs_space_free(space);
    remove_folder();
}

static void a_denied_pattern_holds_for_dots_and_for_all_below(void)
{
    make_folder();
    const char *const allow[] = {in("d/**"), in("d/.*"), in("d/private/.*"), NULL};
    const char *const deny[] = {in("d/private/*"), in("d/?u*"), NULL};
    struct fs_space *space = space_new(allow, deny);
    space_file(in("d/private/.x"), "x");
    CHECK(opens(space, "d/.dot", TRY_READ));
    fails(space, "d/private/.x", TRY_READ, TB_CODE_SCOPE, 0);
    fails(space, "d/private/in/key", TRY_READ, TB_CODE_SCOPE, 0);
    fails(space, "d/sub/deep", TRY_READ, TB_CODE_SCOPE, 0);
    fs_space_free(space);
    remove_folder();
}

static void follows_no_link_anywhere(void)
{
    make_folder();
    struct fs_space *space = usual_space();
    CHECK_INT(symlink("hello", in("d/near")), 0);
    CHECK_INT(symlink("../outside", in("d/far")), 0);
    CHECK_INT(symlink("sub", in("d/folder")), 0);
    CHECK_INT(symlink(in("outside"), in("d/sub/absolute")), 0);
    CHECK_INT(symlink("/proc/self/root", in("d/magic")), 0);
    static const char *const names[] = {"d/near", "d/far", "d/folder/deep", "d/sub/absolute",
                                        "d/magic/etc/passwd"};
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++)
        for (int intent = TRY_READ; intent <= TRY_LOOK; intent++)
            if (intent != TRY_LIST || i == 4)
                fails(space, names[i], (enum space_try)intent, TB_CODE_SCOPE, ELOOP);
    fs_space_free(space);
    remove_folder();
}

static void a_root_may_be_a_link(void)
{
    make_folder();
    CHECK_INT(symlink("d", in("linked")), 0);
    const char *const allow[] = {in("linked/**"), NULL};
    const char *const deny[] = {in("linked/private/**"), NULL};
    struct fs_space *space = space_new(allow, deny);
    CHECK(opens(space, "linked/hello", TRY_READ));
    fails(space, "linked/private/key", TRY_READ, TB_CODE_SCOPE, 0);
    /* It was opened at the start: where the link leads later does not matter. */
    CHECK_INT(unlink(in("linked")), 0);
    CHECK_INT(symlink("/etc", in("linked")), 0);
    CHECK(opens(space, "linked/hello", TRY_READ));
    fails(space, "linked/passwd", TRY_READ, TB_CODE_NOT_FOUND, ENOENT);
    fs_space_free(space);
    remove_folder();
}

static void a_renamed_denied_folder_stays_denied(void)
{
    make_folder();
    struct fs_space *space = usual_space();
    CHECK_INT(rename(in("d/private"), in("d/sub/public")), 0);
    fails(space, "d/sub/public/key", TRY_READ, TB_CODE_SCOPE, 0);
    fails(space, "d/sub/public/in/key", TRY_LOOK, TB_CODE_SCOPE, 0);
    fails(space, "d/sub/public", TRY_LIST, TB_CODE_SCOPE, 0);
    /* Another takes its name: both are denied. */
    CHECK_INT(mkdir(in("d/private"), 0700), 0);
    space_file(in("d/private/key"), "key");
    fails(space, "d/private/key", TRY_READ, TB_CODE_SCOPE, 0);
    CHECK_INT(rename(in("d/private"), in("d/other")), 0);
    fails(space, "d/sub/public/key", TRY_READ, TB_CODE_SCOPE, 0);
    fs_space_free(space);
    remove_folder();
}

static void a_denied_folder_made_later_is_denied_by_what_it_is(void)
{
    make_folder();
    CHECK_INT(rename(in("d/private"), in("aside")), 0);
    struct fs_space *space = usual_space();
    CHECK_INT(rename(in("aside"), in("d/private")), 0);
    CHECK(opens(space, "d/hello", TRY_READ)); /* any call looks */
    CHECK_INT(rename(in("d/private"), in("d/public")), 0);
    fails(space, "d/public/key", TRY_READ, TB_CODE_SCOPE, 0);
    fs_space_free(space);
    remove_folder();
}

static int keeps(struct fs_space *space, const char *text)
{
    return fs_denied_cover(&space->denied, &space->roots, text);
}

static void what_the_launcher_keeps_no_scope_gives(void)
{
    char text[PATH_MAX + 16];
    make_folder();
    struct fs_space *space = usual_space();
    (void)snprintf(text, sizeof text, "0:0:%s", in("d/later"));
    CHECK_INT(keeps(space, text), TB_OK);
    (void)snprintf(text, sizeof text, "0:0:%s", in("d/hello"));
    CHECK_INT(keeps(space, text), TB_OK);
    CHECK_INT(mkdir(in("d/later"), 0700), 0);
    space_file(in("d/later/below"), "new");
    space_file(in("d/later-not"), "new");
    fails(space, "d/later", TRY_LOOK, TB_CODE_SCOPE, 0);
    fails(space, "d/later/below", TRY_READ, TB_CODE_SCOPE, 0);
    fails(space, "d/later/none", TRY_WRITE, TB_CODE_SCOPE, 0);
    fails(space, "d/hello", TRY_READ, TB_CODE_SCOPE, 0);
    CHECK_INT(link(in("d/hello"), in("d/sub/copy")), 0);
    fails(space, "d/sub/copy", TRY_READ, TB_CODE_SCOPE, 0);
    CHECK(opens(space, "d/later-not", TRY_READ));
    static const char *const wrong[] = {"",     "1",    ":1",      "1:",  "1:x",
                                        "1:2x", "1:2:", "1:2:a/b", "g:1", "1:2 :/a"};
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++)
        CHECK_INT(keeps(space, wrong[i]), TB_MALFORMED);
    fs_space_free(space);
    remove_folder();
}

static void another_name_of_a_denied_file_is_denied(void)
{
    make_folder();
    struct fs_space *space = usual_space();
    CHECK_INT(link(in("d/secret"), in("d/sub/copy")), 0);
    fails(space, "d/sub/copy", TRY_READ, TB_CODE_SCOPE, 0);
    fails(space, "d/sub/copy", TRY_WRITE, TB_CODE_SCOPE, 0);
    fails(space, "d/sub/copy", TRY_LOOK, TB_CODE_SCOPE, 0);
    /* Replaced as editors do it: the old content stays denied under its other name. */
    space_file(in("d/new"), "new");
    CHECK(opens(space, "d/new", TRY_READ));
    CHECK_INT(rename(in("d/new"), in("d/secret")), 0);
    fails(space, "d/sub/copy", TRY_READ, TB_CODE_SCOPE, 0);
    CHECK_INT(link(in("d/secret"), in("d/sub/second")), 0);
    fails(space, "d/sub/second", TRY_READ, TB_CODE_SCOPE, 0);
    CHECK(opens(space, "d/hello", TRY_READ));
    fs_space_free(space);
    remove_folder();
}

/* A name that stands for ever new things: deleted ones are forgotten, living ones are not, and when
 * there are too many of those, nothing is opened any more. */
static void a_denied_name_remembers_what_still_exists(void)
{
    make_folder();
    struct fs_space *space = usual_space();
    for (int i = 0; i < 3 * FS_SEEN_MAX; i++) {
        space_file(in("d/new"), "new");
        CHECK_INT(rename(in("d/new"), in("d/secret")), 0);
        CHECK(opens(space, "d/hello", TRY_READ));
    }
    for (int i = 0; i < FS_SEEN_MAX; i++) {
        char name[32];
        CHECK(snprintf(name, sizeof name, "d/sub/%d", i) > 0);
        CHECK_INT(rename(in("d/secret"), in(name)), 0);
        space_file(in("d/secret"), "new");
        bool opened = opens(space, "d/hello", TRY_READ);
        CHECK(opened == (i < FS_SEEN_MAX - 1));
        fails(space, name, TRY_READ, TB_CODE_SCOPE, 0);
    }
    fs_space_free(space);
    remove_folder();
}

static void only_regular_files_have_content(void)
{
    make_folder();
    struct fs_space *space = usual_space();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CHECK_INT(mkfifo(in("d/pipe"), 0600), 0);
    CHECK(snprintf(address.sun_path, sizeof address.sun_path, "%s/d/socket", folder) > 0);
    tb_fd listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK_INT(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    static const char *const names[] = {"d/pipe", "d/socket"};
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++) {
        fails(space, names[i], TRY_READ, TB_CODE_IO, ENXIO);
        fails(space, names[i], TRY_WRITE, TB_CODE_IO, ENXIO);
        CHECK(opens(space, names[i], TRY_LOOK));
    }
    tb_fd reader = open(in("d/pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    CHECK(reader >= 0);
    fails(space, "d/pipe", TRY_WRITE, TB_CODE_IO, ENXIO);
    fs_space_free(space);

    const char *const device[] = {"/dev/null", NULL};
    const char *const none[] = {NULL};
    struct fs_failure failure;
    space = space_new(device, none);
    CHECK_INT(space_open(space, "/dev/null", TRY_READ, &failure), -1);
    CHECK_INT(failure.number, ENXIO);
    fs_space_free(space);
    remove_folder();
}

static void a_folder_moved_out_of_the_root_is_out(void)
{
    make_folder();
    struct fs_space *space = usual_space();
    CHECK_INT(rename(in("d/sub"), in("moved")), 0);
    fails(space, "d/sub/deep", TRY_READ, TB_CODE_NOT_FOUND, ENOENT);
    /* The root itself may move: it is held, and so is what is below it. */
    CHECK_INT(rename(in("d"), in("e")), 0);
    CHECK(opens(space, "d/hello", TRY_READ));
    fs_space_free(space);
    remove_folder();
}

static void a_root_that_is_missing_at_the_start_stays_missing(void)
{
    make_folder();
    const char *const allow[] = {in("later/**"), NULL};
    const char *const none[] = {NULL};
    struct fs_space *space = space_new(allow, none);
    CHECK_INT(symlink("/etc", in("later")), 0);
    fails(space, "later/passwd", TRY_READ, TB_CODE_NOT_FOUND, ENOENT);
    fs_space_free(space);
    remove_folder();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(paths_are_normalised),
        TEST(urls_are_decoded_once),
        TEST(bad_paths_are_refused),
        TEST(long_paths_are_refused),
        TEST(opens_what_is_allowed),
        TEST(refuses_what_is_not),
        TEST(an_empty_scope_allows_nothing),
        TEST(a_denied_pattern_holds_for_dots_and_for_all_below),
        TEST(follows_no_link_anywhere),
        TEST(a_root_may_be_a_link),
        TEST(a_renamed_denied_folder_stays_denied),
        TEST(a_denied_folder_made_later_is_denied_by_what_it_is),
        TEST(what_the_launcher_keeps_no_scope_gives),
        TEST(another_name_of_a_denied_file_is_denied),
        TEST(a_denied_name_remembers_what_still_exists),
        TEST(only_regular_files_have_content),
        TEST(a_folder_moved_out_of_the_root_is_out),
        TEST(a_root_that_is_missing_at_the_start_stays_missing),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
