/* Inside of risk.h: the rows of the table, and how what a scope reaches is counted. */
#pragma once

#include "policy/compiler/risk.h"

enum tb_risk_kind {
    TB_RISK_PLAIN,       /* `points`, whatever the scope says */
    TB_RISK_PATH_READS,  /* by the folders that the scope reaches */
    TB_RISK_PATH_WRITES, /* the same */
    TB_RISK_PATH_OPENS,
    TB_RISK_HOSTS,    /* by the hosts that the scope reaches */
    TB_RISK_PROGRAMS, /* by the programs that the scope names */
    TB_RISK_UNKNOWN,
};

struct tb_risk_row {
    const char *plugin;
    const char *command; /* `set_*`: all that begin like this */
    enum tb_risk_kind kind;
    uint32_t points;
    uint32_t effects;
    const char *reason;
};

extern const struct tb_risk_row tb_risk_table[];
extern const size_t tb_risk_table_n;
extern const struct tb_risk_row tb_risk_app_row;
extern const struct tb_risk_row tb_risk_unknown_row;

/* From the narrowest to the broadest. */
enum tb_risk_path {
    TB_RISK_NO_PATH,
    TB_RISK_APP_PATH,
    TB_RISK_TEMP_PATH,
    TB_RISK_NAMED_PATH,
    TB_RISK_USER_PATH,
    TB_RISK_PROGRAM_PATH,
    TB_RISK_HOME_PATH,
    TB_RISK_ALL_PATH,
    TB_RISK_N_PATHS,
};

enum tb_risk_program {
    TB_RISK_NO_PROGRAM,
    TB_RISK_FIXED_ARGS,
    TB_RISK_CHECKED_ARGS,
    TB_RISK_ANY_ARGS,
    TB_RISK_INTERPRETER,
    TB_RISK_N_PROGRAMS,
};
