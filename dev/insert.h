/* Where a script of ours goes in a document, to run before any other of its scripts. Pure. */
#pragma once

#include "base/bytes.h"

/*
 * How many bytes of the text come before it: the doctype, without which a browser would draw the
 * page as in 1998, and what may stand before that (a byte order mark, white space, comments, which
 * run nothing). 0 where there is no doctype.
 */
size_t dev_insert_place(struct tb_bytes text);
