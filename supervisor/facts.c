/*
 * Behind the byte that says that everything stands, the host gets what the manifest says to it: a
 * u32 length and the policy compiler's own bytes, which are passed on unread.
 */
#include "supervisor/supervisor.h"

#include "base/fd.h"
#include "base/wire.h"

#include <errno.h>

static bool send_all(int fd, struct tb_bytes bytes)
{
    while (bytes.n > 0) {
        ssize_t n = tb_fd_send(fd, bytes, -1, 0);
        if (n == -EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = tb_bytes_of(bytes.data + n, bytes.n - (size_t)n);
    }
    return true;
}

bool supervisor_tell_facts(const struct supervisor *supervisor)
{
    tb_cleanup(tb_settings_deinit) struct tb_settings settings = {0};
    uint8_t length[4];
    if (tb_settings_read(supervisor->policy.settings_fd, &settings) != TB_OK)
        return false;
    tb_store_u32(length, (uint32_t)settings.facts.n);
    return send_all(supervisor->lifeline_fd, tb_bytes_of(length, sizeof length)) &&
           send_all(supervisor->lifeline_fd, settings.facts);
}
