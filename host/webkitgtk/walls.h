/* What an attached view does not do: leave the allowed origins, show error pages, bring documents
 * back from memory, open windows, download. */
#pragma once

#include "host/webkitgtk/view.h"

void tb_walls_build(struct tb_view *view);
