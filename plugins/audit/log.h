/*
 * The app's log, as this plugin finds it: open, for reading. It grows at its end and is otherwise
 * left alone; a place in it is an offset, so that a page that takes its time costs no memory.
 */
#pragma once

#include "plugins/audit/record.h"

enum {
    AUDIT_BLOCK = 64 * 1024,  /* read at once */
    AUDIT_BACK_BLOCKS = 64,   /* looked back for earlier records: 4 MiB */
    AUDIT_LABEL_MAX = 64 + 1, /* proto/limits.h */
    AUDIT_ORIGIN_MAX = 512 + 1,
};

struct audit_log {
    int fd; /* borrowed */
    char view[AUDIT_LABEL_MAX];
    char origin[AUDIT_ORIGIN_MAX];
    uint8_t block[AUDIT_BLOCK];
};

/* A place between two lines, or inside one that is no record. */
struct audit_place {
    uint64_t offset;
    bool inside;
};

/* For the records of a view's documents that come from an origin. False: the descriptor is no file,
 * or the log would not tell this origin from a longer one. */
tb_must_check bool audit_log_init(struct audit_log *log, int fd, struct tb_bytes view,
                                  struct tb_bytes origin);

/* Where the last `n` records of the view begin; as many as there are in the last 4 MiB. */
struct audit_place audit_log_back(struct audit_log *log, uint64_t n);

/*
 * Tells the view's records from a place on, at most those of one block, and moves it behind them.
 * `tell` says whether it took the record; if not the place stays before it. Returns whether there
 * may be more at once.
 */
tb_must_check bool audit_log_read(struct audit_log *log, struct audit_place *place,
                                  bool (*tell)(void *data, const struct audit_record *record),
                                  void *data);
