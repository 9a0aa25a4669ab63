/* The steps by which a program changes files, counted: at the one that it is told it dies as by
 * kill -9. A write is two of them: before it, and half way through. */
#pragma once

void steps_die_at(unsigned long step); /* 0: never */
