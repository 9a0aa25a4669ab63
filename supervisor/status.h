/* The one byte that the supervisor writes to the host on its lifeline: everything stands, or why it
 * does not. */
#pragma once

enum tb_status {
    TB_STATUS_READY = 1,
    TB_STATUS_FILES,  /* the app's files are wrong */
    TB_STATUS_FAILED, /* a part or a required layer is missing */
};
