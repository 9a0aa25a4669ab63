/*
 * Namespaces as an ordinary user can have them: a user namespace first, the others inside it. They
 * are made by the clone that makes the process, so that it never exists outside them.
 */
#pragma once

#include "sandbox/layer.h"

#include <sys/types.h>

/*
 * Makes a process as fork does, in the namespaces of the mask (TB_LAYERS_NAMESPACES; all need
 * USERNS; 0 is a plain fork). In the parent *ret_pid is its id and *ret_pidfd, unless NULL, a new
 * descriptor of it; in the child *ret_pid is 0. For processes of one thread. 0 or -errno.
 */
tb_must_check int tb_namespaces_fork(uint32_t namespaces, pid_t *ret_pid, int *ret_pidfd);

/*
 * In the child, before anything else: maps `uid` and `gid` of the outside to root of the inside,
 * which exec leaves its capabilities over the new namespaces. Makes the process dumpable, as the
 * kernel wants it for this. 0 or -errno.
 */
tb_must_check int tb_namespaces_map(uid_t uid, gid_t gid);

/* The same process without the machine's network, as the clone would have made it. In a user
 * namespace of its own, before its capabilities go. 0 or -errno. */
tb_must_check int tb_namespaces_leave_network(void);

/*
 * What this machine lets this user have, found by going the whole way in processes that are thrown
 * away: there are systems that let the clone succeed and then refuse the map, or the mounts.
 */
uint32_t tb_namespaces_probe(void);
