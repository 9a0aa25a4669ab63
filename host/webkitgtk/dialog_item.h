/* What a person has chosen, as the file or folder itself: whatever its path leads to later on. */
#pragma once

#include <stdbool.h>

struct tb_dialog_item {
    char *path; /* without links, as the page is told it */
    int fd;     /* O_PATH, or of a file that was made */
    bool folder;
};

/* Opens it; with `make` a file that is not there is made. 0 or -errno. */
int tb_dialog_item_open(const char *path, bool make, struct tb_dialog_item *ret_item);
void tb_dialog_item_deinit(struct tb_dialog_item *item);
