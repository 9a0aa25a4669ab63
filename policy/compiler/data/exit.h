/* Exit status of trollbridge-policy: a part of trollbridge(1)'s table. */
#pragma once

enum tb_policy_exit {
    TB_POLICY_DONE = 0,
    TB_POLICY_USAGE = 2,
    TB_POLICY_FILES = 3, /* the app's files are wrong; each error is a line on stderr */
    TB_POLICY_PART = 4,  /* a part is missing, or the machine failed */
};
