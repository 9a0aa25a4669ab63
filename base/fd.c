#include "base/fd.h"

#include "base/result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

void tb_fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int tb_fd_pair(int type, int ret_fds[static 2])
{
    return socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ret_fds) < 0 ? -errno : 0;
}

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

ssize_t tb_fd_send(int socket, struct tb_bytes bytes, int fd, int flags)
{
    union control control = {0};
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes.data, .iov_len = bytes.n};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    ssize_t n = sendmsg(socket, &message, flags | MSG_NOSIGNAL);
    return n < 0 ? -errno : n;
}

ssize_t tb_fd_send_parts(int socket, const struct iovec *parts, size_t n, int flags)
{
    const struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = n};
    ssize_t sent = sendmsg(socket, &message, flags | MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

/* The one descriptor of a message, or -1. */
static int descriptor_in(struct msghdr *message)
{
    int fd = -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

ssize_t tb_fd_receive(int socket, void *memory, size_t cap, int *ret_fd, int flags)
{
    const struct iovec part = {.iov_base = memory, .iov_len = cap};
    return tb_fd_receive_parts(socket, &part, 1, ret_fd, flags);
}

ssize_t tb_fd_receive_parts(int socket, const struct iovec *parts, size_t n_parts, int *ret_fd,
                            int flags)
{
    union control control = {0};
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = n_parts};
    if (ret_fd) {
        message.msg_control = &control;
        /* CMSG_SPACE is padded, and its padding would hold a second descriptor. */
        message.msg_controllen = CMSG_LEN(sizeof(int));
    }
    ssize_t n = recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return -errno;
    tb_fd fd = ret_fd ? descriptor_in(&message) : -1;
    if (message.msg_flags & MSG_CTRUNC)
        return -EPROTO;
    if (ret_fd) {
        *ret_fd = fd;
        fd = -1;
    }
    return n;
}

int tb_fd_memory(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd < 0 ? -errno : fd;
}

int tb_fd_seal(int fd)
{
    int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    return fcntl(fd, F_ADD_SEALS, seals) < 0 ? -errno : 0;
}

int tb_fd_sealed(const char *name, struct tb_bytes bytes)
{
    tb_fd fd = tb_fd_memory(name);
    if (fd < 0)
        return fd;
    int r = tb_fd_write_all(fd, bytes);
    if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
        r = -errno;
    if (r == 0)
        r = tb_fd_seal(fd);
    if (r < 0)
        return r;
    int own = fd;
    fd = -1;
    return own;
}

/* The mode is what keeps it from being executed: seals that do are newer than some kernels. */
int tb_fd_shared(const char *name, size_t size)
{
    int seals = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    tb_fd fd = tb_fd_memory(name);
    if (fd < 0)
        return fd;
    if (fchmod(fd, 0600) < 0 || ftruncate(fd, (off_t)size) < 0 || fcntl(fd, F_ADD_SEALS, seals) < 0)
        return -errno;
    int own = fd;
    fd = -1;
    return own;
}

/* Not realloc, which may move pages by a system call that no sandbox of ours allows. */
static uint8_t *larger_copy(const uint8_t *data, size_t n, size_t cap)
{
    uint8_t *larger = malloc(cap);
    if (larger && n > 0)
        memcpy(larger, data, n);
    return larger;
}

void tb_bytes_free(uint8_t **data)
{
    free(*data);
}

int tb_fd_reopen(int fd, int flags)
{
    char name[32];
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int again = open(name, flags | O_CLOEXEC);
    return again < 0 ? -errno : again;
}

int tb_fd_read_all(int fd, size_t max, uint8_t **ret_data, size_t *ret_n)
{
    size_t cap = 65536 < max ? 65536 : max + 1;
    size_t n = 0;
    tb_cleanup(tb_bytes_free) uint8_t *data = malloc(cap);
    while (data) {
        ssize_t got = pread(fd, data + n, cap - n, (off_t)n);
        if (got < 0)
            return -errno;
        if (got == 0) {
            *ret_data = data;
            *ret_n = n;
            data = NULL;
            return TB_OK;
        }
        n += (size_t)got;
        if (n > max)
            return TB_TOO_LARGE;
        if (n == cap) {
            cap *= 2;
            uint8_t *smaller = data;
            data = larger_copy(smaller, n, cap);
            free(smaller);
        }
    }
    return -ENOMEM;
}

int tb_fd_write_all(int fd, struct tb_bytes bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.data, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes = tb_bytes_of(bytes.data + n, bytes.n - (size_t)n);
    }
    return 0;
}
