/* The path of a hook's frame: the answer to the question that was asked first. A hook that breaks
 * the protocol is ended. */
#include "broker/hook_calls.h"

#include <sys/epoll.h>

/* What it lets pass is recorded, and waits for endpoint or plugin. */
static bool may_go_on(const struct tb_hook *hook)
{
    const struct tb_session *session = hook->broker->views.slots[hook->slot].session;
    return tb_audit_roomy(&hook->broker->audit) &&
           (!session || tb_link_n_out(&session->link) < TB_REPLIES_WAITING);
}

/* Earlier calls to the same plugin whose turn it is have to go on before the answer is read, which
 * would not be there any more afterwards. */
static void make_way(const struct tb_hook *hook)
{
    const struct tb_question *question = hook->n_at > 0 ? hook->first : NULL;
    if (question && question->call && question->kind == TB_QUESTION_REQUEST)
        tb_waiting_go_on(question->session, tb_waiting_order(question->session, question->call));
}

static const char *on_frame(struct tb_hook *hook, const struct tb_frame *frame)
{
    struct tb_hook_answer untrusted_answer;
    make_way(hook);
    if (tb_hook_answer_read(&hook->broker->unpacker, frame->body, &untrusted_answer) != TB_OK)
        return "an answer that is not in the format";
    if (hook->n_at == 0 || hook->first->id != untrusted_answer.id)
        return "an answer to what it was not asked, or not asked first";
    return tb_hook_answered(tb_hook_take_first(hook), &untrusted_answer);
}

static void route(struct tb_hook *hook)
{
    struct tb_frame frame;
    unsigned n = 0;
    int r = TB_OK;
    while (hook->state == TB_HOOK_RUNNING) {
        if (!may_go_on(hook)) {
            tb_flush_pause(hook->broker, &hook->link);
            return;
        }
        r = tb_link_next(&hook->link, &frame);
        if (r != TB_OK)
            break;
        const char *cause = on_frame(hook, &frame);
        if (cause) {
            tb_hook_ended(hook, cause);
            return;
        }
        tb_hook_go_on(hook);
        if (++n % TB_BURST == 0)
            tb_flush(hook->broker);
    }
    if (hook->state == TB_HOOK_RUNNING && r != TB_OK && r != TB_AGAIN)
        tb_hook_ended(hook, "a frame that is not in the format");
}

void tb_hook_frames_ready(struct tb_source *source, uint32_t events)
{
    struct tb_hook *hook = source->context;
    if (events & EPOLLOUT)
        tb_flush_mark(hook->broker, &hook->link);
    if (hook->link.paused) {
        if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))
            tb_hook_ended(hook, NULL);
        return;
    }
    switch (tb_link_read(&hook->link, NULL)) {
    case TB_OK:
        route(hook);
        break;
    case TB_AGAIN:
        break;
    case TB_MALFORMED:
        tb_hook_ended(hook, "a descriptor sent over a hook link");
        break;
    default:
        tb_hook_ended(hook, NULL);
        break;
    }
}

bool tb_hook_frames_may_resume(const struct tb_hook *hook)
{
    return hook->state == TB_HOOK_RUNNING && hook->link.paused && may_go_on(hook);
}

void tb_hook_frames_resume(struct tb_hook *hook)
{
    if (!tb_hook_frames_may_resume(hook))
        return;
    tb_flush_unpause(hook->broker, &hook->link);
    route(hook);
}
