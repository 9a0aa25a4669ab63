/*
 * The one form of each component of a URL: what a piece of fixed text in a pattern becomes, and a
 * component that stands alone. False: it can be no such component.
 */
#pragma once

#include "policy/compiler/data/arena.h"

enum tb_url_component {
    TB_URL_PROTOCOL,
    TB_URL_USERNAME,
    TB_URL_PASSWORD,
    TB_URL_HOSTNAME,
    TB_URL_PORT,
    TB_URL_PATHNAME,
    TB_URL_SEARCH,
    TB_URL_HASH,
    TB_N_URL_COMPONENTS,
};

typedef bool tb_url_canonical(struct tb_arena *arena, struct tb_bytes value,
                              struct tb_bytes *ret_value);

tb_url_canonical tb_url_canonical_protocol;
tb_url_canonical tb_url_canonical_userinfo;
tb_url_canonical tb_url_canonical_hostname;
tb_url_canonical tb_url_canonical_ipv6; /* brackets, digits, colons; not checked as a whole */
tb_url_canonical tb_url_canonical_port;
tb_url_canonical tb_url_canonical_pathname;
tb_url_canonical tb_url_canonical_opaque_pathname;
tb_url_canonical tb_url_canonical_search;
tb_url_canonical tb_url_canonical_hash;

/* Empty where it is the scheme's own. */
bool tb_url_canonical_port_of(struct tb_arena *arena, struct tb_bytes value, struct tb_bytes scheme,
                              struct tb_bytes *ret_value);
