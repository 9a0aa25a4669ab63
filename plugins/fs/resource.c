/* Resource ids in calls: giving one out, finding what it stands for, closing it. */
#include "base/result.h"
#include "plugins/fs/commands.h"

#include <errno.h>

static const struct fs_failure too_many = {
    TB_CODE_IO, EMFILE, "256 files and watches are open already: close some of them"};
static const struct fs_failure unknown = {TB_CODE_NOT_FOUND, 0, "rid: nothing is open under it"};

void fs_answer_rid(struct tb_call *call, const struct fs_handle_kind *kind, void *object)
{
    uint64_t rid;
    if (!object) {
        fs_answer_failure(call, fs_failure_of(-ENOMEM));
        return;
    }
    int r = fs_handles_add(&fs_state_of(call)->handles, kind, object, &rid);
    if (r == TB_OK)
        tb_pack_uint(tb_reply_value(call), rid);
    else
        fs_answer_failure(call, r == TB_FULL ? too_many : fs_failure_of(r));
}

void *fs_find_rid(struct tb_call *call, const struct fs_handle_kind *kind, uint64_t *ret_rid)
{
    uint64_t rid;
    if (!tb_arg_uint(call, call->args, "rid", TB_REQUIRED, UINT64_MAX, &rid))
        return NULL;
    void *object = fs_handles_find(&fs_state_of(call)->handles, kind, rid);
    if (!object)
        fs_answer_failure(call, unknown);
    else
        *ret_rid = rid;
    return object;
}

void fs_close(struct tb_call *call)
{
    uint64_t rid;
    if (tb_arg_uint(call, call->args, "rid", TB_REQUIRED, UINT64_MAX, &rid))
        fs_answer_done(call, fs_handles_close(&fs_state_of(call)->handles, rid), unknown);
}
