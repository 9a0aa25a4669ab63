/* Planted: a dev bridge that believes whoever knows where it listens. */
#include "dev/page.h"
#include "dev/request.h"

struct dev_judgement __wrap_dev_request_judge(const struct dev_request *request,
                                              const struct dev_door *door);
bool __wrap_dev_request_may_connect(const struct dev_request *request, const struct dev_door *door);
bool __wrap_dev_door_is(const struct dev_door *door, struct tb_bytes untrusted_host);
struct dev_page *__wrap_dev_pages_enter(struct dev_pages *pages, struct tb_bytes untrusted_ticket);

struct dev_judgement __wrap_dev_request_judge(const struct dev_request *request,
                                              const struct dev_door *door)
{
    (void)door;
    return (struct dev_judgement){.verdict = request->has_token ? DEV_ENTER : DEV_DOCUMENT};
}

bool __wrap_dev_request_may_connect(const struct dev_request *request, const struct dev_door *door)
{
    (void)request;
    return door != NULL;
}

bool __wrap_dev_door_is(const struct dev_door *door, struct tb_bytes untrusted_host)
{
    (void)untrusted_host;
    return door->host[0] != 0;
}

struct dev_page *__wrap_dev_pages_enter(struct dev_pages *pages, struct tb_bytes untrusted_ticket)
{
    (void)untrusted_ticket;
    return pages->first;
}
