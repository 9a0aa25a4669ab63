/* Texts of an isolation.js: whatever they are, what is made of them has their lines, and is a
 * program of the same kind. Nothing of them runs. */
#include "base/result.h"
#include "hook/module.h"
#include "proto/limits.h"
#include "tests/fuzz/engine.h"
#include "tests/fuzz/fuzz.h"

static struct hook_realm realm;

static size_t n_lines(struct tb_bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.data[i] == '\n';
    return n;
}

static void check(const struct hook_module *module, struct tb_bytes text, int r)
{
    struct tb_bytes program = tb_buffer_bytes(&module->program);
    tb_assert(r == TB_OK || r == TB_MALFORMED || r == TB_FULL);
    tb_assert(r != TB_MALFORMED ||
              tb_bytes_begin(tb_bytes_of_string(module->wrong), "isolation.js:"));
    if (r != TB_OK)
        return;
    tb_assert(n_lines(program) == n_lines(text) + module->is_module);
    tb_assert(module->is_module || tb_bytes_equal(program, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hook_module module;
    struct tb_bytes text = tb_bytes_of(data, size);
    engine_begin(&realm);
    if (size == 0 || size > TB_HOOK_TEXT_MAX || !tb_utf8_valid(text))
        return 0;
    int r = hook_module_init(&module, &realm, tb_bytes_of_string("isolation.js"), text);
    check(&module, text, r);
    hook_module_deinit(&module);
    return 0;
}
