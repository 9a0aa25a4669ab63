/* Hosts of URLs: names, IPv4 addresses in all the forms that browsers take, IPv6 addresses. */
#pragma once

#include "policy/compiler/data/arena.h"

/* `special`: the scheme is one whose hosts are names and addresses; the hosts of others are any
 * text. The result is in the one form that hosts are compared in. */
tb_must_check bool tb_url_host_parse(struct tb_arena *arena, struct tb_bytes text, bool special,
                                     struct tb_bytes *ret_host);

enum tb_ipv4_result {
    TB_IPV4_NAME, /* no address: a name */
    TB_IPV4_ADDRESS,
    TB_IPV4_WRONG, /* its last part is a number, the whole is no address */
};

/* `127.1`, `0x7f.1` and `2130706433` are `127.0.0.1`. */
enum tb_ipv4_result tb_ipv4_parse(struct tb_arena *arena, struct tb_bytes text,
                                  struct tb_bytes *ret_text);

/* The text between the brackets; the result has brackets. */
tb_must_check bool tb_ipv6_parse(struct tb_arena *arena, struct tb_bytes text,
                                 struct tb_bytes *ret_text);
