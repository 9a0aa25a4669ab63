#include "plugins/fs/changes.h"
#include "tests/unit/test.h"

#include <stdio.h>

static struct fs_changes changes;
static bool there;
static uint32_t n_asked;

static bool is_there(void *data, const char *path)
{
    CHECK(data == &changes && path[0] == '/');
    n_asked++;
    return there;
}

static void add(const char *path, uint32_t bits)
{
    struct fs_path read;
    CHECK(!fs_path_read(tb_bytes_of_string(path), tb_bytes_of(NULL, 0), &read));
    fs_changes_add(&changes, &read, bits);
}

/* The next thing told is this. */
static void expect(const char *path, uint32_t bit)
{
    struct fs_telling telling;
    CHECK(fs_changes_next(&changes, is_there, &changes, &telling));
    CHECK(telling.path && strcmp(telling.path, path) == 0);
    CHECK_INT(telling.bit, bit);
    fs_changes_told(&changes, &telling);
}

static void expect_nothing(void)
{
    struct fs_telling telling;
    CHECK(!fs_changes_next(&changes, is_there, &changes, &telling));
}

static void one_place_for_each_path(void)
{
    for (int i = 0; i < 1000; i++) {
        add("/a", FS_CHANGE_WRITTEN);
        add("/b", FS_CHANGE_WRITTEN | FS_CHANGE_CLOSED);
    }
    CHECK_INT(changes.n, 2);
    expect("/a", FS_CHANGE_WRITTEN);
    expect("/b", FS_CHANGE_WRITTEN);
    expect("/b", FS_CHANGE_CLOSED);
    expect_nothing();
    CHECK_INT(n_asked, 0);
}

/* Told again until it has been told: a page without room comes back to it. */
static void it_stays_until_it_is_told(void)
{
    struct fs_telling telling;
    add("/a", FS_CHANGE_META);
    for (int i = 0; i < 3; i++)
        CHECK(fs_changes_next(&changes, is_there, &changes, &telling));
    expect("/a", FS_CHANGE_META);
    expect_nothing();
}

static void what_is_there_came_last(void)
{
    there = true;
    add("/a", FS_CHANGE_CREATED | FS_CHANGE_WRITTEN | FS_CHANGE_REMOVED);
    expect("/a", FS_CHANGE_REMOVED);
    expect("/a", FS_CHANGE_CREATED);
    expect("/a", FS_CHANGE_WRITTEN);
    there = false;
    add("/a", FS_CHANGE_CREATED | FS_CHANGE_LEFT);
    expect("/a", FS_CHANGE_CREATED);
    expect("/a", FS_CHANGE_LEFT);
    expect_nothing();
}

static void collected_changes_say_less(void)
{
    static const struct {
        uint32_t bits;
        uint32_t left;
    } cases[] = {
        {FS_CHANGE_CREATED | FS_CHANGE_WRITTEN | FS_CHANGE_META | FS_CHANGE_CLOSED,
         FS_CHANGE_CREATED},
        {FS_CHANGE_CAME | FS_CHANGE_WRITTEN, FS_CHANGE_CAME},
        {FS_CHANGE_WRITTEN | FS_CHANGE_META | FS_CHANGE_CLOSED, FS_CHANGE_WRITTEN},
        {FS_CHANGE_META | FS_CHANGE_CLOSED, FS_CHANGE_META},
        {FS_CHANGE_CLOSED, FS_CHANGE_CLOSED},
        {FS_CHANGE_CREATED | FS_CHANGE_WRITTEN | FS_CHANGE_REMOVED,
         FS_CHANGE_CREATED | FS_CHANGE_REMOVED},
        {FS_CHANGE_LEFT | FS_CHANGE_META | FS_CHANGE_FOLDER,
         FS_CHANGE_LEFT | FS_CHANGE_META | FS_CHANGE_FOLDER},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(cases); i++) {
        add("/a", cases[i].bits);
        fs_changes_condense(&changes);
        CHECK_INT(changes.items[0].bits, cases[i].left);
        fs_changes_clear(&changes);
    }
}

static void more_than_there_is_room_for(void)
{
    struct fs_telling telling;
    char path[32];
    for (int i = 0; i < FS_CHANGES_MAX + 10; i++) {
        CHECK(snprintf(path, sizeof path, "/%d", i) > 0);
        add(path, FS_CHANGE_WRITTEN);
    }
    add("/0", FS_CHANGE_META);
    CHECK_INT(changes.n, FS_CHANGES_MAX);
    CHECK(fs_changes_next(&changes, is_there, &changes, &telling) && !telling.path);
    fs_changes_told(&changes, &telling);
    expect("/0", FS_CHANGE_WRITTEN);
    expect("/0", FS_CHANGE_META);
    for (int i = 1; i < FS_CHANGES_MAX; i++) {
        CHECK(snprintf(path, sizeof path, "/%d", i) > 0);
        expect(path, FS_CHANGE_WRITTEN);
    }
    expect_nothing();
    fs_changes_clear(&changes);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(one_place_for_each_path),     TEST(it_stays_until_it_is_told),
        TEST(what_is_there_came_last),     TEST(collected_changes_say_less),
        TEST(more_than_there_is_room_for),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
