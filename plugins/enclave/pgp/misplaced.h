/*
 * Signatures under a user id that is not theirs. librnp keeps one copy of signatures that are
 * alike: a copy under a foreign user id would take the place of the real one, and with it the user
 * id and the time of expiry that the key itself has signed.
 */
#pragma once

#include "plugins/enclave/pgp/packet.h"

/* The packets of one key, or of two copies of it, the other of which may be empty. BAD_KEY: a
 * signature stands under two user ids, or under one and the key itself; -ENOMEM. */
tb_must_check int pgp_check_places(struct tb_bytes key, struct tb_bytes other);
