/* A connection of ours to the development server, as the library keeps it: what is behind it is
 * told once when the library lets go of it, whatever came before. */
#pragma once

#include <libwebsockets.h>

/* The first member of what is given to the library as user data of such a connection. */
struct dev_outgoing {
    void (*gone)(struct dev_outgoing *outgoing);
};
