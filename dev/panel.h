/* The panel of a page: what the log says of its calls, as it is written. */
#pragma once

#include "dev/loop.h"
#include "dev/records.h"

struct dev;
struct dev_page;

struct dev_panel {
    struct dev_records *records; /* NULL: there is no log to read */
    struct dev_watch watch;
};

/* Once the bridge runs, whose log that is. Where it cannot be read that is said, and all else
 * works. */
void dev_panel_start(struct dev *dev);
void dev_panel_stop(struct dev *dev);

/* The page has a session from here on, or has none any more. */
void dev_panel_name(struct dev_page *page);
void dev_panel_forget(struct dev_page *page);

/* The page's panel was opened: it gets what is known so far, and each new record from then on. */
void dev_panel_open(struct dev_page *page);
