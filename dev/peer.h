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
