/* A manifest of any content: each path that is found in it leads to something in the app's folder.
 */
#include "dev/manifest.h"
#include "tests/fuzz/fuzz.h"

static void check(const char path[static DEV_NAME_MAX])
{
    struct tb_bytes left = tb_bytes_of(path, strnlen(path, DEV_NAME_MAX));
    tb_assert(left.n > 0 && left.n < DEV_NAME_MAX && path[left.n - 1] != '/');
    while (left.n > 0) {
        struct tb_bytes name = tb_bytes_cut(&left, '/');
        tb_assert(name.n > 0 && !tb_bytes_are(name, ".") && !tb_bytes_are(name, ".."));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct dev_manifest manifest;
    dev_manifest_read(tb_bytes_of(data, n), &manifest);
    tb_assert(manifest.n_plugins <= DEV_PLUGINS_MAX);
    if (manifest.hook[0])
        check(manifest.hook);
    for (size_t i = 0; i < manifest.n_plugins; i++)
        check(manifest.plugins[i]);
    return 0;
}
