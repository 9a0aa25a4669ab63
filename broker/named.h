/*
 * A command by the index that WELCOME gave it, which it keeps as long as the session lasts. A
 * reload points it at the grant that is in force then, or revokes it for the rest of the session;
 * the endpoint's handles and numbers never change their meaning.
 */
#pragma once

#include "broker/limits.h"

struct tb_named {
    struct tb_bytes name;                   /* borrowed from the grant that WELCOME was made of */
    const struct tb_grant_command *granted; /* in the session's grant; NULL: revoked */
    uint32_t plugin;                        /* index in the session; TB_NO_INDEX: none */
    uint32_t promised;                      /* what WELCOME said of the cap, which is never more */
    uint32_t cap;                           /* the most handles outstanding */
    uint32_t number;                        /* what the running instance of its plugin calls it */
    uint32_t scope;                         /* index in what that instance was told */
    struct tb_meter *meter;                 /* the view's; NULL: no limit has been looked at yet */
};
