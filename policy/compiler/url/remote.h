/* `remote.urls` of capabilities, as Tauri reads them, and what a linter asks about one. */
#pragma once

#include "policy/compiler/url/pattern.h"

/* A whole URL pattern; its query, fragment and path are anything where none is written, and so is
 * the path `/`. NULL, or what is wrong and what to write instead. */
tb_must_check const char *tb_remote_pattern_parse(struct tb_arena *arena, struct tb_bytes text,
                                                  struct tb_url_pattern **ret_pattern);

/* What hosts a pattern covers, from the least to the most. */
enum tb_remote_hosts {
    TB_REMOTE_ONE,   /* a host, written out */
    TB_REMOTE_SOME,  /* more, with whole labels at the end: `*.example.com`, `{*.}?example.com` */
    TB_REMOTE_GLUED, /* the fixed end begins in the middle of a label: `*example.com` covers
                        evilexample.com */
    TB_REMOTE_OPEN_ENDED, /* no fixed end: `example.*` covers example.evil.com */
    TB_REMOTE_ALL,        /* `*` */
};

enum tb_remote_hosts tb_remote_hosts_of(const struct tb_url_pattern *pattern);
/* Whether text is a pattern whose hosts may be anybody's: glued, open-ended, or all. Takes some
 * time, as it reads the pattern. */
bool tb_remote_is_of_anybody(struct tb_bytes text);
/* The fixed text that all of them end with, such as `.example.com`; of `*.com` it is `.com`. Empty
 * where there is none. */
struct tb_bytes tb_remote_host_end(const struct tb_url_pattern *pattern);

/* A component in its one written form, such as `https` or `*.example.com`. */
struct tb_bytes tb_remote_text(const struct tb_url_pattern *pattern,
                               enum tb_url_component component);
