/* An event that the host is making for its views. */
#pragma once

#include "proto/control.h"

struct host_event {
    struct tb_buffer frame;
    struct tb_packer packer; /* takes nothing unless `begun` */
    size_t at;               /* where the payload begins */
    bool begun;
};

void host_event_init(struct host_event *event);
void host_event_deinit(struct host_event *event);
