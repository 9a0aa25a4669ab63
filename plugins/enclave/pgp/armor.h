/*
 * OpenPGP's text form (RFC 4880, section 6.2), made binary before librnp sees it: its own reader
 * takes armor without an end for whole, and calls everything that is wrong a bad format.
 */
#pragma once

#include "plugins/enclave/pgp/sink.h"

/* Packets, armored or not: binary input is borrowed, what came out of armor is owned. */
struct pgp_packets {
    struct tb_bytes bytes;
    struct pgp_sink owned;
};
void pgp_packets_deinit(struct pgp_packets *packets); /* for tb_cleanup; wipes */

/* All blocks, one after the other; text around them is left out. At most `max` bytes. NOT_OPENPGP,
 * TRUNCATED, CORRUPT, TOO_LARGE. */
tb_must_check int pgp_packets_read(struct tb_bytes untrusted_input, size_t max,
                                   struct pgp_packets *ret_packets);

/* Whether the first block of the input is a message signed in the clear. */
bool pgp_is_cleartext(struct tb_bytes untrusted_input);
/* That block alone, and its signatures as packets. TRUNCATED, CORRUPT, TOO_LARGE. */
tb_must_check int pgp_cleartext_read(struct tb_bytes untrusted_input, struct tb_bytes *ret_block,
                                     struct pgp_packets *ret_signatures);
