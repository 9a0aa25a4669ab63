/* File descriptors: closing, passing over a socket, anonymous files. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

#include <sys/types.h>
#include <sys/uio.h>

void tb_fd_close(int *fd); /* closes and sets -1; -1 is fine */
#define tb_fd tb_cleanup(tb_fd_close) int

/* A pair of connected AF_UNIX sockets, close-on-exec; 0 or -errno. */
tb_must_check int tb_fd_pair(int type, int ret_fds[static 2]);

/*
 * Sends bytes and, with fd >= 0, that descriptor beside the first byte. Returns the number of bytes
 * taken or -errno. Never raises SIGPIPE. Borrows fd. `flags` is 0 or MSG_DONTWAIT: a socket that a
 * peer made is shared with that peer, who could clear O_NONBLOCK at any time, so each call says for
 * itself that it must not block.
 */
tb_must_check ssize_t tb_fd_send(int socket, struct tb_bytes bytes, int fd, int flags);
/* The same of several runs of bytes, in their order, and no descriptor. */
tb_must_check ssize_t tb_fd_send_parts(int socket, const struct iovec *parts, size_t n, int flags);

/*
 * Receives bytes and at most one descriptor, which the caller owns (-1 if none came; ret_fd may be
 * NULL, then there is no room for any). Returns the number of bytes (0 at end), -EPROTO when the
 * peer sent descriptors that there was no room for (all are closed), or -errno.
 */
tb_must_check ssize_t tb_fd_receive(int socket, void *memory, size_t cap, int *ret_fd, int flags);
/* The same into several places, which are filled in their order. */
tb_must_check ssize_t tb_fd_receive_parts(int socket, const struct iovec *parts, size_t n,
                                          int *ret_fd, int flags);

/* An anonymous file that can be sealed. Returns a new descriptor or -errno. */
tb_must_check int tb_fd_memory(const char *name);
tb_must_check int tb_fd_seal(int fd); /* no more writes, growth or shrinking, for anybody */
/* A sealed one that holds these bytes, at its start. Returns a new descriptor or -errno. */
tb_must_check int tb_fd_sealed(const char *name, struct tb_bytes bytes);
/*
 * An anonymous file of that size, all zeros, to be written by several processes. Its size can never
 * change: a mapping of it has its end where the file has, whatever the others do. No program can be
 * made of it. Returns a new descriptor or -errno.
 */
tb_must_check int tb_fd_shared(const char *name, size_t size);

/* Opens the file that `fd` is once more, under a description of its own: `flags` are new, and no
 * path is looked up. Returns a new descriptor or -errno. */
tb_must_check int tb_fd_reopen(int fd, int flags);

/* Reads the whole file from its start into new memory (free it); TB_TOO_LARGE above max, or -errno.
 * The file offset is not used. */
tb_must_check int tb_fd_read_all(int fd, size_t max, uint8_t **ret_data, size_t *ret_n);
void tb_bytes_free(uint8_t **data);                               /* for tb_cleanup */
tb_must_check int tb_fd_write_all(int fd, struct tb_bytes bytes); /* blocking; 0 or -errno */
