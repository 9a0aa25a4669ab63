/* Whose connection it is: other users of the machine can reach its loopback addresses, too. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>

/*
 * False: the other end of that TCP connection, which is on this machine, is a socket of another
 * user (not of this one, nor root's, who may do everything anyway), or is gone already. True where
 * the kernel does not tell (without CONFIG_INET_DIAG): cookie and token have their say in any case.
 */
bool dev_peer_is_own(int fd);

/* The same of a connection that was made from here: whether what listens at its other end, and
 * whoever has taken it there, is this user's, or root's. */
bool dev_peer_is_own_server(int fd);
