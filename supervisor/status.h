/* What the supervisor writes to the host on its lifeline: first one byte, which says that
 * everything stands, or why it does not; later one for each link that the host is to serve. */
#pragma once

enum tb_status {
    TB_STATUS_READY = 1,
    TB_STATUS_FILES,  /* the app's files are wrong */
    TB_STATUS_FAILED, /* a part or a required layer is missing */
};

enum tb_lifeline {
    TB_LIFELINE_LINK = 16, /* with a descriptor: the host's end of a plugin link */
};
