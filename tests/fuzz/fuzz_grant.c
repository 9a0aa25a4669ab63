/* The grant reader, which the broker and the plugin launcher trust with a whole policy. */
#include "base/fd.h"
#include "base/result.h"
#include "policy/grant.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_grant *grant;
    tb_fd fd = tb_fd_memory("grant");
    tb_assert(fd >= 0 && tb_fd_write_all(fd, tb_bytes_of(data, size)) == 0);
    if (tb_grant_read(fd, &grant) != TB_OK)
        return 0;
    for (size_t i = 0; i < grant->n_commands; i++) {
        const struct tb_grant_command *command = &grant->commands[i];
        tb_assert(command->plugin == TB_NO_INDEX || command->plugin < grant->n_plugins);
        tb_assert(command->scope == TB_NO_INDEX || command->scope < grant->n_scopes);
        tb_grant_find_denied(grant, command->name);
    }
    tb_grant_free(grant);
    return 0;
}
