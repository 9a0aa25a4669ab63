/*
 * Between new_salt and generate_key: which salt a page was given for a key that is not there yet.
 * A ticket is good for one use; when a page takes too many, the oldest is forgotten.
 */
#pragma once

#include "keystore/keystore.h"

enum { ENCLAVE_TICKETS_MAX = 8, ENCLAVE_TICKET_DIGITS = 32 };

struct enclave_ticket {
    char text[ENCLAVE_TICKET_DIGITS + 1]; /* empty: not given, or used */
    struct tb_client_hash client;
};

struct enclave_tickets {
    struct enclave_ticket list[ENCLAVE_TICKETS_MAX];
    size_t next; /* the oldest, in whose place the next one goes */
};

/* Borrowed until the next call here. */
const struct enclave_ticket *enclave_tickets_give(struct enclave_tickets *tickets);
/* Uses it up. Whether there was such a ticket. */
tb_must_check bool enclave_tickets_take(struct enclave_tickets *tickets,
                                        struct tb_bytes untrusted_text,
                                        struct tb_client_hash *ret_client);
