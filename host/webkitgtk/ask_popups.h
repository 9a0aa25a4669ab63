/*
 * What pops up over a window: lists, suggestions, tooltips. A page fills them and chooses where
 * they are, and they are above all other windows. While a prompt is there, none of them is.
 */
#pragma once

#include <gtk/gtk.h>

struct tb_ask_popups;

/* Takes away those that are there, and each that comes. */
struct tb_ask_popups *tb_ask_popups_forbid(GtkWindow *over);
void tb_ask_popups_free(struct tb_ask_popups *popups);
