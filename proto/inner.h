/* The supervisor link: docs/formats.md. One message is one packet of fixed layout. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"
#include "proto/limits.h"

enum tb_inner_type {
    TB_INNER_START = 1, /* broker: token, slot, index; answer: token, status, descriptor */
    TB_INNER_STOP,      /* broker: token; supervisor: token, status (wait status), unasked too */
    TB_INNER_RESOLVE,   /* broker: token, slot, strings; answer: token, status, descriptor */
    TB_INNER_DROP,      /* broker: slot */
    TB_INNER_SCRIBE,    /* supervisor: descriptor of a new scribe link */
    TB_INNER_LAYERS,    /* supervisor: token (0: broker, scribe), name (role), text (what holds) */
    TB_INNER_RELOAD,    /* broker: token; answer: token, status, texts */
    TB_INNER_COMMIT,    /* broker: token */
    TB_INNER_ABORT,     /* broker: token */
    TB_INNER_POOL,      /* supervisor: token of a START that is answered next, descriptor */
    TB_INNER_HOST,      /* broker: token, slot; answer: token, status, descriptor */
    TB_INNER_HOOK,      /* broker: token, slot; answer: token, status, descriptor */
    TB_INNER_REMEMBER,  /* broker: token, index (days), status (enum tb_answered), strings */
    TB_INNER_USED,      /* broker: the key of a remembered answer */
    TB_INNER_ANSWERS,   /* supervisor: token of the last REMEMBER, descriptor */
    TB_INNER_GRAFT,     /* broker: token of a START, slot, index (number), status (flags),
                           descriptor; answer: token, slot, index, status (enum tb_graft) */
};

/* `index` of a RESOLVE: against the policy that is in force, or the one that a RELOAD has made. */
enum { TB_RESOLVE_CURRENT, TB_RESOLVE_NEXT };

/* `status` of the answer to RELOAD. */
enum tb_inner_reload {
    TB_RELOAD_MADE = 0,
    TB_RELOAD_FILES,   /* the app's files are wrong */
    TB_RELOAD_RESTART, /* a setting differs that only a new start can change: `view` names it */
    TB_RELOAD_LIMIT,   /* too soon, or another is under way */
    TB_RELOAD_FAILED,  /* the compiler could not be started, or died */
    TB_N_RELOADS,
};

/* `status` of a GRAFT. ALONE: for no plugin; the token is the request's own, and what comes back is
 * whether it could be placed. */
enum { TB_GRAFT_FOLDER = 1, TB_GRAFT_WRITABLE = 2, TB_GRAFT_ALONE = 4 };

/* … and of its answer, which is the exit status of the program, unless it is a -errno: -ENOSYS,
 * there are no mount namespaces; -ESRCH, no such plugin, or it is not confined yet; -ETIMEDOUT. */
enum tb_graft {
    TB_GRAFT_DONE = 0,
    TB_GRAFT_KIND = 16, /* no regular file and no folder, or not what it is said to be */
    TB_GRAFT_MOVED,     /* its path leads elsewhere by now, or nowhere */
    TB_GRAFT_KEPT,      /* it is kept from this plugin, or from all */
    TB_GRAFT_FAILED,
};

/* Where a plugin finds what it is given, by number: its launcher makes the places. One that has the
 * machine's own root has nothing made in that: the view on processes, which it does not have, is
 * covered with them. */
#define TB_PICKED_PLACE  "/.picked"
#define TB_PICKED_WHOLE  "/proc" TB_PICKED_PLACE
#define TB_PICKED_FOLDER "%u"
#define TB_PICKED_FILE   "f%u"

enum { TB_SLOTS = 64, TB_INNER_MAX = 4096 }; /* views open at once; bytes of a packet */

struct tb_inner {
    enum tb_inner_type type;
    uint32_t token; /* the broker's own name for a request or a plugin instance */
    uint32_t slot;
    uint32_t index;
    int32_t status;
    struct tb_bytes view;    /* LAYERS: the role; RELOAD: a key of the manifest */
    struct tb_bytes webview; /* LAYERS: what holds, as text; RELOAD: the digest, 32 bytes;
                                REMEMBER, USED: the key, 32 bytes */
    struct tb_bytes origin;
    struct tb_bytes command;
};

/* The size written. */
size_t tb_inner_write(const struct tb_inner *message, uint8_t out[static TB_INNER_MAX]);
/* TB_OK or TB_MALFORMED. Borrows. */
tb_must_check int tb_inner_read(struct tb_bytes packet, struct tb_inner *ret_message);
