/* A pattern, a NUL, a path. Both readings of dots are run; what a pattern matches it has to cover,
 * and letting dots be matched can only match more. */
#include "base/result.h"
#include "plugins/fs/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void try_path(const struct tb_glob *glob, struct tb_bytes path)
{
    bool strict = tb_glob_matches(glob, path, TB_DOTS_LITERAL);
    bool loose = tb_glob_matches(glob, path, TB_DOTS_ANY);
    tb_assert(!strict || loose);
    tb_assert(!loose || tb_glob_covers(glob, path, TB_DOTS_ANY));
    tb_assert(!strict || tb_glob_covers(glob, path, TB_DOTS_LITERAL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const uint8_t *end = n > 0 ? memchr(data, 0, n) : NULL;
    struct tb_bytes pattern = tb_bytes_of(data, end ? (size_t)(end - data) : n);
    struct tb_bytes text =
        end ? tb_bytes_of(end + 1, n - pattern.n - 1) : tb_bytes_of_string("/a/b");
    static struct fs_path path;
    struct tb_glob *glob;
    if (!tb_utf8_valid(pattern) || tb_glob_compile(pattern, &glob) != TB_OK)
        return 0;
    bool whole;
    bool below;
    struct tb_bytes root = tb_glob_root(glob, &whole, &below);
    tb_assert(root.n > 0 && root.data[0] == '/' && tb_utf8_valid(root));
    if (!fs_path_read(text, tb_bytes_of_string("/base"), &path))
        try_path(glob, fs_path_bytes(&path));
    tb_glob_free(glob);
    return 0;
}
