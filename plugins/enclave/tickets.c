#include "plugins/enclave/tickets.h"

#include <sodium.h>

const struct enclave_ticket *enclave_tickets_give(struct enclave_tickets *tickets)
{
    struct enclave_ticket *ticket = &tickets->list[tickets->next];
    uint8_t random[ENCLAVE_TICKET_DIGITS / 2];
    randombytes_buf(random, sizeof random);
    tb_hex(random, sizeof random, ticket->text);
    ticket->client = tb_client_hash_new();
    tickets->next = (tickets->next + 1) % ENCLAVE_TICKETS_MAX;
    return ticket;
}

bool enclave_tickets_take(struct enclave_tickets *tickets, struct tb_bytes untrusted_text,
                          struct tb_client_hash *ret_client)
{
    if (untrusted_text.n != ENCLAVE_TICKET_DIGITS)
        return false;
    for (size_t i = 0; i < ENCLAVE_TICKETS_MAX; i++) {
        struct enclave_ticket *ticket = &tickets->list[i];
        if (ticket->text[0] == 0 ||
            sodium_memcmp(ticket->text, untrusted_text.data, ENCLAVE_TICKET_DIGITS) != 0)
            continue;
        *ret_client = ticket->client;
        *ticket = (struct enclave_ticket){0};
        return true;
    }
    return false;
}
