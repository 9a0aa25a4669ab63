/* Shows files and folders in the file manager. */
#pragma once

#include "host/webkitgtk/open_launch.h"

/* Asks the file manager on the session bus; where there is none, opens the folders that they lie
 * in. Ends the opening. The URIs are of paths that a scope allows. */
void tb_open_reveal(struct tb_opening *opening, char *const *uris);
