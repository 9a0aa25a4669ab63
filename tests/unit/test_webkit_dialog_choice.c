/* What a page may want a person to choose, and what was chosen as the file itself. */
#include "host/webkitgtk/dialog_choice.h"
#include "host/webkitgtk/dialog_item.h"
#include "tests/unit/sdk_link.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

static struct tb_dialog_choice choice;
static bool was_read;
static bool save;

static void read_choice(struct tb_call *call)
{
    was_read = tb_dialog_choice_read(call, save, &choice);
    if (was_read)
        tb_reply_nil(call);
}

static void read_args(void (*args)(struct tb_packer *packer))
{
    sdk_start(0, 0);
    sdk_args = args;
    (void)sdk_call(read_choice, SDK_NO_RAW);
    CHECK(was_read);
}

static void done(void)
{
    tb_dialog_choice_deinit(&choice);
    sdk_stop();
}

static void refused(void (*args)(struct tb_packer *packer), const char *problem)
{
    sdk_start(0, 0);
    sdk_args = args;
    struct sdk_frame frame = sdk_call(read_choice, SDK_NO_RAW);
    CHECK(!was_read && sdk_is_error(frame, "invalid_args", problem));
    sdk_stop();
}

/* ---- options ---- */

static void without_any(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "options");
    tb_pack_map(packer, 0);
}

static void nothing_said_is_one_file_anywhere(void)
{
    read_args(without_any);
    CHECK(!choice.save && !choice.folder && !choice.multiple && !choice.recursive);
    CHECK(choice.makes_folders && !choice.title && !choice.path && choice.n_filters == 0);
    done();
}

static void with_all(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "options");
    tb_pack_map(packer, 6);
    tb_pack_key_text(packer, "title", "A\nB");
    tb_pack_key_text(packer, "defaultPath", "/a/b");
    tb_pack_key_bool(packer, "multiple", true);
    tb_pack_key_bool(packer, "directory", true);
    tb_pack_key_bool(packer, "recursive", true);
    tb_pack_key_bool(packer, "canCreateDirectories", false);
}

static void all_that_can_be_said(void)
{
    read_args(with_all);
    CHECK(choice.folder && choice.multiple && choice.recursive && !choice.makes_folders);
    CHECK_STR(choice.title, "A\\u000aB");
    CHECK_STR(choice.path, "/a/b");
    done();
}

static void what_is_saved_to_is_one_file(void)
{
    save = true;
    read_args(with_all);
    CHECK(choice.save && !choice.folder && !choice.multiple && !choice.recursive);
    done();
    save = false;
}

static struct tb_bytes path;

static void with_path(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "options");
    tb_pack_map(packer, 1);
    tb_pack_key_str(packer, "defaultPath", path);
}

static void a_path_is_absolute_and_ends_where_it_ends(void)
{
    static char many[TB_DIALOG_PATH_MAX + 1];
    path = tb_bytes_of_string("data");
    read_args(with_path);
    CHECK(!choice.path);
    done();
    path = tb_bytes_of("/a\0b", 4);
    refused(with_path, "options.defaultPath: expected at most 4,096 bytes without a NUL");
    memset(many, '/', sizeof many);
    path = tb_bytes_of(many, sizeof many);
    refused(with_path, "options.defaultPath: expected at most 4,096 bytes without a NUL");
}

/* ---- filters ---- */

static const char *extension;
static size_t n_filters;
static size_t n_extensions;

static void with_filters(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "options");
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "filters");
    tb_pack_array(packer, n_filters);
    for (size_t i = 0; i < n_filters; i++) {
        tb_pack_map(packer, 2);
        tb_pack_key_text(packer, "name", "<b>\n");
        tb_pack_key(packer, "extensions");
        tb_pack_array(packer, n_extensions);
        for (size_t k = 0; k < n_extensions; k++)
            tb_pack_text(packer, extension);
    }
}

static void check_pattern(const char *text, const char *expected)
{
    extension = text;
    read_args(with_filters);
    CHECK_STR(choice.filters[0].name, "<b>\\u000a");
    CHECK_STR(choice.filters[0].patterns[0], expected);
    CHECK(!choice.filters[0].patterns[1]);
    done();
}

static void an_extension_is_no_pattern(void)
{
    n_filters = n_extensions = 1;
    check_pattern("txt", "*.txt");
    check_pattern("*", "*");
    check_pattern("t[a]*?\\", "*.t\\[a\\]\\*\\?\\\\");
}

static void there_are_so_many_and_no_more(void)
{
    static const char each[] = "options.filters: expected 1 to 64 extensions in each";
    extension = "txt";
    n_filters = TB_DIALOG_FILTERS_MAX;
    n_extensions = TB_DIALOG_EXTENSIONS_MAX;
    read_args(with_filters);
    CHECK_INT(choice.n_filters, TB_DIALOG_FILTERS_MAX);
    done();
    n_extensions++;
    refused(with_filters, each);
    n_extensions = 0;
    refused(with_filters, each);
    n_filters++;
    refused(with_filters, "options.filters: expected at most 16 of them");
    n_filters = n_extensions = 1;
    extension = "../x";
    refused(with_filters, "options.filters: expected extensions as `txt`, of 64 bytes at most");
}

/* ---- what was chosen ---- */

static char *folder;

static int open_item(const char *name, bool make, struct tb_dialog_item *item)
{
    g_autofree char *at = g_build_filename(folder, name, NULL);
    return tb_dialog_item_open(at, make, item);
}

static void check_item(const char *name, bool make, const char *real, bool is_folder)
{
    struct tb_dialog_item item;
    g_autofree char *expected = g_build_filename(folder, real, NULL);
    CHECK_INT(open_item(name, make, &item), 0);
    CHECK_STR(item.path, expected);
    CHECK(item.fd >= 0 && item.folder == is_folder);
    tb_dialog_item_deinit(&item);
}

static void links_are_followed_once_and_files_are_made(void)
{
    struct tb_dialog_item item;
    folder = g_dir_make_tmp("tb-choice-XXXXXX", NULL);
    CHECK(folder != NULL);
    g_autofree char *inner = g_build_filename(folder, "inner", NULL);
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    CHECK(mkdir(inner, 0700) == 0 && symlink("inner", link) == 0 && mkfifo(fifo, 0600) == 0);
    check_item("link", false, "inner", true);
    CHECK_INT(open_item("link/new.txt", false, &item), -ENOENT);
    check_item("link/new.txt", true, "inner/new.txt", false);
    check_item("inner/new.txt", true, "inner/new.txt", false);
    CHECK_INT(open_item("absent/new.txt", true, &item), -ENOENT);
    CHECK_INT(open_item("fifo", true, &item), -EINVAL);
    CHECK_INT(open_item("inner/\xff", true, &item), -EILSEQ);
    g_autofree char *made = g_build_filename(folder, "inner/new.txt", NULL);
    CHECK(remove(made) == 0 && remove(fifo) == 0 && remove(link) == 0 && remove(inner) == 0);
    CHECK(g_rmdir(folder) == 0);
    g_free(folder);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(nothing_said_is_one_file_anywhere),
        TEST(all_that_can_be_said),
        TEST(what_is_saved_to_is_one_file),
        TEST(a_path_is_absolute_and_ends_where_it_ends),
        TEST(an_extension_is_no_pattern),
        TEST(there_are_so_many_and_no_more),
        TEST(links_are_followed_once_and_files_are_made),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
