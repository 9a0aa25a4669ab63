/*
 * What a web process offers for a document: the origin that it has there, and one end of a pair of
 * sockets, whose other end the document's endpoint holds. The process may be anybody's: nothing in
 * a message is believed before it is checked, and little afterwards.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"
#include "proto/limits.h"

#include <gio/gunixfdlist.h>
#include <sys/types.h>

struct tb_offer {
    char origin[TB_ORIGIN_MAX + 1];
    int fd;
    pid_t pid; /* who made the pair */
};

enum { TB_OFFERS_MAX = 32 }; /* between two commits of one view */

#define TB_OFFER_NAME "trollbridge-offer"

/* TB_OK: the caller owns the descriptor. TB_MALFORMED: no honest process sends this, and
 * *ret_problem is a constant that says why. All descriptors of the list are taken out of it. */
tb_must_check int tb_offer_read(GVariant *untrusted_parameters, GUnixFDList *untrusted_fds,
                                struct tb_offer *ret_offer, const char **ret_problem);

void tb_offer_deinit(struct tb_offer *offer);
