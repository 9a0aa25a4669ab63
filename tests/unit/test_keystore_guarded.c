/* Guarded memory: what the kernel says of it, and no memory rather than less of it. */
#include "keystore/guarded.h"

#include "keystore/secret.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

/* Puts the flags of the mapping that holds the address, as smaps has them, at ret_flags. */
static void read_flags(const void *address, char *ret_flags, size_t cap)
{
    char line[512];
    bool is_here = false;
    FILE *maps = fopen("/proc/self/smaps", "re");
    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps)) {
        char *end;
        unsigned long start = strtoul(line, &end, 16);
        if (*end == '-')
            is_here =
                (uintptr_t)address >= start && (uintptr_t)address < strtoul(end + 1, NULL, 16);
        else if (is_here && strncmp(line, "VmFlags:", 8) == 0)
            (void)snprintf(ret_flags, cap, "%s", line);
    }
    fclose(maps);
}

static void it_is_locked_and_left_out_of_dumps(void)
{
    void *memory;
    char flags[512] = "";
    CHECK_INT(tb_guarded_new(5000, &memory), 0);
    read_flags(memory, flags, sizeof flags);
    CHECK(strstr(flags, " lo") && strstr(flags, " dd"));
    tb_guarded_free(memory);
}

static void it_is_zeroed_and_has_room(void)
{
    uint8_t *memory;
    void *made;
    CHECK_INT(tb_guarded_new(4096, &made), 0);
    memory = made;
    for (size_t i = 0; i < 4096; i++)
        CHECK(memory[i] == 0);
    memset(memory, 1, 4096);
    tb_guarded_free(made);
    tb_guarded_free(NULL);
}

/* Who may lock as much as they like is somebody else first. */
static void memory_that_cannot_be_locked_is_none(void)
{
    const struct rlimit none = {0, 0};
    struct tb_key_secret *secret = NULL;
    void *memory = NULL;
    CHECK(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
    if (geteuid() == 0)
        CHECK(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
    CHECK_INT(tb_guarded_new(32, &memory), -ENOMEM);
    CHECK(!memory);
    CHECK_INT(tb_key_secret_new(&secret), -ENOMEM);
    CHECK(!secret);
}

static void a_secret_grows_without_a_change(void)
{
    struct tb_key_secret *secret = NULL;
    char passphrase[TB_INNER_DIGITS + 1];
    CHECK_INT(tb_key_secret_new(&secret), 0);
    memcpy(passphrase, secret->passphrase, sizeof passphrase);
    CHECK_INT(tb_key_secret_fill(&secret, tb_bytes_of_string("a key")), 0);
    CHECK_STR(secret->passphrase, passphrase);
    CHECK(tb_bytes_are(tb_bytes_of(secret->key, secret->n), "a key"));
    static uint8_t large[TB_KEY_BYTES_MAX + 1];
    CHECK_INT(tb_key_secret_fill(&secret, tb_bytes_of(large, sizeof large)), -EINVAL);
    CHECK(tb_bytes_are(tb_bytes_of(secret->key, secret->n), "a key"));
    CHECK_INT(tb_key_secret_fill(&secret, tb_bytes_of(large, TB_KEY_BYTES_MAX)), 0);
    tb_key_secret_free(&secret);
    CHECK(!secret);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(it_is_locked_and_left_out_of_dumps),
        TEST(it_is_zeroed_and_has_room),
        TEST(memory_that_cannot_be_locked_is_none),
        TEST(a_secret_grows_without_a_change),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
