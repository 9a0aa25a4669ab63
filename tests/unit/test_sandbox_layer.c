#include "sandbox/layer.h"

#include "base/result.h"
#include "tests/unit/test.h"

static void names(void)
{
    static const char *const requirable[] = {"seccomp", "landlock", "userns", "mount",
                                             "pid",     "net",      "ipc",    "mdwe"};
    uint32_t all = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(requirable); i++) {
        uint32_t mask = 0;
        CHECK_INT(tb_layer_mask(tb_bytes_of_string(requirable[i]), &mask), TB_OK);
        CHECK(mask && !(all & mask));
        all |= mask;
    }
    uint32_t untouched = 77;
    CHECK_INT(tb_layer_mask(tb_bytes_of_string("nnp"), &untouched), TB_UNKNOWN);
    CHECK_INT(tb_layer_mask(tb_bytes_of_string("seccomp2"), &untouched), TB_UNKNOWN);
    CHECK_INT(tb_layer_mask(tb_bytes_of_string("secc"), &untouched), TB_UNKNOWN);
    CHECK_INT(tb_layer_mask(tb_bytes_of("pid\0", 4), &untouched), TB_UNKNOWN);
    CHECK_INT(untouched, 77);
}

static void lists(void)
{
    uint32_t mask = 77;
    char text[TB_LAYERS_TEXT_SIZE];
    CHECK_INT(tb_layers_mask("pid,", &mask), TB_OK);
    CHECK_INT(mask, TB_LAYER_BIT(TB_LAYER_PID));
    CHECK_INT(tb_layers_mask("", &mask), TB_OK);
    CHECK_INT(mask, 0);
    CHECK_INT(tb_layers_mask("net,seccomp", &mask), TB_OK);
    tb_layers_names(mask, text);
    CHECK_STR(text, "seccomp,net");
    CHECK_INT(tb_layers_mask(",pid", &mask), TB_UNKNOWN);
    CHECK_INT(tb_layers_mask("pid, net", &mask), TB_UNKNOWN);
    tb_layers_names(TB_LAYERS_ALL, text);
    CHECK(strlen(text) < sizeof text);
}

static struct tb_layers some(void)
{
    struct tb_layers layers = {.landlock_abi = 7};
    tb_layers_set(&layers, TB_LAYER_SECCOMP, TB_LAYER_HELD, 0);
    tb_layers_set(&layers, TB_LAYER_LANDLOCK, TB_LAYER_PARTIAL, 0);
    tb_layers_set(&layers, TB_LAYER_USERNS, TB_LAYER_MISSING, 28);
    return layers;
}

static void only_held_counts(void)
{
    struct tb_layers layers = some();
    uint32_t require = TB_LAYER_BIT(TB_LAYER_SECCOMP) | TB_LAYER_BIT(TB_LAYER_LANDLOCK) |
                       TB_LAYER_BIT(TB_LAYER_PID);
    CHECK_INT(tb_layers_lacking(&layers, require),
              TB_LAYER_BIT(TB_LAYER_LANDLOCK) | TB_LAYER_BIT(TB_LAYER_PID));
    CHECK_INT(tb_layers_lacking(&layers, TB_LAYER_BIT(TB_LAYER_SECCOMP)), 0);
    struct tb_layers zero = {0};
    CHECK_INT(tb_layers_in(&zero, TB_LAYER_MISSING), TB_LAYERS_ALL);
}

static void report_survives_the_way(void)
{
    struct tb_layers layers = some();
    struct tb_layers read = {0};
    uint8_t bytes[TB_LAYERS_SIZE];
    tb_layers_encode(&layers, bytes);
    CHECK_INT(tb_layers_decode(tb_bytes_of(bytes, sizeof bytes), &read), TB_OK);
    CHECK(memcmp(&layers, &read, sizeof layers) == 0);
}

static void broken_reports_are_refused(void)
{
    struct tb_layers layers = some();
    struct tb_layers read;
    uint8_t bytes[TB_LAYERS_SIZE + 1] = {0};
    tb_layers_encode(&layers, bytes);
    for (size_t n = 0; n <= sizeof bytes; n++)
        CHECK_INT(tb_layers_decode(tb_bytes_of(bytes, n), &read),
                  n == TB_LAYERS_SIZE ? TB_OK : TB_MALFORMED);
    static const size_t at[] = {0, 1, 4, 5, 7};
    for (size_t i = 0; i < TB_ARRAY_LEN(at); i++) {
        uint8_t before = bytes[at[i]];
        bytes[at[i]] = 0xff;
        CHECK_INT(tb_layers_decode(tb_bytes_of(bytes, TB_LAYERS_SIZE), &read), TB_MALFORMED);
        bytes[at[i]] = before;
    }
}

static void every_state_has_a_meaning(void)
{
    for (unsigned i = 0; i < TB_N_LAYERS; i++)
        for (unsigned state = 0; state <= TB_LAYER_HELD; state++)
            CHECK(strlen(tb_layer_detail(i, state)) > 10 && strlen(tb_layer_name(i)) > 2);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(names),
        TEST(lists),
        TEST(only_held_counts),
        TEST(report_survives_the_way),
        TEST(broken_reports_are_refused),
        TEST(every_state_has_a_meaning),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
