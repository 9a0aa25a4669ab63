/* What the manifest says to the host, as the supervisor sends it behind the ready byte:
 * docs/formats.md, App facts. */
#pragma once

#include "host/trollbridge.h"

struct host_facts;

/* Waits for the facts on the lifeline. PART or OUT_OF_MEMORY. */
enum trollbridge_result host_facts_read(int lifeline_fd, struct host_facts **ret_facts);
const struct trollbridge_app *host_facts_app(const struct host_facts *facts); /* borrows */
void host_facts_free(struct host_facts *facts);
