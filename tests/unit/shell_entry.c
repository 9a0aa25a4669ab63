#include "tests/unit/shell_entry.h"

#include "tests/unit/test.h"

#include <sys/stat.h>

#define PROGRAM "/bin/echo"

static void pack_pattern(struct tb_packer *packer, const char *text)
{
    tb_pack_map(packer, 1);
    tb_pack_key_text(packer, "pattern", text);
}

static void pack_args(struct tb_packer *packer)
{
    tb_pack_array(packer, 3);
    tb_pack_text(packer, "-n");
    pack_pattern(packer, "[a-z]+");
    pack_pattern(packer, "-[0-9]");
}

static uint64_t nanoseconds(struct timespec time)
{
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void pack_identity(struct tb_packer *packer)
{
    struct stat status;
    CHECK_INT(stat(PROGRAM, &status), 0);
    const uint64_t identity[] = {status.st_dev, status.st_ino, (uint64_t)status.st_size,
                                 nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
    tb_pack_array(packer, TB_ARRAY_LEN(identity));
    for (size_t i = 0; i < TB_ARRAY_LEN(identity); i++)
        tb_pack_uint(packer, identity[i]);
}

static void pack_real(struct tb_packer *packer)
{
    char *real = realpath(PROGRAM, NULL);
    CHECK(real);
    tb_pack_text(packer, real);
    free(real);
}

static void pack_name(struct tb_packer *packer)
{
    tb_pack_text(packer, "echo");
}

static void pack_path(struct tb_packer *packer)
{
    tb_pack_text(packer, PROGRAM);
}

static void pack_env(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key_text(packer, "HOME", "/nowhere");
}

static void pack_env_allow(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "LANG");
    tb_pack_text(packer, "[A-Z]+");
}

static void pack_root(struct tb_packer *packer)
{
    tb_pack_text(packer, "/");
}

static void pack_usr(struct tb_packer *packer)
{
    tb_pack_array(packer, 1);
    tb_pack_text(packer, "/usr");
}

static void pack_read(struct tb_packer *packer)
{
    tb_pack_text(packer, "read");
}

static void pack_none(struct tb_packer *packer)
{
    tb_pack_array(packer, 0);
}

static void pack_false(struct tb_packer *packer)
{
    tb_pack_bool(packer, false);
}

static void pack_four(struct tb_packer *packer)
{
    tb_pack_uint(packer, 4);
}

static const struct {
    const char *key;
    void (*pack)(struct tb_packer *packer);
} fields[] = {
    {"name", pack_name},      {"sidecar", pack_false},       {"path", pack_path},
    {"real", pack_real},      {"identity", pack_identity},   {"args", pack_args},
    {"env", pack_env},        {"env_allow", pack_env_allow}, {"cwd", pack_root},
    {"cwd_allow", pack_usr},  {"picks", pack_read},          {"read", pack_none},
    {"write", pack_none},     {"exec", pack_none},           {"children", pack_false},
    {"network", pack_false},  {"jit", pack_false},           {"stdin", pack_false},
    {"processes", pack_four}, {"memory_mib", pack_four},     {"cpu_s", pack_four},
    {"time_s", pack_four},    {"output_mib", pack_four},
};

static bool is(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

void shell_entry_pack(struct tb_packer *packer, const char *left_out, const char *wrong)
{
    tb_pack_map(packer, TB_ARRAY_LEN(fields) - (left_out != NULL));
    for (size_t i = 0; i < TB_ARRAY_LEN(fields); i++) {
        if (is(left_out, fields[i].key))
            continue;
        tb_pack_key(packer, fields[i].key);
        if (is(wrong, fields[i].key))
            tb_pack_double(packer, 0.5);
        else
            fields[i].pack(packer);
    }
}
