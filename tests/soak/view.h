/* One view of the driver: its link, its endpoint, and the calls that it is asked to make. */
#pragma once

#include "host/trollbridge.h"
#include "tests/soak/call.h"
#include "tests/soak/copy.h"
#include "tests/soak/rounds.h"
#include "tests/soak/say.h"

#include <jansson.h>
#include <stdbool.h>

struct view {
    char label[TB_LABEL_MAX + 1];
    struct trollbridge *bridge;
    struct tb_endpoint *endpoint; /* NULL: none yet, or no more */
    int link_fd;                  /* relayed, until the bootstrap has come; else -1 */
    bool relay;
    bool told; /* `opened` was printed for this session */
    uint32_t open_id;
    uint64_t document;
    uint32_t n_reopens_left;
    uint32_t n_reopens;

    struct call *calls; /* oldest first */
    struct rounds rounds;
    struct copy copy;

    struct tb_buffer args; /* of the soak */
    uint32_t command;
    uint32_t n_jobs;
    uint32_t n_total; /* 0: no soak is under way */
    uint32_t n_started;
    uint32_t n_done;
    uint32_t n_failed;
    char first_error[64];
};

/* For the calls of a view. */
void view_fail(const struct view *view, const char *error);
json_t *view_error(const struct tb_error *error);
struct tb_reply view_revoked(void); /* what the endpoint knows without asking */
bool view_pack(struct tb_buffer *buffer, const json_t *args);
/* The command's index; false, and the failure is printed: it cannot be called now. */
bool view_find(const struct view *view, const char *command, uint32_t *ret_command);

/* All false or silent failures are printed as {"view": …, "error": …}. */
void view_open(struct view *view);
void view_opened(struct view *view, struct tb_bytes bootstrap);
void view_soak(struct view *view, uint32_t n, uint32_t jobs, const char *command,
               const json_t *args);
void view_reopen(struct view *view, uint32_t n);
void view_count(const struct view *view);

/* Reads, writes and starts calls, as far as it goes without waiting. */
void view_turn(struct view *view);
void view_deinit(struct view *view);
