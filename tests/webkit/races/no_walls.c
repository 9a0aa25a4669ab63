/* In the place of host/webkitgtk/walls.c: a view goes wherever it is led, and what a failed load
 * leaves is shown. The races are run with and without walls: an offer is judged by itself. */
#include "host/webkitgtk/walls.h"

void tb_walls_build(struct tb_view *view)
{
    webkit_settings_set_enable_page_cache(webkit_web_view_get_settings(view->web), FALSE);
}
