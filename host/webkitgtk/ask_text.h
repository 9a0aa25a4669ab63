/* What a prompt says, as text that a person sees as it is. New strings, to be freed with g_free. */
#pragma once

#include <glib.h>
#include <trollbridge.h>

/* One line in which nothing is hidden. */
char *tb_ask_plain(const char *untrusted_text);

/*
 * JSON on one line as lines with an indent. Each begins from the left, and each string in it is
 * read by itself: letters that run from right to left move nothing that stands beside them.
 */
char *tb_ask_lines(const char *json);

/* How long an answer that is remembered holds: "90 days", "1 day"; NULL: for ever. */
char *tb_ask_days(const struct trollbridge_ask *ask);
