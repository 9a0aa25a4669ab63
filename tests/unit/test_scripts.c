#include "base/bytes.h"
#include "shim-js/scripts.h"
#include "tests/unit/test.h"

#include <string.h>

static void check(const char *script, size_t size)
{
    CHECK(size > 0);
    CHECK_INT(strlen(script), size);
    for (size_t i = 0; i < size; i++)
        CHECK((script[i] >= 0x20 && script[i] < 0x7f) || script[i] == '\n');
}

static void the_scripts_are_whole_and_of_ascii_alone(void)
{
    check(tb_script_page, tb_script_page_size);
    check(tb_script_isolated, tb_script_isolated_size);
}

static void each_script_is_for_its_own_world(void)
{
    CHECK(strstr(tb_script_page, "TROLLBRIDGE_CONFIG"));
    CHECK(!strstr(tb_script_page, "trollbridgeNative"));
    CHECK(strstr(tb_script_isolated, "trollbridgeNative"));
    CHECK(!strstr(tb_script_isolated, "TROLLBRIDGE_CONFIG"));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(the_scripts_are_whole_and_of_ascii_alone),
        TEST(each_script_is_for_its_own_world),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
